"""Events, file by file, into roll-ups: reads ahead, rolls up whole days, keeps the order of days.

Reading and sorting run in threads; what depends on earlier days (first and previous day of a user,
sessions over midnight) runs here, one chunk of days after the other.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.build.arrow import (
    EPOCH_DATE,
    segment_days_table,
    sessions_table,
    user_days_table,
    visits_of,
)
from queries.build.chunk import Chunk, Codebook, DayFacts, chunk
from queries.build.codes import Numbering
from queries.build.days import LocalTime, day_number, day_of, moment_of
from queries.build.grouping import UserDays, user_days
from queries.build.history import History
from queries.build.mapping import FileProblem
from queries.build.partitions import Partitions
from queries.build.quarantine import left_out
from queries.build.reading import DUPLICATE, REASONS, Batch, EventReader, Numberings, merged_reasons
from queries.build.rows import EventRows, concatenated
from queries.build.sessions import Visits, still_open, visits
from queries.build.sorting import stable_order
from queries.build.sources import Found
from queries.definitions import MetricDefinition
from queries.snapshot import Partition, Snapshot, SourceFile

CHUNK_ROWS = 2_000_000
BLOCK_ROWS = 1_000_000
ROLLUPS = (
    "user_days", "segment_days", "feature_days", "steps", "sessions", "metric_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
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
        """No earlier day changes."""
        return min((*self.lows, *self.touched), default=0)


@dataclass(frozen=True, slots=True)
class Tools:
    """What every step works with."""

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
        rewritten_from: The day from which all user-days were written anew; empty: none were.
    """

    partitions: dict[str, list[Partition]]
    touched: set[int]
    files: dict[str, SourceFile]
    facts: dict[int, DayFacts]
    left_out: list[pa.Table]
    active: npt.NDArray[np.bool_]
    history: History
    rewritten_from: tuple[int, ...] = ()


@dataclass(slots=True)
class _Later:
    """User-days from the first changed day on: those of before, and new ones to come."""

    old: UserDays | None
    new: list[UserDays] = field(default_factory=list)


class EventsBuild:
    """One run over the files that changed."""

    def __init__(self, tools: Tools, plan: Plan, old: Snapshot | None, history: History) -> None:
        self.tools = tools
        self.plan = plan
        self.old = old
        self.built = Built(
            {name: [] for name in ROLLUPS}, set(plan.touched), {}, {}, [],
            np.zeros(0, dtype=bool), history,
        )  # fmt: skip
        self._pending: dict[int, list[EventRows]] = {day: [] for day in plan.touched}
        self._completed: set[int] = set()  # days to which unchanged files have been added
        self._visits: dict[int, Visits] = {}
        self._last: int | None = None  # the last day that was finished
        self._later = _Later(self._old_user_days())
        self._pool = ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2))
        self._chunks: deque[tuple[list[int], Future[Chunk]]] = deque()
        self._writes: deque[tuple[str, Future[Partition]]] = deque()
        self._paths = {number: path for path, number in plan.numbers.items()}

    def run(self) -> Built:
        """Read, roll up and write all that changed."""
        with self._pool:
            try:
                self._read_fresh()
                self._flush(None)
                self._settle(None)
                self._write_later()
                self._collect_writes(0)
            except BaseException:
                self._pool.shutdown(cancel_futures=True)
                raise
        return self.built

    # Reading

    def _read_fresh(self) -> None:
        ahead: deque[tuple[Found, Future[list[Batch]]]] = deque()
        waiting = deque(self.plan.fresh)
        horizons = _horizons(self.plan.lows)
        for position in range(len(self.plan.fresh)):
            while waiting and len(ahead) < 2 * self._pool._max_workers:
                file = waiting.popleft()
                ahead.append((file, self._pool.submit(self._read, file.path)))
            file, future = ahead.popleft()
            self._accept(file, future)
            self._flush(horizons[position])

    def _read(self, path: str) -> list[Batch]:
        return list(self.tools.reader.batches(path, self.plan.numbers[path]))

    def _accept(self, file: Found, future: "Future[list[Batch]]") -> None:
        try:
            batches = future.result()
        except FileProblem as problem:
            digest = _digest(file)
            self.built.files[file.path] = SourceFile(
                file.path, file.size, file.modified_ns, digest, None, {}, {}, problem=str(problem)
            )
            return
        days: dict[int, int] = {}
        for batch in batches:
            for day, rows in batch.good.by_day().items():
                self._pending.setdefault(day, []).append(rows)
                days[day] = days.get(day, 0) + len(rows)
            self._quarantine(file.path, batch)
        self.built.touched |= set(days)
        self.built.files[file.path] = _description(file, batches, days)
        self.tools.progress(sum(batch.rows for batch in batches))

    def _quarantine(self, path: str, batch: Batch) -> None:
        if len(batch.bad_rows):
            reasons = [REASONS[number] for number in batch.bad_reasons.tolist()]
            nothing = [None] * len(reasons)
            self.built.left_out.append(left_out("events", path, batch.bad_rows, reasons, nothing))

    # Rolling up

    def _flush(self, horizon: int | None) -> None:
        """Roll up the pending days before the horizon; None: all that are left."""
        if horizon is not None and self._is_scattered():
            return
        ready = sorted(day for day in self._pending if horizon is None or day < horizon)
        self._complete(ready)
        group: list[int] = []
        rows = 0
        for position, day in enumerate(ready):
            size = sum(len(part) for part in self._pending[day])
            if group and (rows + size > CHUNK_ROWS or not self._follows(group[-1], day)):
                self._submit(group)
                group, rows = [], 0
            group.append(day)
            rows += size
            if horizon is not None and position == len(ready) - 1:
                return  # a last group that is not full waits for more days
        if group:
            self._submit(group)
        while horizon is None and self._chunks:
            self._finish_next()

    def _is_scattered(self) -> bool:
        """Whether unchanged files have to be read again: then each is read once, at the end."""
        return bool(self.plan.same)

    def _follows(self, before: int, day: int) -> bool:
        """Whether no day with events that stay as they are lies between."""
        return all(between in self._pending or not self._had(between)
                   for between in range(before + 1, day))  # fmt: skip

    def _had(self, day: int) -> bool:
        return self.old is not None and day_of(day).isoformat() in self.old.days

    def _complete(self, days: list[int]) -> None:
        """Add to these days what unchanged files hold of them."""
        missing = set(days) - self._completed
        self._completed |= missing
        if not missing or not self.plan.same:
            return
        wanted = {day_of(day).isoformat() for day in missing}
        paths = [path for path, file in self.plan.same.items() if wanted & file.days.keys()]
        for batches in self._pool.map(self._read, paths):
            for batch in batches:
                for day, rows in batch.good.by_day().items():
                    if day in missing:
                        self._pending[day].append(rows)

    def _submit(self, days: list[int]) -> None:
        parts = [part for day in days for part in self._pending.pop(day)]
        if not parts:
            return
        future = self._pool.submit(self._roll_up, parts, self._book())
        self._chunks.append((days, future))
        while len(self._chunks) > self._pool._max_workers:
            self._finish_next()

    def _book(self) -> Codebook:
        numberings = self.tools.numberings
        kinds, cells = tuple(numberings.kinds.values), tuple(numberings.cells.values)
        return Codebook(kinds, cells, self.tools.dimensions, self._paths)

    def _roll_up(self, parts: list[EventRows], book: Codebook) -> Chunk:
        tools = self.tools
        return chunk(concatenated(parts), book, tools.metrics, tools.clock, tools.only)

    # What depends on earlier days

    def _finish_next(self) -> None:
        days, future = self._chunks.popleft()
        made = future.result()
        self._settle(days[0])
        self._finish(days, made)

    def _finish(self, days: list[int], made: Chunk) -> None:
        self._last = days[-1]
        self.built.facts |= made.days
        self._note_users(made)
        self._note_duplicates(made)
        for name, rows in made.tables.items():
            self._write(name, rows, days)
        sessions = self._sessions(made, days) if "sessions" in self.tools.only else None
        parts = _with_sessions(made.parts, sessions)
        if "segment_days" in self.tools.only:
            cells = tuple(self.tools.numberings.cells.values)
            self._write("segment_days", segment_days_table(parts, cells, self.tools.dimensions), days)
        self._user_days(user_days(parts), days)

    def _note_users(self, made: Chunk) -> None:
        size = len(self.tools.numberings.users)
        if len(self.built.active) < size:
            grown = np.zeros(size, dtype=bool)
            grown[: len(self.built.active)] = self.built.active
            self.built.active = grown
        self.built.active[made.users] = True

    def _note_duplicates(self, made: Chunk) -> None:
        for number in np.unique(made.duplicate_file).tolist():
            own = made.duplicate_file == number
            rows = np.sort(made.duplicate_row[own])
            days = [day_of(d) for d in made.duplicate_day[own][np.argsort(made.duplicate_row[own])]]
            reasons = [DUPLICATE] * len(rows)
            self.built.left_out.append(
                left_out("events", self._paths[number], rows, reasons, days)
            )

    def _sessions(self, made: Chunk, days: list[int]) -> Visits:
        at = self.tools.clock.start_of(days[0])
        before = still_open(self._visits_before(days[0]), at, idle=self.tools.idle)
        rows = visits(made.moments, before, idle=self.tools.idle)
        cells = tuple(self.tools.numberings.cells.values)
        self._write("sessions", sessions_table(rows, cells, self.tools.dimensions), days)
        for day in days[-2:]:
            self._visits[day] = _on(rows, rows.on_day == day)
        if self.old is None:  # nothing will be compared, so older ones may go
            self._visits = {d: v for d, v in self._visits.items() if d > days[-1] - 3}
        return rows

    def _visits_before(self, day: int) -> Visits:
        """Parts of sessions of the two days before, as they are now."""
        return _joined([self._visits_on(day - 1), self._visits_on(day - 2)])

    def _visits_on(self, day: int) -> Visits:
        if day in self.built.touched:
            return self._visits.get(day, _no_visits())
        return self._old_visits(day)

    def _old_visits(self, day: int) -> Visits:
        """Parts of sessions of a day in the snapshot before."""
        if self.old is None or day < 1:
            return _no_visits()
        files = _holding(self.old.partitions.get("sessions", ()), day_of(day))
        if not files:
            return _no_visits()
        rows = visits_of(self.tools.partitions.read(files))
        return _on(rows, rows.on_day == day)

    def _settle(self, until: int | None) -> None:
        """Make anew the days whose sessions begin otherwise now, because of the day before.

        Args:
            until: The next day that is made anew anyway; None: there is none.
        """
        while self._last is not None and self._begins_otherwise(self._last + 1, until):
            day = self._last + 1
            self.built.touched.add(day)
            self._pending[day] = []
            self._complete([day])
            self._finish([day], self._roll_up(self._pending.pop(day), self._book()))

    def _begins_otherwise(self, day: int, until: int | None) -> bool:
        if "sessions" not in self.tools.only or (until is not None and day >= until):
            return False
        if day in self.built.touched or not self._had(day):
            return False
        at = self.tools.clock.start_of(day)
        old = _joined([self._old_visits(day - 1), self._old_visits(day - 2)])
        now = still_open(self._visits_before(day), at, idle=self.tools.idle)
        return not now.equals(still_open(old, at, idle=self.tools.idle))

    def _user_days(self, rows: UserDays, days: list[int]) -> None:
        if self._later.old is not None:
            self._later.new.append(rows)
            return
        self._add_user_days(rows, days)

    def _add_user_days(self, rows: UserDays, days: list[int]) -> None:
        history = self.built.history = self.built.history.grown(len(self.tools.numberings.users))
        first, prev = history.add(rows.user, rows.day)
        self._write("user_days", user_days_table(rows, first, prev), days)

    def _write_later(self) -> None:
        """All user-days from the first changed day on, old and new ones in their order."""
        if self._later.old is None:
            return
        old = _untouched(self._later.old, self.built.touched)
        rows = _sorted_user_days([old, *self._later.new])
        history = self.built.history = self.built.history.grown(len(self.tools.numberings.users))
        first, prev = history.add(rows.user, rows.day)
        for block in _blocks(rows.day):
            own = (rows.day >= block[0]) & (rows.day <= block[1])
            table = user_days_table(_only(rows, own), first[own], prev[own])
            self._write("user_days", table, [block[0], block[1]])

    def _old_user_days(self) -> UserDays | None:
        """User-days of before from the first changed day on, taken out of the history."""
        if self.old is None:
            return None
        first = day_of(max(self.plan.first_day, 1))
        files = [one for one in self.old.partitions.get("user_days", ())
                 if one.last_day is not None and one.last_day >= first]  # fmt: skip
        if not files:
            return None
        table = self.tools.partitions.read(files)
        table = table.filter(pc.greater_equal(table["day"], pa.scalar(first, pa.date32())))
        if not table.num_rows:
            return None
        rows = _user_days_of(table)
        order = _order(rows)
        prev = _day_numbers(table["prev_day"])
        self.built.history.forget(rows.user[order], rows.day[order], prev[order])
        self.built.rewritten_from = (day_number(first),)
        return rows

    # Writing

    def _write(self, name: str, rows: pa.Table, days: list[int]) -> None:
        if name not in self.tools.only or not rows.num_rows:
            return
        self._writes.append((name, self._pool.submit(self.tools.partitions.write, name, rows, days)))
        self._collect_writes(4 * self._pool._max_workers)

    def _collect_writes(self, most: int) -> None:
        while len(self._writes) > most:
            name, future = self._writes.popleft()
            self.built.partitions[name].append(future.result())


def _horizons(lows: tuple[int, ...]) -> list[int | None]:
    """After each file, the first day that a file still to be read can hold; None: none is left."""
    lowest = np.minimum.accumulate(np.array(lows[::-1], dtype=np.int64))[::-1]
    return [*lowest[1:].tolist(), None] if lows else []


def numberings(old: Snapshot | None, users: Iterable[str]) -> Numberings:
    """Numbers of users and kinds as before; cells are numbered anew in each build."""
    kinds = old.kinds if old else ()
    return Numberings(Numbering(users), Numbering(kinds), Numbering(), threading.Lock())


def _digest(file: Found) -> str:
    try:
        return file.digest()
    except OSError:
        return ""


def _description(file: Found, batches: list[Batch], days: Mapping[int, int]) -> SourceFile:
    reasons: dict[str, int] = {}
    for batch in batches:
        reasons = merged_reasons(reasons, batch)
    moments = [batch.good.at for batch in batches if len(batch.good)]
    future = [b.soonest_future for b in batches if b.soonest_future is not None]
    return SourceFile(
        path=file.path,
        size=file.size,
        modified_ns=file.modified_ns,
        digest=_digest(file),
        rows=sum(batch.rows for batch in batches),
        days={day_of(day).isoformat(): rows for day, rows in sorted(days.items())},
        quarantined=reasons,
        read_again_at=moment_of(min(future)) if future else None,
        first_at=moment_of(min(int(at.min()) for at in moments)) if moments else None,
        last_at=moment_of(max(int(at.max()) for at in moments)) if moments else None,
    )


def _with_sessions(parts: UserDays, rows: Visits | None) -> UserDays:
    """Sessions counted where they began."""
    if rows is None or not len(parts.user) or parts.cell is None:
        return parts
    begun = rows.is_start
    width = int(max(parts.cell.max(), rows.cell.max(initial=0))) + 1

    def joint(user: npt.NDArray[np.int32], day: npt.NDArray[np.uint16],
              cell: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:  # fmt: skip
        return ((user.astype(np.int64) << 16) + day) * width + cell

    own = joint(parts.user, parts.day, parts.cell)
    at = np.searchsorted(own, joint(rows.user[begun], rows.on_day[begun], rows.cell[begun]))
    return replace(parts, sessions=np.bincount(at, minlength=len(own)).astype(np.int64))


def _no_visits() -> Visits:
    none = np.empty(0, dtype=np.int64)
    small = none.astype(np.uint16)
    who = none.astype(np.int32)
    return Visits(small, small, who, none, none, none.astype(np.float64), none,
                  none.astype(bool), who, none)  # fmt: skip


def _on(rows: Visits, keep: npt.NDArray[np.bool_]) -> Visits:
    return Visits(*(getattr(rows, name)[keep] for name in Visits.__slots__))


def _joined(parts: list[Visits]) -> Visits:
    return Visits(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Visits.__slots__)
    )


def _holding(partitions: Iterable[Partition], day: date) -> list[Partition]:
    return [
        one for one in partitions
        if one.first_day is not None and one.last_day is not None
        and one.first_day <= day <= one.last_day
    ]  # fmt: skip


def _day_numbers(column: pa.ChunkedArray) -> npt.NDArray[np.uint16]:
    numbers = pc.fill_null(column.cast(pa.int32()), EPOCH_DATE).to_numpy()
    return (numbers - EPOCH_DATE).astype(np.uint16)


def _user_days_of(table: pa.Table) -> UserDays:
    return UserDays(
        user=table["user_key"].to_numpy(),
        day=_day_numbers(table["day"]),
        events=table["events"].to_numpy().astype(np.int64),
        sessions=table["sessions"].to_numpy().astype(np.int64),
        hours=table["hours"].to_numpy(),
    )


def _order(rows: UserDays) -> npt.NDArray[np.intp]:
    return stable_order(rows.user, stable_order(rows.day))


def _only(rows: UserDays, keep: npt.NDArray[np.generic]) -> UserDays:
    names = ("user", "day", "events", "sessions", "hours")
    return UserDays(**{name: getattr(rows, name)[keep] for name in names})


def _untouched(rows: UserDays, touched: set[int]) -> UserDays:
    return _only(rows, ~np.isin(rows.day, np.array(sorted(touched), dtype=np.uint16)))


def _sorted_user_days(parts: list[UserDays]) -> UserDays:
    names = ("user", "day", "events", "sessions", "hours")
    joined = {n: np.concatenate([getattr(part, n) for part in parts]) for n in names}
    rows = UserDays(**joined)
    return _only(rows, _order(rows))


def _blocks(day: npt.NDArray[np.uint16]) -> list[tuple[int, int]]:
    """Ranges of days that hold about BLOCK_ROWS rows each."""
    if not len(day):
        return []
    counts = np.bincount(day)
    days = np.flatnonzero(counts)
    block = np.cumsum(counts[days]) // BLOCK_ROWS
    return [(int(days[block == n].min()), int(days[block == n].max())) for n in np.unique(block)]

