"""One file of events: its good rows in codes, and the numbers of its bad ones."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.build.codes import (
    MISSING,
    Coded,
    Codes,
    Numbering,
    TextNumbering,
    coded,
    combined,
)
from queries.build.columns import array, names
from queries.build.days import FIRST_MOMENT, LocalTime
from queries.build.kinds import Derivation
from queries.build.mapping import FileMapping, FileProblem, mapping
from queries.build.moments import UNREADABLE, moments
from queries.build.parquet_columns import (
    is_text,
    parquet_file,
    raw_columns,
    read_groups,
    renamed,
    row_groups,
)
from queries.build.rows import EventRows
from queries.build.session_ids import session_hashes
from queries.settings import Settings

REASONS = (
    "user_id is null or blank",
    "event is null or blank",
    "occurred_at is missing or unreadable",
    "occurred_at is before 2000",
    "occurred_at is in the future",
)
FUTURE = REASONS.index("occurred_at is in the future")
DUPLICATE = "duplicate row"


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read of one file, or of a part of a large one.

    Attributes:
        good: Rows that count.
        bad_rows: Row numbers of the others.
        bad_reasons: Position in REASONS of each of them.
        soonest_future: The first moment that is still to come, microseconds; None: there is none.
        rows: Rows read.
    """

    good: EventRows
    bad_rows: npt.NDArray[np.int64]
    bad_reasons: npt.NDArray[np.int8]
    soonest_future: int | None
    rows: int


@dataclass(frozen=True, slots=True)
class Numberings:
    """The numbers of users, kinds and cells, shared by all files of a build."""

    users: TextNumbering
    kinds: Numbering
    cells: Numbering
    lock: threading.Lock


@dataclass(frozen=True, slots=True)
class _Use:
    """What is read of files with one schema: the mapping, our columns, theirs, and texts."""

    columns: FileMapping
    wanted: list[str]
    raw: list[str]
    texts: list[str]


class EventReader:
    """Reads files of events; several threads may read at once."""

    def __init__(
        self,
        settings: Settings,
        numberings: Numberings,
        clock: LocalTime,
        now: int,
        *,
        dimensions: tuple[str, ...] = (),
        extras: tuple[str, ...] = (),
        has_sessions: bool = True,
    ) -> None:
        self.settings = settings
        self.numberings = numberings
        self.clock = clock
        self.now = now
        self.dimensions = dimensions
        self.extras = extras
        self.has_sessions = has_sessions
        self._uses: dict[tuple[Any, ...], _Use] = {}
        self._derivation = Derivation(settings.features, settings.activity)

    def batches(self, source: str | pa.Buffer, file: int) -> Iterator[Batch]:
        """The rows of a file, in order, some millions at a time.

        Args:
            source: Its path, or its content.
            file: Its number.

        Raises:
            FileProblem: The whole file cannot be used.
        """
        start = 0
        for table in self._tables(source):
            batch = self._batch(table, file, start)
            start += table.num_rows
            yield batch

    def _tables(self, source: str | pa.Buffer) -> Iterator[pa.Table]:
        """The columns that are needed, under our names."""
        with parquet_file(source) as file:
            use, metadata = self._use(file.schema_arrow), file.metadata
        with parquet_file(source, use.texts, metadata) as file:
            for groups in row_groups(file):
                yield renamed(read_groups(file, groups, use.raw), use.columns, use.wanted)

    def _use(self, schema: pa.Schema) -> "_Use":
        """What is read of a file with this schema; most files of a table have the same one."""
        key = (tuple(schema.names), tuple(schema.types))
        if key not in self._uses:
            columns = mapping("events", self.settings, schema.names)
            wanted = [name for name in columns.names if self._is_wanted(name)]
            raw = raw_columns(columns, wanted)
            unknown = sorted(set(raw) - set(schema.names))
            if unknown:
                raise FileProblem(f"missing column {', '.join(unknown)}, named in workspace.toml")
            texts = [n for n in raw if is_text(schema.field(n).type) and self._is_coded(columns, n)]
            self._uses[key] = _Use(columns, wanted, raw, texts)
        return self._uses[key]

    def _is_wanted(self, name: str) -> bool:
        own = ("user_id", "event", "occurred_at", "feature", "action")
        is_session = name == "session_id" and self.has_sessions
        return is_session or name in (*own, *self.dimensions, *self.extras)

    def _is_coded(self, columns: FileMapping, raw: str) -> bool:
        coded_names = ("user_id", "event", "feature", "action", *self.dimensions)
        return any(columns.plain.get(name) == raw for name in coded_names)

    def _batch(self, table: pa.Table, file: int, start: int) -> Batch:
        users = coded(table["user_id"], "user_id")
        events = coded(table["event"], "event")
        at = moments(table["occurred_at"], "occurred_at")
        reason = self._reasons(users, events, at)
        good = reason == MISSING
        all_good = bool(good.all())
        rows = self._rows(table, users, events, at, file, start, None if all_good else good)
        bad = np.flatnonzero(~good)
        future = at[reason == FUTURE]
        return Batch(
            good=rows,
            bad_rows=bad + start,
            bad_reasons=reason[bad],
            soonest_future=int(future.min()) if len(future) else None,
            rows=table.num_rows,
        )

    def _reasons(
        self, users: Coded, events: Coded, at: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int8]:
        """Why each row cannot count, the first reason that holds; MISSING: it counts."""
        reason = np.full(len(at), MISSING, dtype=np.int8)
        tests = (_is_blank(users), _is_blank(events), at == UNREADABLE, at < FIRST_MOMENT,
                 at > self.now)  # fmt: skip
        for number in reversed(range(len(tests))):
            reason[tests[number]] = number
        return reason

    def _rows(
        self,
        table: pa.Table,
        users: Coded,
        events: Coded,
        at: npt.NDArray[np.int64],
        file: int,
        start: int,
        good: npt.NDArray[np.bool_] | None,
    ) -> EventRows:
        keep = slice(None) if good is None else good
        at = at[keep]
        day, hour = self.clock.day_and_hour(at)
        count = len(at)
        row = np.arange(start, start + table.num_rows, dtype=np.int64)[keep]
        if good is not None:
            table = table.filter(array(good))
        return EventRows(
            user=self._users(users.codes[keep], users.texts),
            kind=self._kinds(table, Coded(events.codes[keep], events.texts)),
            cell=self._cells(table),
            at=at,
            day=day,
            hour=hour,
            session=session_hashes(table),
            file=np.full(count, file, dtype=np.int32),
            row=row,
            extras=table.select([n for n in self.extras if n in table.column_names]),
        )

    def _users(self, codes: Codes, texts: pa.Array) -> npt.NDArray[np.int32]:
        """Numbers of the users; an id that only bad rows carry becomes no user."""
        used = np.bincount(codes, minlength=len(texts)) > 0
        if not used.all():
            texts = texts.filter(array(used))
        with self.numberings.lock:
            numbers = self.numberings.users.of(texts)
        own = np.zeros(len(used), dtype=np.int32)
        own[used] = numbers
        return own.take(codes)

    def _kinds(self, table: pa.Table, events: Coded) -> npt.NDArray[np.int32]:
        named = [_optional(table, name) for name in ("feature", "action")]
        codes, tuples = combined([events, *named], len(events.codes))
        kinds = [self._derivation.kind(str(e), f or None, a or None) for e, f, a in tuples]
        with self.numberings.lock:
            numbers = self.numberings.kinds.of(kinds)
        return numbers.take(codes) if len(numbers) else codes

    def _cells(self, table: pa.Table) -> npt.NDArray[np.int32]:
        columns = [_optional(table, name) for name in self.dimensions]
        codes, tuples = combined(columns, table.num_rows)
        with self.numberings.lock:
            numbers = self.numberings.cells.of(tuples)
        return numbers.take(codes) if len(numbers) else codes


def _is_blank(column: Coded) -> npt.NDArray[np.bool_]:
    blank: npt.NDArray[np.bool_] = column.codes == MISSING
    for code in column.blanks():
        blank |= column.codes == code
    return blank


def _optional(table: pa.Table, name: str) -> Coded:
    if name not in table.column_names:
        return Coded(np.full(table.num_rows, MISSING, dtype=np.int32), names([]))
    return coded(table[name], name)


def source_name(path: str, folder: Path) -> str:
    """A path as people know it: relative to the data folder where it lies inside."""
    try:
        return str(Path(path).relative_to(folder))
    except ValueError:
        return path


def merged_reasons(counts: Mapping[str, int], batch: Batch) -> dict[str, int]:
    """Counts by reason, with those of one more batch."""
    total = dict(counts)
    for number, rows in zip(*np.unique(batch.bad_reasons, return_counts=True), strict=True):
        reason = REASONS[int(number)]
        total[reason] = total.get(reason, 0) + int(rows)
    return total
