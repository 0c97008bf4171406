"""Facts of days after a build: rows, duplicates, last event, and what came late."""

from collections.abc import Mapping
from datetime import date

from queries.build.days import day_of
from queries.build.plan import Built
from queries.build.sources import Changes
from queries.snapshot import Snapshot


def days_facts(old: Snapshot | None, built: Built) -> dict[str, tuple[int, int, int]]:
    """Facts of all days, by ISO text, in order."""
    touched = {day_of(day).isoformat() for day in built.touched}
    before = old.days if old is not None else {}
    days = {day: facts for day, facts in before.items() if day not in touched}
    for number, facts in built.facts.items():
        days[day_of(number).isoformat()] = (facts.rows, facts.duplicates, facts.last_second)
    return dict(sorted(days.items()))


def late_rows(old: Snapshot | None, built: Built, change: Changes) -> dict[str, int]:
    """Rows that came for days that had been complete before, added to those of earlier builds."""
    if old is None or old.watermark is None:
        return dict(old.late_rows) if old is not None else {}
    late = dict(old.late_rows)
    for path, file in built.files.items():
        before: Mapping[str, int] = change.gone[path].days if path in change.gone else {}
        for day, rows in file.days.items():
            more = rows - before.get(day, 0)
            if more > 0 and date.fromisoformat(day) <= old.watermark:
                late[day] = late.get(day, 0) + more
    return dict(sorted(late.items()))
