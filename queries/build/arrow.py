"""The roll-ups as Arrow tables, under the names that .sql files read."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.build.columns import array, names, numbers
from queries.build.days import DAY, EPOCH_AT, NEVER
from queries.build.grouping import FeatureDays, UserDays
from queries.build.kinds import Kind
from queries.build.sessions import Visits

EPOCH_DATE = EPOCH_AT // DAY
# Columns of `sessions` that tell what the next day may continue.
OPEN_COLUMNS = ("on_day", "day", "user_key", "started_at", "last_at", "session")
Cells = Sequence[tuple[str | None, ...]]


def dates(days: npt.NDArray[np.uint16]) -> pa.Array:
    """Day numbers as dates; NEVER becomes null."""
    since_1970 = days.astype(np.int32)
    since_1970 += np.int32(EPOCH_DATE)
    return array(since_1970, pa.date32(), days == NEVER)


def stamps(at: npt.NDArray[np.int64]) -> pa.Array:
    """Microseconds since 1970 as UTC timestamps without zone."""
    return array(at, pa.timestamp("us"))


def texts(codes: npt.NDArray[np.int32], values: Sequence[str | None]) -> pa.Array:
    """One text a row, by code; equal texts of different codes become one."""
    position: dict[str, int] = {}
    remap = np.array(
        [-1 if text is None else position.setdefault(text, len(position)) for text in values],
        dtype=np.int32,
    )
    is_itself = np.array_equal(remap, np.arange(len(remap)))
    indices = codes if is_itself else remap.take(codes)
    has_missing = bool((remap < 0).any())
    return pa.DictionaryArray.from_arrays(
        array(indices, missing=indices < 0 if has_missing else None), names(list(position))
    )


def cell_columns(
    cell: npt.NDArray[np.int32], cells: Cells, dimensions: Sequence[str]
) -> dict[str, pa.Array]:
    """The event dimensions of each row."""
    return {
        name: texts(cell, [values[number] for values in cells])
        for number, name in enumerate(dimensions)
    }


def kind_columns(kind: npt.NDArray[np.int32], kinds: Sequence[Kind]) -> dict[str, pa.Array]:
    """Event, feature and action of each row."""
    return {
        name: texts(kind, [one[number] for one in kinds])  # type: ignore[misc]
        for number, name in enumerate(("event", "feature", "action"))
    }


def qualifying(kind: npt.NDArray[np.int32], kinds: Sequence[Kind]) -> npt.NDArray[np.bool_]:
    """Whether each row's kind qualifies."""
    flags = np.array([one[3] for one in kinds], dtype=bool)
    return flags.take(kind) if len(flags) else np.zeros(len(kind), dtype=bool)


def user_days_table(
    rows: UserDays, first: npt.NDArray[np.uint16], prev: npt.NDArray[np.uint16]
) -> pa.Table:
    """`user_days` as it is stored."""
    return pa.table({
        "day": dates(rows.day),
        "user_key": array(rows.user),
        "events": array(rows.events.astype(np.int32)),
        "sessions": array(rows.sessions.astype(np.int32)),
        "hours": array(rows.hours),
        "first_day": dates(first),
        "prev_day": dates(prev),
    })  # fmt: skip


def segment_days_table(rows: UserDays, cells: Cells, dimensions: Sequence[str]) -> pa.Table:
    """`segment_days` as it is stored."""
    return pa.table({
        "day": dates(rows.day),
        "user_key": array(rows.user),
        "events": array(rows.events.astype(np.int32)),
        "sessions": array(rows.sessions.astype(np.int32)),
        "hours": array(rows.hours),
        **cell_columns(rows.cells, cells, dimensions),
    })  # fmt: skip


def cells_table(cells: Cells, dimensions: Sequence[str]) -> pa.Table:
    """What the column `cell` of other tables stands for: the event dimensions of each number."""
    number = np.arange(len(cells), dtype=np.int32)
    return pa.table({"cell": array(number), **cell_columns(number, cells, dimensions)})


def feature_days_table(rows: FeatureDays, kinds: Sequence[Kind]) -> pa.Table:
    """`feature_days` as it is stored."""
    return pa.table({
        "day": dates(rows.day),
        **kind_columns(rows.kind, kinds),
        "user_key": array(rows.user),
        "events": array(rows.events.astype(np.int32)),
        "is_qualifying": array(qualifying(rows.kind, kinds)),
        "cell": array(rows.cell),
    })  # fmt: skip


def sessions_table(rows: Visits, cells: Cells, dimensions: Sequence[str]) -> pa.Table:
    """`sessions` as stored: parts by day, stitched by the view."""
    return pa.table({
        "on_day": dates(rows.on_day),
        "day": dates(rows.day),
        "user_key": array(rows.user),
        "started_at": stamps(rows.started_at),
        "last_at": stamps(rows.last_at),
        "seconds": array(rows.seconds),
        "events": array(rows.events.astype(np.int32)),
        "is_start": array(rows.is_start),
        "session": array(rows.session),
        **cell_columns(rows.cell, cells, dimensions),
    })  # fmt: skip


def day_numbers(column: pa.ChunkedArray) -> npt.NDArray[np.uint16]:
    """Dates as day numbers; null becomes NEVER."""
    since_1970 = numbers(column.cast(pa.int32()), EPOCH_DATE)
    return (since_1970 - EPOCH_DATE).astype(np.uint16)


def visits_of(table: pa.Table) -> Visits:
    """OPEN_COLUMNS of `sessions` read back: enough to tell what is still open."""
    nothing = np.zeros(table.num_rows, dtype=np.int64)
    return Visits(
        on_day=day_numbers(table["on_day"]),
        day=day_numbers(table["day"]),
        user=numbers(table["user_key"]),
        started_at=_microseconds(table["started_at"]),
        last_at=_microseconds(table["last_at"]),
        seconds=nothing.astype(np.float64),
        events=nothing,
        is_start=nothing.astype(bool),
        cell=nothing.astype(np.int32),
        session=numbers(table["session"]),
    )


def _microseconds(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    return numbers(column.cast(pa.int64()))
