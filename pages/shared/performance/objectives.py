"""Objectives: what is left of each error budget, what burns now, and when it went."""

import streamlit as st

from metrics.service import Alert
from pages.shared import figures, plain, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.states import card, empty
from pages.shared.tables import show_table
from queries import Workspace
from reports.markers import markers
from reports.objectives import Objective, objectives

DEFINE = (
    "A section [slo.NAME] in workspace.toml defines one: objective = 0.999, and route, "
    'kind = "latency" with latency_ms, window_days where they are wanted.'
)
SEVERITIES = {"page": ":material/notifications_active:", "ticket": ":material/assignment:"}
LABELS = {
    "severity": "Severity", "began_at": "Began, UTC", "ended_at": "Ended, UTC",
    "worst_burn_rate": "Worst burn rate", "bad": "Bad requests",
    "budget_share": "Share of the budget", "released_on": "Day",
}  # fmt: skip


def objective_cards(workspace: Workspace) -> None:
    """One card for each objective."""
    found = objectives(workspace)
    if not found:
        with card("objectives"):
            empty("No objective is defined", DEFINE)
    for one in found:
        with card(f"objective_{one.name}"):
            _objective(workspace, one)


def _objective(workspace: Workspace, one: Objective) -> None:
    st.header(plain.markdown(one.name), anchor=False)
    st.markdown(f"**{plain.sentence(one.words)}**")
    _standing(one)
    _alerts(one)
    st.subheader("Budget left, of the window that ends with each day", anchor=False)
    exhibit(
        one.course,
        lambda rows: figures.time_series(
            [
                figures.Line(
                    "Budget left",
                    rows["day"].to_list(),
                    rows["left_share"].to_list(),
                )
            ],
            unit="percent",
            markers=markers(workspace, one.period),
            height=240,
        ),
        key=f"budget_{one.name}",
        alt=f"Budget left of {one.name} in the window that ends with each day.",
        has_nothing=one.budget is None,
        missing="No request counts for it",
        mend="Check the route in workspace.toml, or wait for requests.",
    )
    affordances(one.course, key=f"budget_{one.name}")
    st.subheader("Alerts that would have fired", anchor=False)
    _table(one, "episodes", "None in the last 180 days.")
    st.subheader("Spent in the 24 hours after a release", anchor=False)
    _table(one, "after_releases", "No release with a whole day and window of requests.")


def _standing(one: Objective) -> None:
    budget = one.budget
    if budget is None:
        return
    verdict = ":material/check_circle: Met" if budget.is_met else ":material/error: Missed"
    st.markdown(
        f"{verdict} · {words.full(budget.consumed, 'percent')} of the budget is spent: "
        f"{budget.spent:,.0f} bad of {budget.allowed:,.0f} allowed, "
        f"{words.full(one.requests)} requests in {words.counted(one.slo.window_days, 'day')}"
    )


def _alerts(one: Objective) -> None:
    if not one.alerts:
        return
    for alert in one.burning:
        st.markdown(
            f"{SEVERITIES[alert.window.severity]} **{alert.window.severity.capitalize()}**: burns "
            f"{words.full(alert.long_burn)} times as fast as allowed over the last "
            f"{_span(alert)}"
        )
    if not one.burning:
        rates = ", ".join(f"{words.full(a.long_burn)} over {_span(a)}" for a in one.alerts)
        st.markdown(f":material/notifications_off: No alert fires now. Burn rates: {rates}")
    hourly = " The table holds sums of whole hours: 5 and 30 minutes are one hour." * one.is_hourly
    st.caption(f"Judged at the last request, {one.until:%d %b %Y %H:%M} UTC.{hourly}")
    affordances(one.windows, key=f"burn_{one.name}")


def _span(alert: Alert) -> str:
    return words.duration(alert.window.long.total_seconds())


def _table(one: Objective, name: str, nothing: str) -> None:
    source = one.figures[name]
    if source.is_empty:
        st.caption(nothing)
    else:
        show_table(source.rows, key=f"{name}_{one.name}", alt=source.title, labels=LABELS)
    affordances(source, key=f"{name}_{one.name}")
