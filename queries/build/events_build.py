"""Events, file by file, into roll-ups: reads ahead, rolls up whole days, keeps the order of days.

Reading, sorting and writing run in threads; what depends on earlier days (first and previous day of
a user, sessions over midnight) runs here, one chunk of days after the other.
"""

import os
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.build.arrow import segment_days_table, sessions_table
from queries.build.chunk import Chunk, Codebook, chunk
from queries.build.days import day_of, moment_of
from queries.build.grouping import UserDays, user_days
from queries.build.history import History
from queries.build.mapping import FileProblem
from queries.build.metric_days import Evaluator
from queries.build.plan import ROLLUPS, Built, Plan, Tools
from queries.build.quarantine import left_out
from queries.build.reading import DUPLICATE, REASONS, Batch, merged_reasons
from queries.build.rows import EventRows, concatenated
from queries.build.sessions import Visits
from queries.build.sessions_build import SessionsBuild
from queries.build.sources import Found
from queries.build.user_days_build import UserDaysBuild
from queries.errors import BuildError
from queries.snapshot import Partition, Snapshot, SourceFile

CHUNK_ROWS = 1_000_000
THREADS = max(2, os.cpu_count() or 2)
FILES_AHEAD = 2 * THREADS
READ_AT_ONCE = 32 * 2**20  # bytes
WRITES_WAITING = 4 * THREADS


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
        self._user_days = UserDaysBuild(history, tools.partitions, old, plan.first_day)
        self._sessions = SessionsBuild(tools.clock, tools.partitions, old, tools.idle)
        self._pending: dict[int, list[EventRows]] = {day: [] for day in plan.touched}
        self._completed: set[int] = set()  # days to which unchanged files have been added
        self._submitted: set[int] = set()  # days that are being rolled up, or are
        self._waiting_rows = 0  # rows of pending days
        self._last: int | None = None  # the last day that was finished
        self._pool = ThreadPoolExecutor(max_workers=THREADS)
        self._evaluator = Evaluator()
        self._chunks: deque[tuple[list[int], Future[Chunk]]] = deque()
        self._writes: deque[tuple[str, Future[Partition]]] = deque()
        self._paths = {number: path for path, number in plan.numbers.items()}

    def run(self) -> Built:
        """Read, roll up and write all that changed."""
        with self._evaluator.link, self._pool:
            try:
                self._read_fresh()
                self._flush(None)
                self._settle(None)
                self._user_days.finish(self.built.touched, self._users, self._write)
                self._collect_writes(0)
            except BaseException:
                self._pool.shutdown(cancel_futures=True)
                raise
        self.built.history = self._user_days.history
        self.built.rewritten_from = self._user_days.rewritten_from
        return self.built

    @property
    def _users(self) -> int:
        return len(self.tools.numberings.users)

    # Reading

    def _read_fresh(self) -> None:
        ahead: deque[tuple[Found, Future[tuple[str, list[Batch]]]]] = deque()
        waiting = deque(self.plan.fresh)
        for horizon in self.plan.horizons:
            while waiting and len(ahead) < FILES_AHEAD:
                file = waiting.popleft()
                ahead.append((file, self._pool.submit(self._read_fresh_file, file)))
            file, future = ahead.popleft()
            self._accept(file, future)
            is_enough = self._waiting_rows > CHUNK_ROWS
            if is_enough and horizon is not None and not self.plan.is_scattered:
                self._flush(horizon)

    def _read(self, path: str, content: pa.Buffer | None = None) -> list[Batch]:
        return list(self.tools.reader.batches(content or path, self.plan.numbers[path]))

    def _read_fresh_file(self, file: Found) -> tuple[str, list[Batch]]:
        """Its checksum and its rows; a file of usual size is read once for both."""
        if file.size > READ_AT_ONCE:
            return _digest(file), self._read(file.path)
        try:
            content = Path(file.path).read_bytes()
        except OSError as error:
            raise FileProblem(f"unreadable file: {error}") from error
        return file.digest_of(content), self._read(file.path, pa.py_buffer(content))

    def _accept(self, file: Found, future: "Future[tuple[str, list[Batch]]]") -> None:
        try:
            digest, batches = future.result()
        except FileProblem as problem:
            self.built.files[file.path] = SourceFile(
                file.path, file.size, file.modified_ns, _digest(file), None, {}, {},
                problem=str(problem),
            )  # fmt: skip
            return
        days: dict[int, int] = {}
        for batch in batches:
            for day, rows in batch.good.by_day().items():
                if day in self._submitted:
                    raise BuildError(f"{file.path} holds rows of {day_of(day)} against its footer")
                self._pending.setdefault(day, []).append(rows)
                self._waiting_rows += len(rows)
                days[day] = days.get(day, 0) + len(rows)
            self._quarantine(file.path, batch)
        self.built.touched |= set(days)
        self.built.files[file.path] = _description(file, digest, batches, days)
        self.tools.progress(sum(batch.rows for batch in batches))

    def _quarantine(self, path: str, batch: Batch) -> None:
        if len(batch.bad_rows):
            reasons = [REASONS[number] for number in batch.bad_reasons.tolist()]
            nothing = [None] * len(reasons)
            self.built.left_out.append(left_out("events", path, batch.bad_rows, reasons, nothing))

    # Rolling up

    def _flush(self, horizon: int | None) -> None:
        """Roll up the pending days before the horizon; None: all that are left."""
        ready = sorted(day for day in self._pending if horizon is None or day < horizon)
        self._complete(ready)
        # The last day of all usually grows with the next file: in a file of its own, it can be
        # made anew without the days before it.
        groups = self._groups(ready, alone=ready[-1] if ready and horizon is None else None)
        # A last group that is not full waits for more days.
        for group in groups if horizon is None else groups[:-1]:
            self._submit(group)
        while horizon is None and self._chunks:
            self._finish_next()

    def _groups(self, days: list[int], alone: int | None) -> list[list[int]]:
        """Days in chunks of some million rows, without a day between that stays as it is."""
        groups: list[list[int]] = []
        rows = 0
        for day in days:
            size = sum(len(part) for part in self._pending[day])
            is_joined = rows + size <= CHUNK_ROWS and day != alone
            if groups and is_joined and self._follows(groups[-1][-1], day):
                groups[-1].append(day)
                rows += size
            else:
                groups.append([day])
                rows = size
        return groups

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
                        self._waiting_rows += len(rows)

    def _submit(self, days: list[int]) -> None:
        self._submitted |= set(days)
        parts = [part for day in days for part in self._pending.pop(day)]
        self._waiting_rows -= sum(len(part) for part in parts)
        if not parts:
            return
        future = self._pool.submit(self._roll_up, parts, self._book())
        self._chunks.append((days, future))
        while len(self._chunks) > THREADS:
            self._finish_next()

    def _book(self) -> Codebook:
        numberings = self.tools.numberings
        kinds, cells = tuple(numberings.kinds.values), tuple(numberings.cells.values)
        return Codebook(kinds, cells, self.tools.dimensions, self._paths)

    def _roll_up(self, parts: list[EventRows], book: Codebook) -> Chunk:
        tools = self.tools
        return chunk(
            concatenated(parts), book, tools.metrics, tools.clock, tools.only, self._evaluator
        )

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
        parts = self._with_sessions(made, days)
        if "segment_days" in self.tools.only:
            table = segment_days_table(parts, self._book().cells, self.tools.dimensions)
            self._write("segment_days", table, days)
        self._user_days.add(user_days(parts), days, self._users, self._write)

    def _with_sessions(self, made: Chunk, days: list[int]) -> UserDays:
        if "sessions" not in self.tools.only:
            return made.parts
        visits = self._sessions.add(made.moments, days, self.built.touched)
        table = sessions_table(visits, self._book().cells, self.tools.dimensions)
        self._write("sessions", table, days)
        return _counted(made.parts, visits)

    def _note_users(self, made: Chunk) -> None:
        size = self._users
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
            self.built.left_out.append(left_out("events", self._paths[number], rows, reasons, days))

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
        return self._sessions.begins_otherwise(day, self.built.touched)

    # Writing

    def _write(self, name: str, rows: pa.Table, days: list[int]) -> None:
        if name in self.tools.only and rows.num_rows:
            future = self._pool.submit(self.tools.partitions.write, name, rows, days)
            self._writes.append((name, future))
            self._collect_writes(WRITES_WAITING)

    def _collect_writes(self, most: int) -> None:
        while len(self._writes) > most:
            name, future = self._writes.popleft()
            self.built.partitions[name].append(future.result())


def _digest(file: Found) -> str:
    try:
        return file.digest()
    except OSError:
        return ""


def _description(
    file: Found, digest: str, batches: list[Batch], days: Mapping[int, int]
) -> SourceFile:
    reasons: dict[str, int] = {}
    for batch in batches:
        reasons = merged_reasons(reasons, batch)
    moments = [batch.good.at for batch in batches if len(batch.good)]
    future = [b.soonest_future for b in batches if b.soonest_future is not None]
    return SourceFile(
        path=file.path,
        size=file.size,
        modified_ns=file.modified_ns,
        digest=digest,
        rows=sum(batch.rows for batch in batches),
        days={day_of(day).isoformat(): rows for day, rows in sorted(days.items())},
        quarantined=reasons,
        read_again_at=moment_of(min(future)) if future else None,
        first_at=moment_of(min(int(at.min()) for at in moments)) if moments else None,
        last_at=moment_of(max(int(at.max()) for at in moments)) if moments else None,
    )


def _counted(parts: UserDays, rows: Visits) -> UserDays:
    """Sessions counted where they began."""
    if not len(parts.user) or parts.cell is None:
        return parts
    begun = rows.is_start
    width = int(max(parts.cell.max(), rows.cell.max(initial=0))) + 1

    def joint(user: npt.NDArray[np.int32], day: npt.NDArray[np.uint16],
              cell: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:  # fmt: skip
        return ((user.astype(np.int64) << 16) + day) * width + cell

    own = joint(parts.user, parts.day, parts.cell)
    at = np.searchsorted(own, joint(rows.user[begun], rows.on_day[begun], rows.cell[begun]))
    return replace(parts, sessions=np.bincount(at, minlength=len(own)).astype(np.int64))
