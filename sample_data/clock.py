"""The demo's eighteen months, as day numbers and milliseconds."""

from datetime import UTC, date, datetime, timedelta

FIRST_DAY = date(2025, 5, 24)
LAST_DAY = date(2026, 11, 23)
ENDS_AT = datetime(2026, 11, 23, 11, 40, tzinfo=UTC)  # the last day is unfinished
WARM_UP = 60  # days that are lived but not written, so that nobody starts as a stranger
NEVER = 32_000  # a day after all others, small enough for 16 bits

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_EPOCH = date(1970, 1, 1)
_FIRST_MS = (FIRST_DAY - _EPOCH).days * DAY_MS
DAYS = (LAST_DAY - FIRST_DAY).days + 1


def number(day: date) -> int:
    """Days since the first day of the data; negative before it."""
    return (day - FIRST_DAY).days


def day_of(day: int) -> date:
    """The calendar day behind a day number."""
    return FIRST_DAY + timedelta(days=day)


def midnight(day: int) -> int:
    """Start of the day in UTC, milliseconds since 1970."""
    return _FIRST_MS + day * DAY_MS


def moment(at: datetime) -> int:
    """Milliseconds since 1970 of a moment with its zone."""
    return int(at.timestamp() * 1000)


def summer_hours(day: int, rule: str) -> int:
    """1 while clocks are advanced by the `rule` (eu, us, au, none), else 0."""
    today = day_of(day)
    year = today.year
    if rule == "eu":
        return int(_last_sunday(year, 3) <= today < _last_sunday(year, 10))
    if rule == "us":
        return int(_nth_sunday(year, 3, 2) <= today < _nth_sunday(year, 11, 1))
    if rule == "au":
        return int(not _nth_sunday(year, 4, 1) <= today < _nth_sunday(year, 10, 1))
    return 0


def _nth_sunday(year: int, month: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)
