"""Up to which day data are complete."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Literal

Rule = Literal["auto", "complete", "incomplete"]
WEEK = timedelta(days=7)
WEEKS_BACK = 8
WEEKS_NEEDED = 4


def watermark(
    last_seconds: Mapping[date, int],
    today: date,
    rule: Rule,
) -> date | None:
    """The last complete local day; None: no day is.

    Days before the last one with data are complete. The last one is, by the rule "auto", when data
    go on after it, or when its last event came no earlier than the earliest last event of the same
    weekday in the eight weeks before (at least four of them). Today is never complete.

    Args:
        last_seconds: Second of the local day at which its last event came, by day.
        today: The local day on which the question is asked.
        rule: "auto", or the owner's word that the last day is always or never complete.

    Examples:
        >>> seen = {date(2025, 1, 6): 80_000, date(2025, 1, 7): 40_000}
        >>> watermark(seen, date(2025, 2, 1), "auto")
        datetime.date(2025, 1, 6)
    """
    past = {day for day in last_seconds if day < today}
    if not past:
        return None
    last = max(past)
    if last + timedelta(days=1) in last_seconds or rule == "complete":
        return last
    if rule == "auto" and _looks_whole(last, last_seconds):
        return last
    before = last - timedelta(days=1)
    return before if before >= min(past) else None


def _looks_whole(day: date, last_seconds: Mapping[date, int]) -> bool:
    same_weekdays = [day - WEEK * number for number in range(1, WEEKS_BACK + 1)]
    usual = [last_seconds[one] for one in same_weekdays if one in last_seconds]
    return len(usual) >= WEEKS_NEEDED and last_seconds[day] >= min(usual)
