"""A funnel counted slowly and obviously: one attempt at a time, from the rules in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from metrics.funnel import Funnel, microseconds


@dataclass(frozen=True)
class Event:
    """One row: who, when, which steps it fits, which exclusions it is, and its cohort."""

    unit: int
    time: int
    steps: frozenset[int]
    exclusions: frozenset[int] = frozenset()
    cohort: int = 0

    @property
    def rank(self) -> tuple[int, int, bool, int]:
        return self.unit, self.time, not self.steps, sum(1 << step for step in self.steps)


@dataclass(frozen=True)
class Attempt:
    """What became of one entry: the events taken, the times that count, when it was over."""

    opened: Event
    taken: tuple[Event, ...]
    times: tuple[int, ...]
    is_void: bool
    over_at: int


def slow_attempts(events: list[Event], funnel: Funnel) -> list[Attempt]:
    """The attempts that count, by unit and entry."""
    ordered = sorted(events, key=lambda event: event.rank)
    counted = []
    for _, rows in groupby(ordered, key=lambda event: event.unit):
        counted += chosen(tries(list(rows), funnel), funnel)
    return [attempt for attempt in counted if not attempt.is_void]


def tries(rows: list[Event], funnel: Funnel) -> list[Attempt]:
    opening = range(funnel.steps) if funnel.order == "any" else [0]
    return [
        judged(row, rows, funnel, follow(place, rows, funnel))
        for place, row in enumerate(rows)
        if row.steps & {*opening}
    ]


def follow(place: int, rows: list[Event], funnel: Funnel) -> list[tuple[int, int]]:
    """(place of the row, time that counts) for each step done."""
    end = rows[place].time + microseconds(funnel.window)
    done = [(place, rows[place].time)]
    if funnel.order == "any":
        did = {min(rows[place].steps & {*range(funnel.steps)})}
        for later in range(place + 1, len(rows)):
            free = (rows[later].steps & {*range(funnel.steps)}) - did
            if free and rows[later].time <= end:
                did.add(min(free))
                done.append((later, rows[later].time))
        return done
    for step in range(1, funnel.steps):
        found = next(candidates(step, done, rows, funnel), None)
        if found is None or rows[found].time > end:
            break
        done.append((found, max(rows[found].time, done[-1][1])))
    return done


def candidates(
    step: int, done: list[tuple[int, int]], rows: list[Event], funnel: Funnel
) -> Iterator[int]:
    last_place, last_time = done[-1]
    if funnel.order == "strict":
        follower = last_place + 1
        if follower < len(rows) and step in rows[follower].steps:
            yield follower
        return
    used = {place for place, _ in done}
    for place, row in enumerate(rows):
        is_early = row.time < last_time - microseconds(funnel.grace)
        if step in row.steps and place not in used and not is_early:
            yield place


def judged(
    opened: Event, rows: list[Event], funnel: Funnel, done: list[tuple[int, int]]
) -> Attempt:
    end = opened.time + microseconds(funnel.window)
    times = tuple(time for _, time in done)
    broken = []
    for number, exclusion in enumerate(funnel.exclusions):
        if exclusion.from_step >= len(times):
            continue
        since = times[exclusion.from_step]
        for row in rows:
            if number in row.exclusions and row.time > since:
                if exclusion.to_step < len(times):
                    falls = row.time < times[exclusion.to_step]
                else:
                    falls = row.time <= end
                if falls:
                    broken.append(row.time)
    over = times[-1] if len(times) == funnel.steps else end
    return Attempt(
        opened,
        tuple(rows[place] for place, _ in done),
        times,
        bool(broken),
        min(broken, default=over),
    )


def chosen(attempts: list[Attempt], funnel: Funnel) -> list[Attempt]:
    if funnel.counting == "total":
        counted: list[Attempt] = []
        for attempt in attempts:
            if not counted or attempt.opened.time > counted[-1].over_at:
                counted.append(attempt)
        return counted
    best = []
    for _, group in groupby(attempts, key=lambda attempt: attempt.opened.cohort):
        tried = list(group)
        if funnel.attempt == "first":
            best.append(tried[0])
        else:
            clean = [attempt for attempt in tried if not attempt.is_void]
            best += [max(clean, key=lambda attempt: len(attempt.taken))] if clean else []
    return best
