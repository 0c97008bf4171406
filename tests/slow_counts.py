"""Usage and retention recounted slowly and obviously: what the queries are held to.

Everything here takes `active`: for each person their active days in order, as
`{user: {day: qualifying events}}`, or moments of named events.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from metrics.periods import Grain, Period, bucket_after, buckets
from tests.slow_rollups import Table

Active = Mapping[Any, Mapping[date, int]]
DAY = timedelta(days=1)


def active_days_of(user_days: Table) -> Active:
    """Each person's active days with their events, from the roll-up."""
    people: dict[Any, dict[date, int]] = {}
    for row in user_days:
        people.setdefault(row["user_key"], {})[row["day"]] = row["events"]
    return people


def users_between(active: Active, period: Period) -> int:
    """Different people active in a period."""
    return sum(any(day in period for day in days) for days in active.values())


def window_users(active: Active, last_day: date, days: int) -> int:
    """Different people active in the days up to and including one."""
    return users_between(active, Period(last_day - (days - 1) * DAY, last_day + DAY))


def state(days: Mapping[date, int], period: Period, before: Period) -> str | None:
    """What a person is in a period; None: not active now nor in the period before."""
    now = any(day in period for day in days)
    previously = any(day in before for day in days)
    if not now:
        return "dormant" if previously else None
    if all(day >= period.start for day in days):
        return "new"
    return "retained" if previously else "resurrected"


def lifecycle_counts(active: Active, period: Period, grain: Grain) -> dict[str, int]:
    """People by state."""
    before = Period(bucket_after(period.start, grain, -1), period.start)
    states = [state(days, period, before) for days in active.values()]
    names = ("new", "retained", "resurrected", "dormant")
    return {name: states.count(name) for name in names}


def active_days_histogram(active: Active, period: Period, *, min_events: int) -> list[int]:
    """People with exactly 1, 2, 3, … active days."""
    numbers = [
        sum(day in period and events >= min_events for day, events in days.items())
        for days in active.values()
    ]
    return [numbers.count(number) for number in range(1, period.days + 1)]


def entries(starts: Active, period: Period, *, first_time: bool) -> list[Any]:
    """People of the cohort that starts in a period."""
    return [
        user
        for user, days in starts.items()
        if any(day in period for day in days)
        and not (first_time and any(day < period.start for day in days))
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about retention, as the slow recount takes it."""

    grain: Grain
    spans: tuple[tuple[int, int], ...]
    watermark: date
    first_time: bool = True
    on_or_after: bool = False
    needed: int = 1


def retention_cells(
    starts: Active, returns: Active, cohorts: Period, asked: Asked
) -> dict[date, list[int | None]]:
    """By cohort: its size, then for each span who came back, None while it is not over."""
    starts, returns = _until(starts, asked.watermark), _until(returns, asked.watermark)
    table = {}
    for cohort in buckets(cohorts, asked.grain):
        people = entries(starts, cohort, first_time=asked.first_time)
        if people:
            cells = [_cell(people, returns, cohort.start, span, asked) for span in asked.spans]
            table[cohort.start] = [len(people), *cells]
    return table


def _cell(
    people: list[Any], returns: Active, cohort: date, span: tuple[int, int], asked: Asked
) -> int | None:
    first, last = span
    needed_until = bucket_after(cohort, asked.grain, (first if asked.on_or_after else last) + 1)
    if needed_until > asked.watermark + DAY:
        return None
    start = bucket_after(cohort, asked.grain, first)
    end = date.max if asked.on_or_after else bucket_after(cohort, asked.grain, last + 1)
    return sum(
        sum(n for day, n in returns.get(user, {}).items() if start <= day < end) >= asked.needed
        for user in people
    )


def _until(active: Active, watermark: date) -> Active:
    return {
        user: {day: events for day, events in days.items() if day <= watermark}
        for user, days in active.items()
    }


def own_clock_cells(
    starts: Mapping[Any, list[Any]],
    returns: Mapping[Any, list[Any]],
    cohorts: list[date],
    *,
    intervals: int,
    watermark: date,
) -> dict[date, list[int | None]]:
    """First-time cohorts by day, in spans of 24 hours from everybody's own first start.

    Args:
        starts: Moments of start events by person, as (local day, moment).
        returns: Moments of return events likewise.
        cohorts: Days.
        intervals: How many spans.
        watermark: Last complete day.
    """
    table: dict[date, list[int | None]] = {}
    for cohort in cohorts:
        people = [user for user, moments in starts.items() if min(moments)[0] == cohort]
        if not people:
            continue
        row: list[int | None] = [len(people)]
        for interval in range(1, intervals + 1):
            back = 0
            for user in people:
                began = min(moment for _, moment in starts[user])
                back += any(
                    (moment - began) // DAY == interval
                    for day, moment in returns.get(user, [])
                    if day <= watermark
                )
            is_over = cohort + (interval + 2) * DAY <= watermark + DAY
            row.append(back if is_over else None)
        table[cohort] = row
    return table
