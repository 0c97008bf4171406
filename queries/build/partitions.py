"""Files of a snapshot: written once, never changed, removed when no snapshot names them."""

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from queries.build.arrow import day_numbers
from queries.build.columns import array
from queries.build.days import day_number, day_of
from queries.errors import BuildError
from queries.link import memory_link
from queries.quoting import file_list, quoted, text
from queries.snapshot import FOLDER, Partition, current_id

ROW_GROUP = 131_072
COMPRESSION_LEVEL = 1
KEPT_SNAPSHOTS = 3
# A reader that opened an old snapshot has this long to finish with it.
KEPT_SECONDS = 3600

# Texts that hardly repeat; all others are dictionaries, which compression makes little smaller.
DISTINCT = {"user_id", "text", "content"}
# Columns whose extents let a reader pass over row groups; of others they would cost time only.
PRUNING = ("day", "on_day", "event", "feature", "metric", "is_qualifying")

# The column by which days are taken out of a partition.
DAY_COLUMN: dict[str, str] = {"sessions": "on_day"}
# The order of rows in each roll-up, restored when partitions are put together.
SORTED_BY: dict[str, tuple[str, ...]] = {
    "user_days": ("user_key", "day"),
    "segment_days": ("user_key", "day"),
    "feature_days": ("event", "feature", "action", "user_key", "day"),
    "steps": ("event", "feature", "action", "user_key", "occurred_at"),
    "sessions": ("user_key", "started_at"),
    "metric_days": ("metric", "dimension", "value", "day"),
}


class Partitions:
    """Writes the files of one workspace's snapshots."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER

    def write(self, table: str, rows: pa.Table, days: Sequence[int] = ()) -> Partition:
        """A new file with these rows.

        Args:
            table: The roll-up it belongs to.
            rows: Its rows, in their order.
            days: Numbers of the days that they cover; none: not dated.

        Raises:
            BuildError: The disk is full or cannot be written.
        """
        path = self._new_path(table)
        with _written_or_gone(path):
            _write(rows, path)
        first, last = (day_of(min(days)), day_of(max(days))) if days else (None, None)
        return self._described(path, first, last, rows.num_rows)

    def read(self, partitions: Iterable[Partition], columns: list[str] | None = None) -> pa.Table:
        """All rows of some partitions, one after the other; at least one partition."""
        tables = [_read(self.folder / one.file, columns) for one in partitions]
        return pa.concat_tables(tables, promote_options="permissive")

    def without(self, table: str, partition: Partition, days: Iterable[date]) -> Partition | None:
        """The partition without some days; None when nothing is left.

        Raises:
            BuildError: The disk is full or cannot be written.
        """
        column = DAY_COLUMN.get(table, "day")
        rows = self.read([partition])
        gone = np.isin(day_numbers(rows[column]), [day_number(day) for day in days])
        kept = rows.filter(array(~gone))
        if not kept.num_rows:
            return None
        path = self._new_path(table)
        with _written_or_gone(path):
            _write(kept, path)
        left = day_numbers(kept[column])
        first, last = day_of(left.min()), day_of(left.max())
        return self._described(path, first, last, kept.num_rows)

    def together(self, table: str, partitions: Sequence[Partition]) -> Partition:
        """Several partitions as one, in the table's order.

        Raises:
            BuildError: The disk is full or cannot be written.
        """
        path = self._new_path(table)
        files = file_list(str(self.folder / one.file) for one in partitions)
        order = ", ".join(quoted(name) for name in SORTED_BY[table])
        with _written_or_gone(path), memory_link() as link:
            link.execute(
                f"copy (select * from read_parquet({files}) order by {order}) to {text(str(path))} "
                f"(format parquet, compression zstd, row_group_size {ROW_GROUP})"
            )
        first = min(one.first_day for one in partitions if one.first_day)
        last = max(one.last_day for one in partitions if one.last_day)
        return self._described(path, first, last, sum(one.rows for one in partitions))

    def sweep(self) -> None:
        """Remove files that neither the newest snapshots nor a recent reader can need."""
        manifests = sorted(
            (self.folder / "snapshots").glob("*.json"), key=lambda path: path.stat().st_mtime
        )
        current = current_id(self.folder.parent)
        old = [
            path
            for path in manifests[:-KEPT_SNAPSHOTS]
            if path.stem != current and time.time() - path.stat().st_mtime > KEPT_SECONDS
        ]
        for path in old:
            path.unlink(missing_ok=True)
        needed = set(self._named(path for path in manifests if path not in old))
        for path in self.folder.glob("data/*/*"):
            name = str(path.relative_to(self.folder))
            if name not in needed and time.time() - path.stat().st_mtime > KEPT_SECONDS:
                path.unlink(missing_ok=True)

    @staticmethod
    def _named(manifests: Iterable[Path]) -> Iterable[str]:
        for path in manifests:
            content = json.loads(path.read_text(encoding="utf-8"))
            for partitions in content["partitions"].values():
                yield from (one["file"] for one in partitions)

    def _new_path(self, table: str) -> Path:
        return self.folder / "data" / table / f"{uuid.uuid4().hex[:16]}.parquet"

    def _described(self, path: Path, first: date | None, last: date | None, rows: int) -> Partition:
        size = path.stat().st_size
        return Partition(str(path.relative_to(self.folder)), first, last, rows, size)


@contextmanager
def _written_or_gone(path: Path) -> Iterator[None]:
    """Leave no half of a file, and say in words why it could not be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    except (OSError, pa.ArrowException, duckdb.Error) as error:
        path.unlink(missing_ok=True)
        raise BuildError(f"{path.parent} cannot be written: {error}") from error


def _write(rows: pa.Table, path: Path) -> None:
    """Numbers as differences, which suits sorted columns; texts as dictionaries."""
    whole = [field.name for field in rows.schema if _is_whole(field.type)]
    texts = [field.name for field in rows.schema if _is_text(field.type)]
    pq.write_table(
        _required(rows), path, row_group_size=ROW_GROUP, write_batch_size=ROW_GROUP,
        write_statistics=[name for name in rows.column_names if name in PRUNING],
        use_dictionary=[name for name in texts if name not in DISTINCT],
        column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
        compression={name: "zstd" if name in DISTINCT else "none" for name in rows.column_names},
        compression_level=dict.fromkeys(DISTINCT & set(texts), COMPRESSION_LEVEL),
    )  # fmt: skip


def _read(path: Path, columns: list[str] | None) -> pa.Table:
    """A file's rows; any column may be missing a value where its rows meet others."""
    with pq.ParquetFile(path) as source:
        rows = source.read(columns=columns)
    return _declared(rows, [True] * rows.num_columns)


def _declared(rows: pa.Table, may_be_missing: Sequence[bool]) -> pa.Table:
    """The same rows, with each column declared to have a value in every row, or not."""
    fields = [
        field.with_nullable(may)
        for field, may in zip(rows.schema, may_be_missing, strict=True)
    ]  # fmt: skip
    return pa.Table.from_arrays(rows.columns, schema=pa.schema(fields))


def _required(rows: pa.Table) -> pa.Table:
    """Columns without a missing value are declared so: they are quicker to write and to read."""
    return _declared(rows, [column.null_count > 0 for column in rows.columns])


def _is_whole(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_date32(kind) or pa.types.is_timestamp(kind)
        or pa.types.is_int32(kind) or pa.types.is_int64(kind)
    )  # fmt: skip


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def take_out(
    partitions: Partitions, held: Mapping[str, Sequence[Partition]], days: set[date]
) -> dict[str, tuple[Partition, ...]]:
    """Every roll-up without some days; partitions that hold none of them stay as they are."""
    left: dict[str, tuple[Partition, ...]] = {}
    for table, files in held.items():
        kept = [partitions.without(table, one, days) if _holds(one, days) else one for one in files]
        left[table] = tuple(one for one in kept if one is not None)
    return left


def _holds(partition: Partition, days: set[date]) -> bool:
    if partition.first_day is None or partition.last_day is None:
        return False
    return any(partition.first_day <= day <= partition.last_day for day in days)
