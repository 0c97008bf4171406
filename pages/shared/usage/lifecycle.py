"""New, retained, resurrected and dormant users, with the pulse of the base."""

from collections.abc import Iterator

import polars as pl
import streamlit as st

from pages.shared import dates, figures, words
from pages.shared.annotations import annotate_button
from pages.shared.cards import metric_card
from pages.shared.controls import by_week_unless_asked
from pages.shared.exhibits import affordances_around, exhibit
from pages.shared.people import Count, people_choice
from queries import Workspace
from reports.lifecycle import LifecycleReport, lifecycle
from reports.markers import markers
from reports.people import InState
from reports.scope import Scope

STATES = ("new", "retained", "resurrected", "dormant")


def lifecycle_card(workspace: Workspace, scope: Scope) -> None:
    """How the base is built up, period by period."""
    st.header("New, retained, resurrected, dormant", anchor=False)
    scope = by_week_unless_asked(scope)
    report = lifecycle(workspace, scope)
    _figures(report)
    exhibit(
        report.states,
        lambda rows: figures.lifecycle_bars(
            rows["period_start"].to_list(),
            {state: rows[f"{state}_users"].to_list() for state in STATES},
            complete=rows["is_complete"].to_list(),
            markers=markers(workspace, scope.period),
        ),
        key="lifecycle",
        alt=_takeaway(report),
    )
    with affordances_around(report.states, key="lifecycle"):
        people_choice(workspace, scope, list(_counts(report, scope)), key="lifecycle")
        annotate_button(workspace, scope.period, key="lifecycle")


def _figures(report: LifecycleReport) -> None:
    with st.grid(3, min_column_width=90, gap="small", key="cards_lifecycle"):
        metric_card("Pulse", report.pulse, unit="number")
        metric_card("New", report.new_users)
        metric_card("Dormant", report.dormant_users, better="lower")


def _counts(report: LifecycleReport, scope: Scope) -> Iterator[Count]:
    """Every count of the chart, the latest first."""
    for row in report.states.rows.sort("period_start", descending=True).iter_rows(named=True):
        for state in STATES:
            users, start = row[f"{state}_users"], row["period_start"]
            if users:
                when = dates.bucket(start, scope.grain)
                label = f"{state.capitalize()}, {when}: {users:,}"
                yield Count(label, InState(state, start, scope.grain))


def _takeaway(report: LifecycleReport) -> str:
    rows = report.states.rows.filter(pl.col("is_complete"))
    if rows.is_empty():
        return "No period is complete yet."
    last = rows.row(-1, named=True)
    counts = ", ".join(f"{words.full(last[f'{state}_users'])} {state}" for state in STATES)
    return f"Period from {dates.full_day(last['period_start'])}: {counts}."
