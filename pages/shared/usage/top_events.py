"""The events and features used most, with their course and what they were before."""

import polars as pl
import streamlit as st

from pages.shared import words
from pages.shared.exhibits import NOTHING, WIDEN, affordances_around
from pages.shared.people import Count, people_choice
from pages.shared.states import empty
from queries import Workspace
from reports.people import UsersOf
from reports.scope import Scope
from reports.top_events import TopEventsReport, top_events

KINDS = {"event": "Events", "feature": "Features"}
ORDERS = {"users": "by users", "events": "by volume"}
COLUMNS = ["name", "trend", "users", "user_share", "users_change", "events", "events_change"]
NO_FEATURES = "No event of these days names a feature"
NAME_FEATURES = "Map a column to `feature`, or add `[[features]]` rules to workspace.toml."


def top_events_card(workspace: Workspace, scope: Scope) -> None:
    """One ranking, of events or of features."""
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
        st.header("Most used", anchor=False, width="content")
        with st.container(horizontal=True, width="content", gap="small"):
            kind = _choice("Kind", KINDS, "kind")
            order = _choice("Order", ORDERS, "order")
    report = top_events(workspace, scope, kind=kind, order=order)
    if report.ranking.is_empty:
        missing = (NOTHING, WIDEN) if kind == "event" else (NO_FEATURES, NAME_FEATURES)
        empty(*missing)
    else:
        _table(report)
    with affordances_around(report.ranking, key="top_events"):
        people_choice(workspace, scope, _counts(report, scope), key=f"top_{kind}")


def _choice(label: str, options: dict[str, str], key: str) -> str:
    return st.segmented_control(
        label,
        options,
        default=next(iter(options)),
        required=True,
        format_func=options.__getitem__,
        key=key,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )


def _table(report: TopEventsReport) -> None:
    column = st.column_config
    st.dataframe(
        report.ranking.rows.select(COLUMNS),
        key=f"top_{report.kind}",
        hide_index=True,
        placeholder="–",
        alt=_takeaway(report),
        column_config={
            "name": column.TextColumn(KINDS[report.kind][:-1], width="medium", pinned=True),
            "trend": column.LineChartColumn("Users a day", y_min=0, width="small"),
            "users": column.NumberColumn("Users", format="localized"),
            "user_share": column.NumberColumn("of active", format="percent"),
            "users_change": column.NumberColumn("Change", format="percent"),
            "events": column.NumberColumn("Events", format="localized"),
            "events_change": column.NumberColumn("Change", format="percent"),
        },
    )
    if report.hidden:
        st.caption(f"{words.counted(report.hidden, report.kind)} more, used less.")


def _counts(report: TopEventsReport, scope: Scope) -> list[Count]:
    return [
        Count(f"{name}: {users:,}", UsersOf(scope.period, **{report.kind: name}))
        for name, users in report.ranking.rows.select("name", "users").iter_rows()
    ]


def _takeaway(report: TopEventsReport) -> str:
    name, users = report.ranking.rows.select(pl.col("name"), pl.col("users")).row(0)
    return f"Most used: {name}, by {words.full(users)} of {words.full(report.active_users)} users."
