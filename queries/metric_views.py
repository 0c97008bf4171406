"""Each metric of metrics.toml as a view by day, over the tables that a viewer may read."""

from collections.abc import Mapping
from datetime import date, timedelta

from queries.definitions import MetricDefinition
from queries.quoting import quoted, text
from queries.snapshot import Snapshot

COLUMNS: Mapping[str, str] = {
    "day": "local day",
    "numerator": "what is counted or added up",
    "denominator": "what it is divided by; null: nothing",
    "value": "numerator by denominator; add up both before dividing over several days",
    "is_complete": "false while the day is still being loaded: do not compare",
}
NO_DATA = date(2000, 1, 1)


def view_name(metric: str) -> str:
    """The name of a metric's view."""
    return f"metric_{metric}"


def metric_view(name: str, metric: MetricDefinition, snapshot: Snapshot) -> str:
    """The statement that makes a metric's view."""
    if metric.kind == "active":
        rows = _active(metric.window_days or 1, snapshot)
    elif metric.kind == "retention":
        rows = _retention(metric.after_days or 7, snapshot)
    else:
        rows = _rolled_up(name, metric, snapshot)
    return f"create view {quoted(view_name(name))} as {rows}"


def meaning(metric: MetricDefinition) -> str:
    """What one row is, and of what."""
    row = "first day of a cohort" if metric.kind == "retention" else "local day"
    return f"{metric.label}, one row per {row}. {metric.description}".strip()


def reads(metric: MetricDefinition) -> tuple[str, ...]:
    """The tables that a metric's view reads."""
    return ("metric_days",) if metric.is_rolled_up else ("user_days",)


def _rolled_up(name: str, metric: MetricDefinition, snapshot: Snapshot) -> str:
    value = {
        "count": "numerator",
        "quantile": "numerator",
    }.get(metric.kind, "case when denominator <> 0 then numerator / denominator end")
    return (
        f"select day, numerator, denominator, {value} as value, "
        f"{_is_complete('day', 'day', snapshot)} as is_complete from metric_days "
        f"where metric = {text(name)} and dimension is null"
    )


def _active(window: int, snapshot: Snapshot) -> str:
    """Different people of the days that end with each day: one step up, one down, added up."""
    first, last = _first(snapshot) + timedelta(days=window - 1), snapshot.last_day or NO_DATA
    covered = f"m_add_days(prev_day, {window})"
    return (
        "select day, cast(people as double) as numerator, cast(null as double) as denominator, "
        f"cast(people as double) as value, {_is_complete('day', 'day', snapshot)} as is_complete "
        "from (select calendar.day, sum(coalesce(steps.step, 0)) over (order by calendar.day) "
        "as people from calendar left join (select changed_on, sum(step) as step from ("
        f"select case when {covered} > day then {covered} else day end as changed_on, "
        "count(*) as step from user_days group by changed_on "
        f"union all select m_add_days(day, {window}) as changed_on, -count(*) as step "
        "from user_days group by changed_on) as changes group by changed_on) as steps "
        "on steps.changed_on = calendar.day) as totals "
        f"where day between {_day(first)} and {_day(last)}"
    )


def _retention(after: int, snapshot: Snapshot) -> str:
    """Of the people first active in a period, those active in the one that many days later."""
    is_weekly = after % 7 == 0
    length = 7 if is_weekly else 1
    starts = ("first.week_start", "back.week_start") if is_weekly else ("first.day", "back.day")
    over = f"m_add_days(cohort, {after + length - 1})"
    return (
        "select cohort as day, "
        f"case when {over} <= {_day(_watermark(snapshot))} then cast(returned as double) end "
        "as numerator, cast(users as double) as denominator, "
        f"case when {over} <= {_day(_watermark(snapshot))} and users > 0 then returned / users end "
        f"as value, {_is_complete('cohort', over, snapshot)} as is_complete from ("
        f"select {starts[0]} as cohort, count(distinct user_key) as users, "
        f"count(distinct case when {starts[1]} = m_add_days({starts[0]}, {after}) "
        "then user_key end) as returned from user_days "
        "inner join calendar as first on first.day = user_days.first_day "
        "inner join calendar as back on back.day = user_days.day "
        f"where user_days.day <= {_day(_watermark(snapshot))} "
        "group by cohort) as cohorts"
    )


def _is_complete(first: str, last: str, snapshot: Snapshot) -> str:
    return f"{first} >= {_day(_first(snapshot))} and {last} <= {_day(_watermark(snapshot))}"


def _first(snapshot: Snapshot) -> date:
    return snapshot.first_day or NO_DATA


def _watermark(snapshot: Snapshot) -> date:
    return snapshot.watermark or _first(snapshot) - timedelta(days=1)


def _day(day: date) -> str:
    return f"date '{day}'"
