"""Data tables: each column in the form its type asks for, decided once, from the schema."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

# As people write them.
SHORT = {"id": "ID", "mrr": "MRR", "nps": "NPS", "utc": "UTC", "ms": "ms", "sql": "SQL"}
SHARES = ("share", "stickiness", "low", "high")
CHANGES = ("change", "lift")
DATE_WIDTH = 140  # pixels
EAGER_ROWS = 20_000  # a longer table comes to the browser as it is scrolled
EVERYONE = "All users"  # what a column `segment` says when nothing is broken down


def show_table(
    rows: pl.DataFrame, *, key: str, alt: str, labels: Mapping[str, str] | None = None
) -> None:
    """A sortable table of all rows, searchable unless it is very long."""
    st.dataframe(
        _without_empty_segment(rows),
        key=key,
        hide_index=True,
        width="stretch",
        column_config=column_config(rows.schema, labels or {}),
        placeholder="–",
        lazy=rows.height > EAGER_ROWS or None,
        alt=alt,
    )


def _without_empty_segment(rows: pl.DataFrame) -> pl.DataFrame:
    """A segment that is everybody's in every row says nothing."""
    if "segment" in rows.columns and rows["segment"].unique().to_list() == [EVERYONE]:
        return rows.drop("segment")
    return rows


def column_config(schema: Mapping[str, pl.DataType], labels: Mapping[str, str]) -> dict[str, Any]:
    """How each column is shown, by its type and the last word of its name."""
    return {
        name: _column(name, kind, labels.get(name, _label(name))) for name, kind in schema.items()
    }


def _column(name: str, kind: pl.DataType, label: str) -> Any:
    if kind == pl.Date:
        return st.column_config.DateColumn(label, format="ddd D MMM YYYY", width=DATE_WIDTH)
    if isinstance(kind, pl.Datetime):
        return st.column_config.DatetimeColumn(label, format="D MMM YYYY, HH:mm:ss")
    if kind == pl.Boolean:
        return st.column_config.CheckboxColumn(label)
    if isinstance(kind, pl.List):
        return st.column_config.LineChartColumn(label, y_min=0)
    if kind.is_float() and name.rpartition("_")[2] in SHARES + CHANGES:
        return st.column_config.NumberColumn(label, format="percent")
    if kind.is_numeric():
        return st.column_config.NumberColumn(label, format="localized")
    return st.column_config.TextColumn(label)


def _label(name: str) -> str:
    """'period_start' as 'Period start', 'account_id' as 'Account ID'."""
    first, *others = name.split("_")
    return " ".join([SHORT.get(first, first.capitalize()), *(SHORT.get(w, w) for w in others)])
