"""New in a version: which routes became slower or fail more than before it."""

from typing import Any

import polars as pl
import streamlit as st

from pages.shared import dates, figures, plain, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.states import empty
from pages.shared.tables import show_table
from queries import Workspace
from reports.version_changes import VersionChanges, version_changes, versions

URL: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
LABELS = {
    "route": "Route", "figure": "Figure", "before": "Before", "after": "In it",
    "change": "Change", "interval": "95% interval", "adjusted_p": "p, adjusted",
    "days": "Days before and in it", "said": "Says",
}  # fmt: skip
FIGURES = {"p50": "p50", "p95": "p95", "failed": "Failed requests"}
MOST_LINES = 20
ICONS = {"slower": ":material/trending_down:", "fails more": ":material/error:",
         "faster": ":material/speed:", "fails less": ":material/check_circle:"}  # fmt: skip


def versions_card(workspace: Workspace) -> None:
    """The version chosen, or the latest."""
    st.header("New in a version", anchor=False)
    names = [one.name for one in versions(workspace)]
    if not names:
        empty("No version is known", "A column app_version in the table requests brings this.")
        return
    chosen = st.selectbox("Version", names, key="version", width=260, **URL)
    report = version_changes(workspace, chosen)
    if report is not None:
        version_changes_view(report)


def version_changes_view(report: VersionChanges, *, key: str = "version") -> None:
    """What changed, in words, as a picture and as a table."""
    version = report.version
    st.caption(
        f"Served from {dates.plain_day(version.first_day)} to {dates.plain_day(version.last_day)}, "
        f"{words.counted(version.requests, 'request')}; compared up to "
        f"{dates.plain_day(report.until)}"
    )
    rows = report.changes.rows
    called = rows.filter(pl.col("said").is_in(list(ICONS)))
    if called.is_empty():
        st.markdown(f"No route of {plain.markdown(version.name)} changed clearly.")
    for row in called.iter_rows(named=True):
        st.markdown(
            f"{ICONS[row['said']]} **{plain.markdown(row['route'])} {row['said']}**: "
            f"{FIGURES[row['figure']]} {_value(row, 'before')} to {_value(row, 'after')}"
        )
    timed = rows.filter(pl.col("figure") == "p95").sort("change", descending=True, nulls_last=True)
    shown = timed.head(MOST_LINES)
    exhibit(
        report.changes,
        lambda _: figures.forest(
            shown["route"].to_list(),
            shown["change"].to_list(),
            shown["low"].to_list(),
            shown["high"].to_list(),
            hovers=[f"p95 {_change(row)}" for row in shown.iter_rows(named=True)],
        ),
        key=f"{key}_changes",
        alt=f"Change of p95 of {words.counted(shown.height, 'route')} in {version.name}",
        has_nothing=shown.is_empty(),
        missing="Nothing can be compared",
        mend="The version, and the days before it, need requests with a duration.",
    )
    st.caption("Change of p95 by route, with 95% intervals; to the right is slower.")
    show_table(
        pl.DataFrame([_line(row) for row in rows.iter_rows(named=True)]),
        key=f"{key}_table",
        alt=f"Speed and errors of each route before {version.name} and in it",
        labels=LABELS,
    )
    affordances(report.changes, key=f"{key}_changes")


def _line(row: dict[str, Any]) -> dict[str, str]:
    return {
        "route": row["route"],
        "figure": FIGURES[row["figure"]],
        "before": _value(row, "before"),
        "after": _value(row, "after"),
        "change": _change(row),
        "adjusted_p": words.DASH if row["adjusted_p"] is None else f"{row['adjusted_p']:.2g}",
        "days": f"{row['days_before']} and {row['days_after']}",
        "said": row["said"],
    }


def _value(row: dict[str, Any], side: str) -> str:
    unit = "percent" if row["figure"] == "failed" else "milliseconds"
    return words.full(row[side], unit)


def _change(row: dict[str, Any]) -> str:
    form = words.points if row["figure"] == "failed" else words.change
    change, low, high = (form(row[name]) for name in ("change", "low", "high"))
    if change is None:
        return words.DASH
    return change if low is None else f"{change} ({low} to {high})"
