"""Active users: the four figures, and their course with what it is compared with."""

import polars as pl
import streamlit as st

from metrics.periods import days_ending
from pages.shared import figures, words
from pages.shared.cards import Base, card_frame, difference, metric_card
from pages.shared.exhibits import affordances, details_button, exhibit
from pages.shared.people import Count, people_button
from queries import Workspace
from reports.active_users import ActiveUsersReport
from reports.answer import Source
from reports.markers import Marker
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


def active_user_chart(
    report: ActiveUsersReport, scope: Scope, happened: tuple[Marker, ...]
) -> None:
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
    active_user_course(report, scope, happened, measure=measure)


def active_user_course(
    report: ActiveUsersReport,
    scope: Scope,
    happened: tuple[Marker, ...],
    *,
    measure: str = "users",
) -> None:
    """One measure over the period at its grain, with what happened meanwhile."""
    source = _source(report, scope, measure)
    exhibit(
        source,
        lambda rows: figures.time_series(
            _lines(rows, report, scope, measure),
            unit="percent" if measure == "stickiness" else "users",
            grain="day" if measure == "stickiness" else scope.grain,
            markers=happened,
        ),
        key="active_users",
        alt=_takeaway(report, measure),
    )
    affordances(source, key="active_users")


def _source(report: ActiveUsersReport, scope: Scope, measure: str) -> Source:
    if measure == "stickiness":
        return report.stickiness
    return report.daily if scope.grain == "day" else report.buckets


def _lines(
    rows: pl.DataFrame, report: ActiveUsersReport, scope: Scope, measure: str
) -> list[figures.Line]:
    if measure == "stickiness":
        return [figures.Line("Stickiness", rows["day"].to_list(), rows["stickiness"].to_list())]
    if scope.grain != "day":
        return [_line(rows, "period_start", measure)]
    column = "daily_users" if measure == "users" else measure
    line = _line(rows, "day", column)
    if report.compared is None:
        return [line]
    before = report.compared.rows
    return [line, figures.previous(line, before[column].to_list(), before["day"].to_list())]


def _line(rows: pl.DataFrame, day: str, column: str) -> figures.Line:
    return figures.Line(
        "Now",
        rows[day].to_list(),
        rows[column].to_list(),
        complete=rows["is_complete"].to_list(),
    )


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
