"""Adoption recounted slowly and obviously: what the queries are held to.

Everything here takes `acts`: (person, day, feature, event, action) of every event, and `active`:
the active days of each person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)
Act = tuple[str, date, str | None, str, str | None]
Active = Mapping[str, set[date]]


@dataclass(frozen=True, slots=True)
class Log:
    """What happened, and since when each feature is there."""

    acts: Sequence[Act]
    active: Active
    live_on: Mapping[str, date]

    def of(self, feature: str, person: str | None = None) -> list[Act]:
        """The events of a feature, of one person or of all."""
        return [a for a in self.acts if a[2] == feature and person in (None, a[0])]

    def is_try(self, act: Act) -> bool:
        """`started`; without any in the feature `opened`; without both all but `exposed`."""
        actions = {a[4] for a in self.of(str(act[2]))}
        if "started" in actions:
            return act[4] == "started"
        if "opened" in actions:
            return act[4] == "opened"
        return act[4] != "exposed"

    def is_use(self, act: Act) -> bool:
        """`completed`; without any in the feature a try."""
        if "completed" in {a[4] for a in self.of(str(act[2]))}:
            return act[4] == "completed"
        return self.is_try(act)

    def eligible(self, feature: str, start: date, end: date) -> set[str]:
        """People active in the period on or after the feature's first day."""
        return {
            person
            for person, days in self.active.items()
            if any(max(start, self.live_on[feature]) <= day < end for day in days)
        }

    def entry(self, feature: str, person: str) -> date | None:
        """Somebody's first active day on which the feature was there."""
        days = [day for day in self.active.get(person, ()) if day >= self.live_on[feature]]
        return min(days, default=None)

    def use_days(self, feature: str, person: str, start: date, end: date) -> list[date]:
        """Somebody's use days in a period, in order."""
        found = {a[1] for a in self.of(feature, person) if self.is_use(a) and start <= a[1] < end}
        return sorted(found)


def reach(log: Log, feature: str, start: date, end: date) -> tuple[int, ...]:
    """Eligible, exposed, tried, either, completed, completed or tried, acted, actions."""
    able = log.eligible(feature, start, end)
    acts = [a for a in log.of(feature) if start <= a[1] < end and a[0] in able]
    exposed = {a[0] for a in acts if a[4] == "exposed"}
    tried = {a[0] for a in acts if log.is_try(a)}
    completed = {a[0] for a in acts if a[4] == "completed"}
    done = {(a[0], a[3]) for a in acts if a[4] not in ("exposed", "failed", "abandoned")}
    return (
        len(able), len(exposed), len(tried), len(exposed | tried), len(completed),
        len(completed | tried), len({person for person, _ in done}), len(done),
    )  # fmt: skip


def use_days(
    log: Log, feature: str, start: date, end: date, window: int
) -> tuple[int, int, int, int, int, int]:
    """Users, use days, adopters, recent ones, adopters' use days, their active weeks."""
    since = start - window * DAY
    users = days = 0
    adopters = {}
    for person in {a[0] for a in log.of(feature)}:
        inside = log.use_days(feature, person, start, end)
        if inside and any(start <= day < end for day in log.active.get(person, ())):
            users, days = users + 1, days + len(inside)
        both = log.use_days(feature, person, since, end)
        if len(both) >= 2:
            adopters[person] = both
    recent = sum(any(day >= end - window * DAY for day in both) for both in adopters.values())
    weeks = sum(
        len({day - day.weekday() * DAY for day in log.active.get(p, ()) if since <= day < end})
        for p in adopters
    )
    return users, days, len(adopters), recent, sum(map(len, adopters.values())), weeks


def newcomers(
    log: Log, feature: str, entered: tuple[date, date], end: date, within: int
) -> dict[tuple[int, bool], list[int]]:
    """By (days waited, has adopted): newcomers, tried, tried long ago, tried once."""
    table: dict[tuple[int, bool], list[int]] = {}
    for person in log.active:
        entry = log.entry(feature, person)
        if entry is None or not entered[0] <= entry < entered[1]:
            continue
        uses = log.use_days(feature, person, entry, end)
        has_adopted = len(uses) >= 2
        waited = ((uses[1] if has_adopted else end - DAY) - entry).days
        tries = sorted(
            {a[1] for a in log.of(feature, person) if log.is_try(a) and entry <= a[1] < end}
        )
        is_old = bool(tries) and tries[0] + within * DAY < end
        later = {*tries[1:], *(day for day in uses if tries and day > tries[0])}
        is_once = is_old and not any(day <= tries[0] + within * DAY for day in later)
        row = table.setdefault((waited, has_adopted), [0, 0, 0, 0])
        for at, one in enumerate((True, bool(tries), is_old, is_once)):
            row[at] += one
    return table
