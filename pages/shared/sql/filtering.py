"""Looking at some of the rows that came back: a condition for each column that is chosen."""

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from pages.shared import plain
from pages.shared.harmless import flat

MOST_CHOICES = 60  # different values that are offered to pick from
MISSING = "(missing)"


def filtered(rows: pl.DataFrame, *, key: str) -> pl.DataFrame:
    """The rows that satisfy the conditions of the box; the box opens on a click."""
    chosen: list[str] = [
        name for name in st.session_state.get(f"{key}_columns", []) if name in rows.columns
    ]
    label = f"Filter ({len(chosen)})" if chosen else "Filter"
    with st.popover(label, icon=":material/filter_alt:", key=f"{key}_box"):
        st.multiselect(
            "Columns to filter by",
            rows.columns,
            key=f"{key}_columns",
            placeholder="Choose columns …",
        )
        for at, name in enumerate(chosen):
            condition = _condition(rows[name], key=f"{key}_{at}_{rows.schema[name]}")
            if condition is not None:
                rows = rows.filter(condition.fill_null(value=False))
    return rows


def _condition(column: pl.Series, *, key: str) -> pl.Expr | None:
    """What the field of a column asks for; None: nothing yet."""
    kind = column.dtype
    if kind.is_numeric():
        return _between(column, key)
    if kind == pl.Date or isinstance(kind, pl.Datetime):
        return _within(column, key)
    texts = flat(column.to_frame()).to_series().cast(pl.String).fill_null(MISSING)
    return _one_of(column, texts, key) if texts.n_unique() <= MOST_CHOICES else _saying(column, key)


def _label(column: pl.Series) -> str:
    return plain.markdown(column.name)


def _between(column: pl.Series, key: str) -> pl.Expr | None:
    with st.container(horizontal=True, gap="small"):
        low = st.number_input(f"{_label(column)} from", value=None, key=f"{key}_low")
        high = st.number_input("to", value=None, key=f"{key}_high")
    tests = [pl.col(column.name) >= low] if low is not None else []
    tests += [pl.col(column.name) <= high] if high is not None else []
    return pl.all_horizontal(tests) if tests else None


def _within(column: pl.Series, key: str) -> pl.Expr | None:
    ends: Callable[[pl.Series], Any] = lambda days: (days.min(), days.max())  # noqa: E731
    first, last = ends(column.cast(pl.Date))
    if not isinstance(first, date) or not isinstance(last, date):
        return None
    picked = st.date_input(
        _label(column), value=(first, last), min_value=first, max_value=last, key=key,
        format="YYYY-MM-DD",
    )  # fmt: skip
    days = list(picked) if isinstance(picked, tuple) else [picked]
    if not days:
        return None
    return pl.col(column.name).cast(pl.Date).is_between(min(days), max(days))


def _one_of(column: pl.Series, texts: pl.Series, key: str) -> pl.Expr | None:
    offered = texts.value_counts(sort=True)[texts.name].to_list()
    picked = st.multiselect(
        _label(column), offered, key=key, placeholder="Any"
    )
    return pl.lit(texts.is_in(picked)) if picked else None


def _saying(column: pl.Series, key: str) -> pl.Expr | None:
    said = st.text_input(f"{_label(column)} contains", key=key)
    text = pl.col(column.name).cast(pl.String).str.to_lowercase()
    return text.str.contains(said.lower(), literal=True) if said else None
