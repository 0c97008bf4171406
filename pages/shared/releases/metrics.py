"""What moved: every measure with its interval, as a picture and as a table."""

from typing import Any

import polars as pl
import streamlit as st

from pages.shared import figures, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.releases.words import with_interval
from pages.shared.tables import show_table
from queries import Workspace
from reports.release_answer import ReleaseReport, is_better

UNITS_OF_PEOPLE = {"experiment": "a person"}


def metrics_card(workspace: Workspace, report: ReleaseReport) -> None:
    """A line for each relative effect, then all of them as a table."""
    st.header("What moved", anchor=False)
    rows, currency = report.metrics.rows, workspace.settings.product.currency
    shown = _drawn(rows)
    exhibit(
        report.metrics,
        lambda _: figures.forest(
            [row["label"] for row in shown],
            [row["effect"] for row in shown],
            [row["low"] for row in shown],
            [row["high"] for row in shown],
            hovers=[f"{row['label']}: {with_interval(row, currency=currency)}" for row in shown],
        ),
        key="release_metrics",
        alt=report.sentence,
        has_nothing=not shown,
        missing="Nothing is measured yet",
        mend=report.sentence,
    )
    if not shown:
        return
    st.caption(
        "Relative effects and percentage points at the latest readout, with the interval of the "
        "error spent on it; the table has all, with p-values adjusted over all measures. The "
        "verdict is about one of them, chosen before and not adjusted: it may stand where the "
        "table says no."
    )
    show_table(
        pl.DataFrame([_line(row, currency) for row in rows.iter_rows(named=True)]),
        key="release_metrics_table",
        alt=f"Effects on {words.counted(rows.height, 'measure')}",
    )
    affordances(report.metrics, key="release_metrics")


def _drawn(rows: pl.DataFrame) -> list[dict[str, Any]]:
    if "effect" not in rows.columns:
        return []
    known = rows.filter(pl.col("effect").is_not_null() & (pl.col("form") != "value"))
    return known.rows(named=True)


def _line(row: dict[str, Any], currency: str) -> dict[str, str]:
    unit = row["unit"]
    return {
        "Measure": row["label"],
        "Compared with": words.full(row["before"], unit, currency=currency),
        "With it": words.full(row["after"], unit, currency=currency),
        "Effect": row["missing"] or with_interval(row, currency=currency),
        "p, adjusted": words.DASH if row["adjusted_p"] is None else f"{row['adjusted_p']:.2g}",
        "Finding": _found(row),
        "Grade": row["grade"],
        "Method": row["method"],
        "Stands on": row["units"],
    }


def _found(row: dict[str, Any]) -> str:
    if row["is_finding"] is None:
        return words.DASH
    if not row["is_finding"]:
        return "no"
    return "better" if is_better(row) else "worse"
