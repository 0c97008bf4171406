"""Use by the values of a dimension: where it comes from, and where its change comes from."""

import polars as pl
import streamlit as st

from pages.shared import figures, plain, words
from pages.shared.exhibits import affordances_around, exhibit
from pages.shared.filters import add_filter
from pages.shared.people import Count, people_choice
from pages.shared.states import empty
from queries import Workspace
from reports.breakdown import BreakdownReport, breakdown
from reports.people import Active
from reports.scope import Scope

MOST_BARS = 8
ORDERS = {"users": "by users", "users_difference": "by change"}


def breakdown_card(workspace: Workspace, scope: Scope) -> None:
    """The groups of one dimension, by size or by what they add to the change."""
    st.header("Breakdown", anchor=False)
    if not workspace.dimensions:
        empty(
            "No dimension is declared",
            "Name columns under `[dimensions]` in workspace.toml, then build again.",
        )
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        by = _dimension(workspace)
        order = _order(scope)
        report = breakdown(workspace, scope, by=by)
        _narrow(report)
    rows = report.groups.rows
    if order == "users_difference":
        rows = rows.sort(pl.col(order).abs(), descending=True, nulls_last=True)
    exhibit(
        report.groups.showing(rows),
        lambda rows: _figure(rows.head(MOST_BARS), scope),
        key="breakdown",
        alt=_takeaway(report),
    )
    _notes(report)
    with affordances_around(report.groups, key="breakdown"):
        people_choice(workspace, scope, _counts(report, scope), key=f"breakdown_{by}")


def _dimension(workspace: Workspace) -> str:
    return st.selectbox(
        "Dimension",
        list(workspace.dimensions),
        format_func=lambda name: name.replace("_", " ").capitalize(),
        key="by",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width=160,
    )


def _order(scope: Scope) -> str:
    if scope.comparison is None:
        return "users"
    return st.segmented_control(
        "Order",
        ORDERS,
        default="users",
        required=True,
        format_func=ORDERS.__getitem__,
        key="groups_order",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )


def _figure(rows: pl.DataFrame, scope: Scope) -> object:
    return figures.bar_list(
        rows["segment"].to_list(),
        rows["users"].to_list(),
        unit="users",
        previous=rows["compared_users"].to_list() if scope.comparison else None,
    )


def _notes(report: BreakdownReport) -> None:
    total = words.full(report.total_users.value)
    if report.may_overlap:
        st.caption(f"{total} different users in all; one user can be in several groups.")
    more = report.groups.rows.height - MOST_BARS
    if more > 0:
        st.caption(f"{words.counted(more, 'smaller group')} not drawn; Data has all of them.")


def _counts(report: BreakdownReport, scope: Scope) -> list[Count]:
    return [
        Count(f"{segment}: {users:,}", Active(scope.period), report.dimension, segment)
        for segment, users in report.groups.rows.select("segment", "users").iter_rows()
        if users
    ]


def _narrow(report: BreakdownReport) -> None:
    """Look at one group only: its filter joins the chips."""
    key = f"narrow_{report.dimension}"

    def narrow() -> None:
        add_filter(report.dimension, st.session_state[key])
        st.session_state[key] = None

    st.selectbox(
        "Look only at",
        report.groups.rows["segment"].to_list(),
        index=None,
        key=key,
        placeholder="Look only at …",
        icon=":material/filter_alt:",
        label_visibility="collapsed",
        on_change=narrow,
        width=160,
    )


def _takeaway(report: BreakdownReport) -> str:
    if report.groups.is_empty:
        return "Nobody was active in these days."
    segment, users, share = report.groups.rows.select("segment", "users", "share").row(0)
    return (
        f"Most users: {plain.short(segment)} with {words.full(users)}, "
        f"{words.full(share, 'percent')} of all."
    )
