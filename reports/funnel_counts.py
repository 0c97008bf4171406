"""The attempts of a funnel that count: of all, by value, and by period of entry."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

import metrics.funnel
from metrics.funnel import Attempts, Log, attempts_by, attributed
from metrics.funnel.breakdown import NO_GROUP, attempts_by_value
from metrics.periods import Grain, Period, buckets
from queries.funnel_log import FunnelEvents, FunnelRead, midnight, read_funnel
from queries.kept_counts import kept_counts
from reports.funnel_along import read_along
from reports.known import known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from queries import Segment, Workspace
    from reports.funnel_question import FunnelQuestion

KEPT_BYTES = 192 * 2**20  # of counted attempts, over all viewers
KEPT_FUNNELS = 16
ONE_DAY = timedelta(days=1)
CODE = (Path(__file__).parent, Path(metrics.funnel.__file__).parents[1])


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
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

    @property
    def table(self) -> pl.DataFrame:
        """The same as a table, one row per attempt."""
        own = self.attempts
        wide = {"row": own.rows, "time": own.times}
        return pl.DataFrame(
            {"unit": own.units, "level": own.levels, "group": self.groups, "period": self.periods}
            | {f"{name}_{n}": part[:, n] for name, part in wide.items() for n in _columns(part)}
        )

    @classmethod
    def of(cls, table: pl.DataFrame) -> Counted:
        """What a table of attempts says."""

        def column(name: str) -> NDArray[Any]:
            return table[name].to_numpy().copy()

        def wide(name: str) -> NDArray[Any]:
            names = [one for one in table.columns if one.startswith(f"{name}_")]
            return np.column_stack([column(one) for one in names])

        own = Attempts(column("unit"), wide("row"), wide("time"), column("level"))
        return cls(own, column("group"), column("period"))


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
    if question.path is not None:
        return _along(period, segment, question)
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


def _along(period: Period, segment: Segment, question: FunnelQuestion) -> FunnelRead:
    """The same of a path, of which only the events of the period count."""
    return FunnelRead(
        steps=tuple(step.match for step in question.steps),
        exclusions=(),
        from_day=period.start,
        until_day=period.end,
        entry_from=period.start,
        entry_until=period.end,
        unit=question.unit,
        segment=segment.canonical(),
        has_others=True,
        path=question.path,
    )


def funnel_counts(
    workspace: Workspace, period: Period, segment: Segment, question: FunnelQuestion, grain: Grain
) -> FunnelCounts:
    """Count a funnel, or remember the counts of the same snapshot, here or on disk.

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
    return KEPT.get(key) or KEPT.keep(
        key, _read_or_counted(workspace, asked, question, grain)
    )  # fmt: skip


def _columns(wide: NDArray[Any]) -> range:
    return range(wide.shape[1])


def _read_or_counted(
    workspace: Workspace, asked: FunnelRead, question: FunnelQuestion, grain: Grain
) -> FunnelCounts:
    """A plain funnel of users may lie on disk, where everybody asks it first."""
    if asked.by is not None or asked.path is not None or asked.unit != "user":
        return _counted(workspace, asked, question, grain)

    def make() -> dict[str, pl.DataFrame]:
        made = _counted(workspace, asked, question, grain)
        seconds = pl.DataFrame({"seconds": [made.seconds]})
        return {"whole": made.whole.table, "by_period": made.by_period.table, "seconds": seconds}

    found = kept_counts(
        workspace, "funnel_counts", (asked, question, grain), make,
        tables=("whole", "by_period", "seconds"), code=CODE,
    )  # fmt: skip
    edges, periods = _periods(workspace, asked, grain)
    whole = Counted.of(found["whole"])
    return FunnelCounts(
        asked=asked,
        grain=grain,
        whole=whole,
        grouped=whole,
        by_period=Counted.of(found["by_period"]),
        names=(),
        periods=periods,
        edges=edges,
        visits=None,
        seconds=found["seconds"]["seconds"].item(),
    )


def _counted(
    workspace: Workspace, asked: FunnelRead, question: FunnelQuestion, grain: Grain
) -> FunnelCounts:
    """Parts of the log are sorted and counted two at a time, and put together."""
    start = perf_counter()
    log = read_funnel(workspace, asked) if asked.path is None else read_along(workspace, asked)
    edges, periods = _periods(workspace, asked, grain)
    part = _Part(asked, question, edges)
    counted, visits = log.each(part.counted)
    whole, by_period, grouped = (_together(parts) for parts in zip(*counted, strict=True))
    return FunnelCounts(
        asked=asked,
        grain=grain,
        whole=whole,
        grouped=whole if asked.by is None else grouped,
        by_period=by_period,
        names=log.names,
        periods=periods,
        edges=edges,
        visits=visits,
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


@dataclass(frozen=True, slots=True)
class _Part:
    """Counts the events of some units."""

    asked: FunnelRead
    question: FunnelQuestion
    edges: NDArray[np.int64]

    def counted(self, events: FunnelEvents) -> tuple[Counted, Counted, Counted]:
        """The whole, by period of entry, and by group (nothing without a breakdown)."""
        log = Log(
            events.units,
            events.times,
            events.steps,
            events.exclusions,
            has_own_order=self.asked.path is not None,
        )
        count = len(self.edges) - 1
        number = np.searchsorted(self.edges, events.times, side="right") - 1
        number[number == count] = count + 1  # later than all
        span = None
        if self.asked.opens_by_any or self.asked.from_day < self.asked.entry_from:
            span = np.where(events.is_entry, 0, np.where(number < 0, -1, 1))
        rules = self.question.rules
        whole, by_period = (
            _entered(found, events, number) for found in attempts_by(log, rules, (span, number))
        )
        if self.asked.by is None:
            return whole, by_period, _taken(whole, np.zeros(len(whole.attempts), dtype=np.bool_))
        if self.question.attribution == "all_steps":
            lanes = attempts_by_value(log, rules, events.values, cohorts=span)
            parts = [_entered(found, events, number, group=value) for value, found in lanes]
            nothing = _taken(whole, np.zeros(len(whole.attempts), dtype=np.bool_))
            return whole, by_period, _together([nothing, *parts])
        groups = attributed(
            whole.attempts,
            events.values,
            attribution=self.question.attribution,
            step=self.question.attribution_step - 1,
        )
        valued = Counted(whole.attempts, groups, whole.periods)
        return whole, by_period, _taken(valued, groups != NO_GROUP)


def _entered(
    found: Attempts, events: FunnelEvents, number: NDArray[np.int64], *, group: int = -1
) -> Counted:
    """Those that opened in the days of entry, of one group."""
    opened = found.rows[:, 0]
    every = Counted(found, np.full(len(found), group, dtype=np.int64), number[opened])
    return _taken(every, events.is_entry[opened])


def _taken(counted: Counted, kept: NDArray[np.bool_]) -> Counted:
    own = counted.attempts
    inside = Attempts(own.units[kept], own.rows[kept], own.times[kept], own.levels[kept])
    return Counted(inside, counted.groups[kept], counted.periods[kept])


def _together(parts: Sequence[Counted]) -> Counted:
    """Attempts of different units, or of different groups, as one; their rows are of their part."""
    found = Attempts(*(
        np.concatenate([getattr(part.attempts, name) for part in parts])
        for name in ("units", "rows", "times", "levels")
    ))  # fmt: skip
    groups, periods = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("groups", "periods")
    )
    return Counted(found, groups, periods)


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

    def forget(self) -> None:
        """Let go of all."""
        with self._lock:
            self._counts.clear()

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
