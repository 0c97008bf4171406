"""Visits: how many, how long."""

import polars as pl
import streamlit as st

from pages.shared import figures, words
from pages.shared.annotations import annotate_button
from pages.shared.cards import metric_card
from pages.shared.exhibits import Draw, affordances_around, exhibit
from pages.shared.people import Count, people_choice
from queries import Workspace
from reports.markers import markers
from reports.people import WithSession
from reports.scope import Scope
from reports.sessions import SessionsReport, sessions

VIEWS: dict[str, tuple[str, str]] = {  # label and unit by column
    "sessions": ("Number", "sessions"),
    "sessions_per_user": ("Per user", "number"),
    "median_seconds": ("Median length", "seconds"),
    "durations": ("Lengths", "sessions"),
}


def sessions_card(workspace: Workspace, scope: Scope) -> None:
    """Their figures, and one of their courses or the spread of their lengths."""
    st.header("Sessions", anchor=False)
    report = sessions(workspace, scope)
    with st.grid(2, min_column_width=110, key="cards_sessions"):
        metric_card("Sessions", report.sessions, unit="sessions")
        metric_card("Per user", report.sessions_per_user, unit="number")
        metric_card("Mean length", report.mean_seconds, unit="seconds")
        metric_card("Median length", report.median_seconds, unit="seconds")
    view = st.segmented_control(
        "Show",
        VIEWS,
        default="sessions",
        required=True,
        format_func=lambda name: VIEWS[name][0],
        key="sessions_view",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    source = report.durations if view == "durations" else report.series
    exhibit(source, _drawing(workspace, view, scope), key=f"sessions_{view}", alt=_takeaway(report))
    with affordances_around(source, key="sessions"):
        people_choice(workspace, scope, _counts(report, scope), key="sessions")
        if view != "durations":
            annotate_button(workspace, scope.period, key="sessions")


def _drawing(workspace: Workspace, view: str, scope: Scope) -> Draw:
    if view == "durations":
        return lambda rows: figures.bar_list(
            [_bin(*pair) for pair in rows.select("from_seconds", "to_seconds").iter_rows()],
            rows["sessions"].to_list(),
            unit="sessions",
        )
    return lambda rows: figures.time_series(
        [
            figures.Line(
                VIEWS[view][0],
                rows["period_start"].to_list(),
                rows[view].to_list(),
                complete=rows["is_complete"].to_list(),
            )
        ],
        unit=VIEWS[view][1],
        grain=scope.grain,
        markers=markers(workspace, scope.period),
        height=260,
    )


def _counts(report: SessionsReport, scope: Scope) -> list[Count]:
    """People with a visit of a length; a person may have visits of several."""
    bins = report.durations.rows.filter(pl.col("sessions") > 0)
    if bins.is_empty():
        return []
    return [
        Count("With any session", WithSession(scope.period)),
        *_of_lengths(bins, scope),
    ]


def _of_lengths(bins: pl.DataFrame, scope: Scope) -> list[Count]:
    return [
        Count(f"With a session of {_bin(low, high)}", WithSession(scope.period, low, high))
        for low, high in bins.select("from_seconds", "to_seconds").iter_rows()
    ]


def _bin(low: float, high: float | None) -> str:
    if high is None:
        return f"{words.duration(low)} and more"
    if high <= 0:
        return "one event only"
    return f"{words.duration(low) if low else '0 s'} to {words.duration(high)}"


def _takeaway(report: SessionsReport) -> str:
    count = words.full(report.sessions.value, "sessions")
    return (
        f"{count} sessions, half of them longer than {words.duration(report.median_seconds.value)}."
    )
