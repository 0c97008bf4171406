"""Active users: the four figures, and their course with what it is compared with."""

from dataclasses import dataclass

import polars as pl
import streamlit as st

from metrics.periods import days_ending
from pages.shared import figures, words
from pages.shared.annotations import annotate_button
from pages.shared.cards import Base, card_frame, difference, metric_card
from pages.shared.exhibits import affordances_around, details_button, exhibit
from pages.shared.people import Count, people_button
from queries import Workspace
from reports.active_users import ActiveUsersReport, active_users
from reports.answer import Source
from reports.markers import markers
from reports.people import Active
from reports.scope import Scope

MEASURES = {
    "users": "Active users",
    "weekly_users": "Last 7 days",
    "window_users": "Last 28 days",
    "stickiness": "Stickiness",
}


def active_user_cards(workspace: Workspace, scope: Scope, report: ActiveUsersReport) -> None:
    """DAU, WAU, MAU and stickiness of the last complete day."""
    window = report.window_days
    cards = (
        ("dau", "Daily active users", report.daily_users, report.daily, 1),
        ("wau", "Weekly active users", report.weekly_users, report.daily, 7),
        ("mau", "Monthly active users", report.window_users, report.daily, window),
    )
    with st.grid(4, min_column_width=150, key="cards_usage"):
        for key, label, change, source, days in cards:
            with card_frame(key):
                metric_card(label, change)
                whom = Active(days_ending(scope.period.last_day, days))
                with st.container(horizontal=True, gap="xsmall"):
                    people_button(workspace, scope, Count(label, whom), key=key)
                    details_button(source, key=key)
        with card_frame("sticky"):
            metric_card(
                "Stickiness",
                report.stickiness_now,
                unit="percent",
                base=Base(report.window_users.value or 0, "active in the window"),
            )
            details_button(report.stickiness, key="sticky")


def active_user_chart(workspace: Workspace, scope: Scope, report: ActiveUsersReport) -> None:
    """The measure chosen, over the period, with the comparison in grey."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.header("Active users", anchor=False, width="content")
        measure = st.segmented_control(
            "Measure",
            MEASURES,
            default="users",
            required=True,
            format_func=MEASURES.__getitem__,
            key="measure",
            bind="query-params",
            persist_state="session",
            label_visibility="collapsed",
        )
    active_user_course(workspace, scope, report, measure=measure)


def active_user_course(
    workspace: Workspace, scope: Scope, report: ActiveUsersReport, *, measure: str = "users"
) -> None:
    """One measure over the period at its grain, with what happened meanwhile."""
    drawn = _drawn(scope, report, measure)
    before = _before(workspace, scope, report, measure)
    exhibit(
        drawn.source,
        lambda rows: figures.time_series(
            _lines(rows, drawn, before),
            unit=drawn.unit,
            grain=drawn.grain,
            markers=markers(workspace, scope.period),
        ),
        key="active_users",
        alt=_takeaway(report, measure) if drawn.grain == "day" else _last_whole(drawn, measure),
    )
    with affordances_around(drawn.source, key="active_users"):
        annotate_button(workspace, scope.period, key="active_users")


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Which rows and columns of the report a measure is drawn from."""

    source: Source
    day: str
    column: str
    unit: str
    grain: str


def _drawn(scope: Scope, report: ActiveUsersReport, measure: str) -> _Drawn:
    if measure == "stickiness":
        return _Drawn(report.stickiness, "day", "stickiness", "percent", "day")
    if scope.grain == "day":
        column = "daily_users" if measure == "users" else measure
        return _Drawn(report.daily, "day", column, "users", "day")
    return _Drawn(report.buckets, "period_start", measure, "users", scope.grain)


def _before(
    workspace: Workspace, scope: Scope, report: ActiveUsersReport, measure: str
) -> pl.DataFrame | None:
    """The rows of the comparison that lie under those of the period."""
    if scope.comparison is None or report.compared is None or measure == "stickiness":
        return None
    if scope.grain == "day":
        return report.compared.rows
    return active_users(workspace, scope.over(scope.comparison)).buckets.rows


def _lines(rows: pl.DataFrame, drawn: _Drawn, before: pl.DataFrame | None) -> list[figures.Line]:
    line = figures.Line(
        "Now",
        rows[drawn.day].to_list(),
        rows[drawn.column].to_list(),
        complete=rows["is_complete"].to_list() if "is_complete" in rows.columns else None,
    )
    if before is None:
        return [line]
    # What was not whole, such as the days before the data begin, is no comparison.
    values = before.select(pl.when("is_complete").then(drawn.column)).to_series().to_list()
    return [line, figures.previous(line, values, before[drawn.day].to_list())]


def _last_whole(drawn: _Drawn, measure: str) -> str:
    """The takeaway by week or month: its last complete one."""
    whole = drawn.source.rows.filter("is_complete")
    if whole.is_empty():
        return f"{MEASURES[measure]}: no {drawn.grain} is complete yet."
    last = words.full(whole[drawn.column][-1])
    return f"{MEASURES[measure]} by {drawn.grain}: {last} in the last complete one."


def _takeaway(report: ActiveUsersReport, measure: str) -> str:
    change, unit = {
        "users": (report.daily_users, "users"),
        "weekly_users": (report.weekly_users, "users"),
        "window_users": (report.window_users, "users"),
        "stickiness": (report.stickiness_now, "percent"),
    }[measure]
    moved = difference(change, unit)
    compared = f", {moved} against {words.full(change.base, unit)} before" if moved else ""
    return f"{MEASURES[measure]}: {words.full(change.value, unit)} at the end{compared}."
