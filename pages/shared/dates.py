"""Days and ages in words, whatever the locale of the machine (periods: metrics.periods)."""

from datetime import UTC, date, datetime

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAYS_OF_WEEK = 7
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def short_day(day: date) -> str:
    """'22 Nov'."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def plain_day(day: date | None) -> str:
    """'22 Nov 2026'; a dash for no day."""
    return "–" if day is None else f"{short_day(day)} {day.year}"


def full_day(day: date | None) -> str:
    """'Sun 22 Nov 2026'; a dash for no day."""
    return "–" if day is None else f"{WEEKDAYS[day.weekday()]} {short_day(day)} {day.year}"


def bucket(day: date, grain: str) -> str:
    """A point of a time axis: the day, 'week of 16 Nov 2026', 'Nov 2026'."""
    if grain == "month":
        return f"{MONTHS[day.month - 1]} {day.year}"
    if grain == "week":
        return f"Week of {short_day(day)} {day.year}"
    return full_day(day)


def age(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago, roughly: 'just now', '5 minutes ago', '3 days ago'."""
    if moment is None:
        return "never"
    at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = ((now or datetime.now(UTC)) - at).total_seconds()
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count >= 1:
            return f"{count} {name}{'' if count == 1 else 's'} ago"
    return "just now"
