"""The attempts of a funnel that count: of all, by value, and by period of entry."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from metrics.funnel import Attempts, Log, attempts, attributed
from metrics.funnel.breakdown import NO_GROUP, attempts_by_value
from metrics.periods import Grain, Period, buckets
from queries.funnel_log import FunnelEvents, FunnelRead, read_funnel
from reports.known import known

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from queries import Segment, Workspace
    from reports.funnel_question import FunnelQuestion

KEPT_BYTES = 192 * 2**20  # of counted attempts, over all viewers
KEPT_FUNNELS = 16
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Attempts that count, and what each belongs to.

    Attributes:
        attempts: The attempts.
        groups: (m,) code of each one's value; -1: not set, or nothing was asked.
        periods: (m,) number of each one's period of entry.
    """

    attempts: Attempts
    groups: NDArray[np.int64]
    periods: NDArray[np.int64]

    @property
    def size(self) -> int:
        """Bytes."""
        own = self.attempts
        parts = (own.units, own.rows, own.times, own.levels, self.groups, self.periods)
        return sum(part.nbytes for part in parts)


@dataclass(frozen=True, slots=True, eq=False)
class FunnelCounts:
    """A funnel, counted in the ways that a page shows.

    Attributes:
        asked: What was read.
        grain: Of the periods of entry.
        whole: One attempt of each unit over all days of entry, or all that do not overlap.
        grouped: The same by value of the breakdown; without one, the whole.
        by_period: The same by period of entry.
        names: What the codes of groups stand for.
        periods: The periods of entry, whole ones, also where the days of entry begin or end inside.
        edges: When each of them begins and the last one ends, within the days of entry, in
            microseconds since 1970, UTC.
        visits: For sessions (user_key, start in microseconds) of each unit, else None.
        seconds: How long reading and counting took.
    """

    asked: FunnelRead
    grain: Grain
    whole: Counted
    grouped: Counted
    by_period: Counted
    names: tuple[str, ...]
    periods: tuple[Period, ...]
    edges: NDArray[np.int64]
    visits: tuple[NDArray[np.int32], NDArray[np.int64]] | None
    seconds: float

    @property
    def size(self) -> int:
        """Bytes."""
        visits = sum(part.nbytes for part in self.visits) if self.visits else 0
        return self.whole.size + self.grouped.size + self.by_period.size + visits


def funnel_read(
    workspace: Workspace, period: Period, segment: Segment, question: FunnelQuestion
) -> FunnelRead:
    """What to read so that every attempt that opens in the period is seen to its end."""
    days = known(workspace)
    early = -(-question.grace // ONE_DAY)
    late = -(-question.window // ONE_DAY) + 1
    until = min(period.end + late * ONE_DAY, days.watermark + ONE_DAY)
    return FunnelRead(
        steps=tuple(step.match for step in question.steps),
        exclusions=tuple(one.match for one in question.exclusions),
        from_day=period.start - early * ONE_DAY,
        until_day=max(until, period.end),
        entry_from=period.start,
        entry_until=period.end,
        unit=question.unit,
        segment=segment.canonical(),
        by=question.by,
        has_others=question.order == "strict",
        opens_by_any=question.order == "any",
    )


def midnight(workspace: Workspace, day: date) -> int:
    """When a local day begins, in microseconds since 1970, UTC."""
    start = datetime.combine(day, time(0), workspace.settings.product.zone)
    return int(start.astimezone(UTC).timestamp()) * 1_000_000


def funnel_counts(
    workspace: Workspace, period: Period, segment: Segment, question: FunnelQuestion, grain: Grain
) -> FunnelCounts:
    """Count a funnel, or remember the counts of the same snapshot.

    Args:
        workspace: Where to ask.
        period: Days of entry.
        segment: Narrows the events.
        question: The funnel.
        grain: Of the periods of entry.
    """
    asked = funnel_read(workspace, period, segment, question)
    snapshot = workspace.snapshot
    key = (
        workspace.folder, snapshot.id if snapshot else None, workspace.sight, asked,
        question.rules, question.attribution, question.attribution_step, grain,
    )  # fmt: skip
    return KEPT.get(key) or KEPT.keep(key, _counted(workspace, asked, question, grain))


def _counted(
    workspace: Workspace, asked: FunnelRead, question: FunnelQuestion, grain: Grain
) -> FunnelCounts:
    start = perf_counter()
    events = read_funnel(workspace, asked)
    log = Log(events.units, events.times, events.steps, events.exclusions)
    edges, periods = _periods(workspace, asked, grain)
    number = np.searchsorted(edges, events.times, side="right") - 1
    number[number == len(periods)] = len(periods) + 1  # later than all, also for the whole
    is_one_span = not asked.opens_by_any and asked.from_day == asked.entry_from
    span = None if is_one_span else np.where(events.is_entry, 0, np.where(number < 0, -1, 1))
    whole = _entered(attempts(log, question.rules, cohorts=span), events, number)
    return FunnelCounts(
        asked=asked,
        grain=grain,
        whole=whole,
        grouped=whole if asked.by is None else _grouped(log, events, question, whole, span, number),
        by_period=_entered(attempts(log, question.rules, cohorts=number), events, number),
        names=events.names,
        periods=periods,
        edges=edges,
        visits=events.visits,
        seconds=perf_counter() - start,
    )


def _periods(
    workspace: Workspace, asked: FunnelRead, grain: Grain
) -> tuple[NDArray[np.int64], tuple[Period, ...]]:
    """The periods that hold a day of entry, and when each begins and the last one ends."""
    entry = Period(asked.entry_from, asked.entry_until)
    periods = buckets(entry, grain, workspace.settings.product.week_start)
    edges = [midnight(workspace, max(one.start, entry.start)) for one in periods]
    edges.append(midnight(workspace, entry.end))
    return np.array(edges, dtype=np.int64), periods


def _entered(
    found: Attempts, events: FunnelEvents, number: NDArray[np.int64],
    groups: NDArray[np.int64] | None = None,
) -> Counted:  # fmt: skip
    """Those that opened in the days of entry."""
    opened = found.rows[:, 0]
    kept = events.is_entry[opened] if len(opened) else np.empty(0, dtype=np.bool_)
    inside = Attempts(found.units[kept], found.rows[kept], found.times[kept], found.levels[kept])
    own = np.full(len(found), -1, dtype=np.int64) if groups is None else groups
    return Counted(inside, own[kept], number[inside.rows[:, 0]])


def _grouped(
    log: Log,
    events: FunnelEvents,
    question: FunnelQuestion,
    whole: Counted,
    span: NDArray[np.integer] | None,
    number: NDArray[np.int64],
) -> Counted:
    """The attempts by the value that counts; those that belong to none are left out."""
    if question.attribution == "all_steps":
        parts = [
            (value, found)
            for value, found in attempts_by_value(log, question.rules, events.values, cohorts=span)
        ]
        together = _together([found for _, found in parts], whole.attempts)
        sizes = [len(found) for _, found in parts]
        groups = np.repeat(np.array([value for value, _ in parts], dtype=np.int64), sizes)
        return _entered(together, events, number, groups)
    groups = attributed(
        whole.attempts, events.values,
        attribution=question.attribution, step=question.attribution_step - 1,
    )  # fmt: skip
    kept, own = groups != NO_GROUP, whole.attempts
    inside = Attempts(own.units[kept], own.rows[kept], own.times[kept], own.levels[kept])
    return Counted(inside, groups[kept], whole.periods[kept])


def _together(parts: list[Attempts], like: Attempts) -> Attempts:
    if not parts:
        return Attempts(like.units[:0], like.rows[:0], like.times[:0], like.levels[:0])
    return Attempts(*(
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("units", "rows", "times", "levels")
    ))  # fmt: skip


class _Kept:
    """Counts of the funnels asked last, up to a number of bytes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: OrderedDict[tuple[Any, ...], FunnelCounts] = OrderedDict()

    def get(self, key: tuple[Any, ...]) -> FunnelCounts | None:
        with self._lock:
            found = self._counts.get(key)
            if found is not None:
                self._counts.move_to_end(key)
            return found

    def keep(self, key: tuple[Any, ...], counts: FunnelCounts) -> FunnelCounts:
        with self._lock:
            self._counts[key] = counts
            while self._counts and (
                len(self._counts) > KEPT_FUNNELS
                or sum(one.size for one in self._counts.values()) > KEPT_BYTES
            ):
                self._counts.popitem(last=False)
        return counts


KEPT = _Kept()
