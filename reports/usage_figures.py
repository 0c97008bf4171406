"""Single figures of usage, each with its comparison, its base and its course by day."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from metrics.changes import Change, change
from metrics.rates import ratio
from reports import definitions
from reports.active_users import ActiveUsersAsked, stickiness_course
from reports.answer import Source
from reports.breakdown import active_people, period_totals
from reports.known import known
from reports.lifecycle import lifecycle
from reports.sessions import session_series, session_totals

if TYPE_CHECKING:
    from queries import MetricDefinition, Workspace
    from reports.scope import Scope

Spark = tuple[tuple[date, float | None], ...]

WINDOW_DAYS = 28


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, before it has a name.

    Attributes:
        change: Its value and what it is compared with.
        base: How many it stands on; None when unknown.
        base_words: What the base is.
        spark: Its value by complete day, oldest first.
        source: Where it comes from.
        missing: Why there is no value, where there is more to say than that the data are short.
    """

    change: Change
    base: float | None
    base_words: str
    spark: Spark
    source: Source
    missing: str | None = None


def active_figure(workspace: Workspace, scope: Scope, metric: MetricDefinition) -> Figure:
    """Different people active in the metric's window that ends with the period's last day."""
    window = metric.window_days or WINDOW_DAYS
    ask = ActiveUsersAsked(workspace, scope, known(workspace), window)
    compared = scope.comparison.last_day if scope.comparison else None
    moved = change(ask.standing(scope.period.last_day).window, ask.standing(compared).window)
    daily = ask.daily(scope.period, None, ())
    return Figure(
        change=moved,
        base=moved.base,
        base_words="people in the window compared with",
        spark=_spark(daily.rows, "window_users"),
        source=replace(daily, title=f"Active users, {window} days, by day"),
    )


def new_users_figure(workspace: Workspace, scope: Scope) -> Figure:
    """People whose first active day ever lies in the period."""
    states = lifecycle(workspace, replace(scope, grain="day")).states
    compared = scope.comparison
    moved = change(
        _new_people(workspace, scope),
        _new_people(workspace, scope.over(compared)) if compared else None,
    )
    return Figure(
        change=moved,
        base=moved.base,
        base_words="new people in the comparison",
        spark=_spark(states.rows.rename({"period_start": "day"}), "new_users"),
        source=replace(states, title="New users by day", definition=definitions.NEW_USERS),
    )


def _new_people(workspace: Workspace, scope: Scope) -> int:
    return int(period_totals(workspace, scope).rows["new_users"].sum())


def stickiness_figure(workspace: Workspace, scope: Scope) -> Figure:
    """Mean daily active users over the people active in 28 days, at the period's end."""
    ask = ActiveUsersAsked(workspace, scope, known(workspace), WINDOW_DAYS)
    compared = scope.comparison.last_day if scope.comparison else None
    now, before = ask.standing(scope.period.last_day), ask.standing(compared)
    course = stickiness_course(ask, scope.period, None)
    return Figure(
        change=change(now.stickiness, before.stickiness),
        base=now.window,
        base_words=f"people active in the last {WINDOW_DAYS} days",
        spark=_spark(course.rows, "stickiness"),
        source=course,
    )


def sessions_per_user_figure(workspace: Workspace, scope: Scope) -> Figure:
    """Visits of the period over the people active in it."""
    people = active_people(workspace, scope)
    now = session_totals(workspace, scope, scope.period)
    before = session_totals(workspace, scope, scope.comparison)
    series = session_series(workspace, replace(scope, grain="day"))
    ask = ActiveUsersAsked(workspace, scope, known(workspace), WINDOW_DAYS)
    daily = ask.daily(scope.period, None, ()).rows
    return Figure(
        change=change(ratio(now.sessions, people.value), ratio(before.sessions, people.base)),
        base=people.value,
        base_words="people active in the period",
        spark=_per_active_user(series.rows, daily),
        source=replace(
            series,
            title="Sessions per active user, by day",
            definition=f"{definitions.SESSIONS_PER_USER}\n\n{definitions.SESSIONS}",
        ),
    )


def _per_active_user(visits: pl.DataFrame, daily: pl.DataFrame) -> Spark:
    by_day = dict(visits.select("period_start", "sessions").iter_rows())
    complete = daily.filter(pl.col("is_complete")).select("day", "daily_users").iter_rows()
    return tuple((day, ratio(by_day.get(day, 0), people)) for day, people in complete)


def _spark(rows: pl.DataFrame, column: str) -> Spark:
    if "is_complete" in rows.columns:
        rows = rows.filter(pl.col("is_complete"))
    return tuple(rows.select("day", column).iter_rows())
