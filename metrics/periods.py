"""Spans of whole local days, and the span each is fairly compared with."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Literal

Grain = Literal["day", "week", "month"]
WeekStart = Literal["monday", "sunday"]
ComparisonMode = Literal["previous", "year", "none"]
Match = Literal["weekday", "date"]

GRAINS: tuple[Grain, ...] = ("day", "week", "month")
ENOUGH = 30  # answers of a span: one more or less moves a share by some three points
FEWEST_SPANS = 2  # of a course
DAYS_PER_WEEK = 7
# The multiple of whole weeks that is nearest to a year keeps Mondays on Mondays.
WEEKDAY_YEAR_DAYS = 52 * DAYS_PER_WEEK
MONTHS_PER_YEAR = 12
# Not strftime: its month names follow the machine's language.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole local days from `start` up to, not including, `end`.

    Attributes:
        start: First day, included.
        end: Day after the last one.

    Raises:
        ValueError: The end does not come after the start.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a period ends after it starts, got {self.start} to {self.end}")

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last day it covers."""
        return self.end - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def shifted(self, days: int) -> "Period":
        """The same length, so many days later (earlier if negative)."""
        return Period(self.start + timedelta(days=days), self.end + timedelta(days=days))


def days_ending(last_day: date, days: int) -> Period:
    """The `days` days up to and including `last_day`.

    Examples:
        >>> days_ending(date(2026, 11, 22), 28)
        Period(start=datetime.date(2026, 10, 26), end=datetime.date(2026, 11, 23))
    """
    if days < 1:
        raise ValueError(f"a period has at least one day, got {days}")
    end = last_day + timedelta(days=1)
    return Period(end - timedelta(days=days), end)


def relative_period(text: str, *, last_day: date) -> Period:
    """A span such as "28d", "12w" or "12m" that ends with the last complete day.

    "12w" is exactly 84 days. "12m" starts on the same day of the month as it ends, 12 months
    earlier (the last day of the month where that day does not exist).

    Args:
        text: A number of at least 1 and d, w or m.
        last_day: The last day to cover: the watermark.

    Raises:
        ValueError: The text has another form.

    Examples:
        >>> relative_period("7d", last_day=date(2026, 11, 22)).start
        datetime.date(2026, 11, 16)
        >>> relative_period("12m", last_day=date(2026, 11, 22)).start
        datetime.date(2025, 11, 23)
    """
    found = re.fullmatch(r"([1-9]\d{0,3})([dwm])", text)
    if not found:
        raise ValueError(f"a relative period looks like '28d', '12w' or '12m', got {text!r}")
    count, unit = int(found[1]), found[2]
    if unit == "m":
        end = last_day + timedelta(days=1)
        return Period(add_months(end, -count), end)
    return days_ending(last_day, count * (DAYS_PER_WEEK if unit == "w" else 1))


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day if it is shorter.

    Examples:
        >>> add_months(date(2024, 2, 29), -12)
        datetime.date(2023, 2, 28)
    """
    index = day.year * MONTHS_PER_YEAR + day.month - 1 + months
    year, month = divmod(index, MONTHS_PER_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def comparison(
    period: Period, mode: ComparisonMode = "previous", *, match: Match = "weekday"
) -> Period | None:
    """The span that a period is compared with: as long, and on the same weekdays.

    A week has a shape; a span that starts on another weekday would show it as change. So
    "previous" goes back the fewest whole weeks that clear the period, and "year" goes back 52
    weeks. With `match="date"`, "previous" touches the period and "year" has the same dates.

    Args:
        period: What is looked at.
        mode: "previous", "year", or "none", which gives None.
        match: What the two spans share: weekdays or dates.

    References:
        Plausible, "Compare stats" (match day of week, match exact date).

    Examples:
        >>> comparison(days_ending(date(2026, 11, 22), 28)).start
        datetime.date(2026, 9, 28)
        >>> comparison(Period(date(2026, 11, 22), date(2026, 11, 23))).start
        datetime.date(2026, 11, 15)
    """
    if mode == "none":
        return None
    if mode == "year":
        if match == "weekday":
            return period.shifted(-WEEKDAY_YEAR_DAYS)
        start = add_months(period.start, -MONTHS_PER_YEAR)
        return Period(start, start + timedelta(days=period.days))
    if match == "date":
        return period.shifted(-period.days)
    weeks = -(-period.days // DAYS_PER_WEEK)
    return period.shifted(-weeks * DAYS_PER_WEEK)


def bucket_start(day: date, grain: Grain, week_start: WeekStart = "monday") -> date:
    """First day of the calendar day, week or month that a day belongs to.

    Examples:
        >>> bucket_start(date(2026, 11, 22), "week"), bucket_start(date(2026, 11, 22), "month")
        (datetime.date(2026, 11, 16), datetime.date(2026, 11, 1))
        >>> bucket_start(date(2026, 11, 22), "week", "sunday")
        datetime.date(2026, 11, 22)
    """
    if grain == "day":
        return day
    if grain == "month":
        return day.replace(day=1)
    since = day.weekday() if week_start == "monday" else (day.weekday() + 1) % DAYS_PER_WEEK
    return day - timedelta(days=since)


def bucket_end(start: date, grain: Grain) -> date:
    """Day after the last one of the calendar day, week or month that starts at `start`.

    Examples:
        >>> bucket_end(date(2026, 11, 1), "month")
        datetime.date(2026, 12, 1)
    """
    return bucket_after(start, grain, 1)


def bucket_after(start: date, grain: Grain, count: int) -> date:
    """First day of the calendar day, week or month that comes so many after the one at `start`.

    Examples:
        >>> bucket_after(date(2026, 11, 1), "month", 2), bucket_after(date(2026, 12, 28), "week", 1)
        (datetime.date(2027, 1, 1), datetime.date(2027, 1, 4))
    """
    if grain == "month":
        return add_months(start, count)
    return start + timedelta(days=count * (DAYS_PER_WEEK if grain == "week" else 1))


def buckets(period: Period, grain: Grain, week_start: WeekStart = "monday") -> tuple[Period, ...]:
    """The calendar days, weeks or months with a day in a period, each whole.

    Examples:
        >>> [one.start.day for one in buckets(days_ending(date(2026, 11, 22), 10), "week")]
        [9, 16]
    """
    starts = [bucket_start(period.start, grain, week_start)]
    while bucket_end(starts[-1], grain) < period.end:
        starts.append(bucket_end(starts[-1], grain))
    return tuple(Period(start, bucket_end(start, grain)) for start in starts)


def grain_with_enough(
    counts: Mapping[date, int],
    period: Period,
    finest: Grain,
    week_start: WeekStart = "monday",
    *,
    enough: int = ENOUGH,
) -> Grain:
    """The finest grain at which most whole spans of a period stand on enough answers.

    A score of few answers swings between its ends whatever people think. Spans without any count
    too; what the period does not cover whole does not. A coarser grain has to leave at least two
    whole spans, else there is no course to see; where no grain has enough, it is the coarsest that
    leaves them.

    Args:
        counts: Answers by day.
        period: The days that are drawn.
        finest: As fine as it may be.
        week_start: First day of a week.
        enough: Answers of a span, in the median.

    Examples:
        >>> month = Period(date(2026, 6, 1), date(2026, 6, 29))
        >>> daily = {month.start + timedelta(days=n): 7 for n in range(28)}
        >>> grain_with_enough(daily, month, "day"), grain_with_enough(daily, month, "day", enough=7)
        ('week', 'day')
    """
    chosen = finest
    for grain in GRAINS[GRAINS.index(finest) :]:
        whole = [
            span for span in buckets(period, grain, week_start)
            if span.start >= period.start and span.end <= period.end
        ]  # fmt: skip
        if grain != finest and len(whole) < FEWEST_SPANS:
            break
        chosen = grain
        answers = [sum(n for day, n in counts.items() if day in span) for span in whole]
        if answers and median(answers) >= enough:
            break
    return chosen


def words(period: Period, other: Period | None = None, *, this_year: int | None = None) -> str:
    """A period as people write it, with what it is compared with.

    Years are left out only when every day named lies in `this_year`.

    Args:
        period: What is looked at.
        other: What it is compared with; None: nothing.
        this_year: The year a reader takes for granted; None: none is.

    Examples:
        >>> now = days_ending(date(2026, 11, 22), 28)
        >>> words(now, comparison(now), this_year=2026)
        '26 Oct – 22 Nov compared with 28 Sep – 25 Oct'
        >>> words(Period(date(2025, 12, 30), date(2026, 1, 3)), this_year=2026)
        '30 Dec 2025 – 2 Jan 2026'
        >>> words(Period(date(2026, 11, 22), date(2026, 11, 23)))
        '22 Nov 2026'
    """
    named = [period] if other is None else [period, other]
    years = {day.year for one in named for day in (one.start, one.last_day)}
    has_year = years != {this_year}
    return " compared with ".join(_span(one, has_year=has_year) for one in named)


def _span(period: Period, *, has_year: bool) -> str:
    first, last = period.start, period.last_day
    if first == last:
        return _day(first, has_year=has_year)
    start = _day(first, has_year=has_year and first.year != last.year)
    return f"{start} – {_day(last, has_year=has_year)}"


def _day(day: date, *, has_year: bool) -> str:
    month = MONTHS[day.month - 1]
    return f"{day.day} {month} {day.year}" if has_year else f"{day.day} {month}"
