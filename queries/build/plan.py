"""What a build of events works with, what it is to read, and what comes out."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from queries.build.chunk import DayFacts
from queries.build.codes import Numbering, TextNumbering
from queries.build.days import FIRST_MOMENT, LAST_DAY, LocalTime, day_number, day_of
from queries.build.history import History
from queries.build.outline import Outline
from queries.build.partitions import Partitions
from queries.build.reading import EventReader, Numberings
from queries.build.sources import Changes, Found
from queries.definitions import MetricDefinition
from queries.snapshot import Partition, Snapshot, SourceFile

ROLLUPS = (
    "user_days", "segment_days", "feature_days", "steps", "sessions", "metric_days",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What is to be read.

    Attributes:
        fresh: New or changed files, in the order in which they are read.
        lows: For each of them, the first local day it can hold.
        same: Unchanged files by path.
        touched: Days that are known to change before anything is read.
        numbers: Number of each file, in order of paths.
    """

    fresh: tuple[Found, ...]
    lows: tuple[int, ...]
    same: Mapping[str, SourceFile]
    touched: frozenset[int]
    numbers: Mapping[str, int]

    @property
    def first_day(self) -> int:
        """No earlier day changes; LAST_DAY when none does."""
        return min((*self.lows, *self.touched), default=LAST_DAY)

    @cached_property
    def is_scattered(self) -> bool:
        """Whether unchanged files have to be read again: then each is read once, at the end."""
        first = day_of(max(1, self.first_day)).isoformat()
        return any(day >= first for file in self.same.values() for day in file.days)

    @property
    def horizons(self) -> list[int | None]:
        """After each fresh file, the first day that a file still to be read can hold."""
        lowest = np.minimum.accumulate(np.array(self.lows[::-1], dtype=np.int64))[::-1]
        return [*lowest[1:].tolist(), None] if self.lows else []


@dataclass(frozen=True, slots=True)
class Tools:
    """What every step works with.

    Attributes:
        reader: Reads files of events.
        numberings: Numbers of users, kinds and cells.
        clock: The workspace's local time.
        partitions: Writes files.
        metrics: Metrics that can be computed from these events.
        dimensions: Event dimensions.
        only: Names of the roll-ups that are wanted.
        idle: The longest pause within a session, microseconds.
        progress: Told how many rows have been read since the last time.
    """

    reader: EventReader
    numberings: Numberings
    clock: LocalTime
    partitions: Partitions
    metrics: Mapping[str, MetricDefinition]
    dimensions: tuple[str, ...]
    only: frozenset[str]
    idle: int
    progress: Callable[[int], None]


@dataclass(slots=True)
class Built:
    """What came out, beside the old partitions.

    Attributes:
        partitions: New files by roll-up.
        touched: Days that were made anew.
        files: Descriptions of the files that were read whole.
        facts: Facts of the days that were made anew; a day without rows has none.
        left_out: Quarantined rows.
        active: Which users have any event, by number.
        history: First and last active day of each user.
        rewritten_from: The day from which all user-days were written anew; None: none were.
    """

    partitions: dict[str, list[Partition]]
    touched: set[int]
    files: dict[str, SourceFile]
    facts: dict[int, DayFacts]
    left_out: list[pa.Table]
    active: npt.NDArray[np.bool_]
    history: History
    rewritten_from: date | None = None


def numberings(old: Snapshot | None, users: pl.Series, cells: pa.Table) -> Numberings:
    """Numbers of users, kinds and cells as before.

    Args:
        old: The snapshot before.
        users: Ids by number.
        cells: Its table of cells; no columns when there was none.
    """
    kinds = old.kinds if old else ()
    known = zip(*(cells[name].to_pylist() for name in cells.column_names[1:]), strict=True)
    rows = known if cells.num_columns > 1 else [()] * cells.num_rows
    return Numberings(TextNumbering(users), Numbering(kinds), Numbering(rows), threading.Lock())


def no_numberings() -> Numberings:
    """Nothing has a number yet."""
    return numberings(None, pl.Series([], dtype=pl.String), pa.table({}))


def plan_of(
    files: Sequence[Found], change: Changes, outlines: Sequence[Outline], clock: LocalTime
) -> Plan:
    """What is to be read, in the order of the first day that a file can hold.

    Args:
        files: All files of events, by path.
        change: What is different from the last build.
        outlines: The outline of each fresh file.
        clock: The workspace's local time.
    """
    lows = [_low(one, clock) for one in outlines]
    order = sorted(range(len(lows)), key=lambda n: (lows[n], change.fresh[n].path))
    days = {day for file in change.gone.values() for day in file.days}
    paths = sorted(file.path for file in files)
    return Plan(
        fresh=tuple(change.fresh[n] for n in order),
        lows=tuple(lows[n] for n in order),
        same=change.same,
        touched=frozenset(day_number(date.fromisoformat(day)) for day in days),
        numbers={path: number for number, path in enumerate(paths)},
    )


def _low(one: Outline, clock: LocalTime) -> int:
    """The first local day that a file can hold; 1, the first of all, if it does not tell.

    Stamps from before 2000 are no days: they must not decide the order.
    """
    if one.first_at is None:
        return 1
    earliest = np.array([max(one.first_at, FIRST_MOMENT)], dtype=np.int64)
    return max(1, int(clock.day_and_hour(earliest)[0][0]))
