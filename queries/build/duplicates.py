"""Rows that are the same in every column as an earlier one."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from queries.build.columns import array
from queries.build.rows import EventRows, Ordered
from queries.build.sorting import starts

Order = npt.NDArray[np.intp]


def suspects(rows: EventRows, order: Order, ordered: Ordered) -> Order:
    """Rows that share user, moment, kind and cell with another one.

    Args:
        rows: Events.
        order: Their positions by user and time.
        ordered: They themselves in that order.
    """
    same = (ordered.at[1:] == ordered.at[:-1]) & (ordered.user[1:] == ordered.user[:-1])
    if not same.any():
        return np.empty(0, dtype=np.intp)
    member = np.append(same, False) | np.insert(same, 0, False)
    some = order[member]
    some = some[np.lexsort((rows.cell[some], rows.kind[some], rows.at[some], rows.user[some]))]
    first = starts(rows.user[some], rows.at[some], rows.kind[some], rows.cell[some])
    length = np.diff(np.append(first, len(some)))
    return np.sort(some[np.repeat(length > 1, length)])


def duplicates(
    rows: EventRows, order: Order, ordered: Ordered, paths: Mapping[int, str]
) -> Order:
    """Positions of rows that repeat an earlier row, file by file in order of paths.

    Args:
        rows: Events.
        order: Their positions by user and time.
        ordered: They themselves in that order.
        paths: Path of each file number.
    """
    some = suspects(rows, order, ordered)
    if not len(some):
        return some
    # Files are numbered in the order of their paths, so that the row that stays does not depend
    # on the order in which files were read.
    some = some[np.lexsort((rows.row[some], rows.file[some]))]
    content = whole_rows(rows.file[some], rows.row[some], paths)
    repeated = ~content.select(pl.struct(pl.all()).is_first_distinct()).to_series()
    return np.sort(some[repeated.to_numpy()])


def whole_rows(
    file: npt.NDArray[np.int32], row: npt.NDArray[np.int64], paths: Mapping[int, str]
) -> pl.DataFrame:
    """All columns of some rows, in the order given; files one after the other."""
    frames = []
    for start, number in zip(starts(file), file[starts(file)], strict=True):
        end = start + int(np.count_nonzero(file == number))
        table = taken(paths[int(number)], row[start:end])
        frames.append(pl.DataFrame(pl.from_arrow(table)))
    return pl.concat(frames, how="diagonal_relaxed")


def taken(path: str, row: npt.NDArray[np.int64]) -> pa.Table:
    """Whole rows of a file by their numbers, ascending; nested values as text."""
    with pq.ParquetFile(path) as source:
        sizes = [source.metadata.row_group(n).num_rows for n in range(source.num_row_groups)]
        ends = np.cumsum(sizes)
        groups = np.unique(np.searchsorted(ends, row, side="right"))
        table = source.read_row_groups(groups.tolist(), use_threads=False)
    begins = ends[groups] - np.array(sizes)[groups]
    before = np.cumsum(np.append(0, np.array(sizes)[groups]))
    at = np.searchsorted(begins, row, side="right") - 1
    table = table.take(array(before[at] + row - begins[at]))
    return pa.table({name: _flat(table[name]) for name in table.column_names})


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        texts = [None if value is None else repr(value) for value in column.to_pylist()]
        return pa.chunked_array([pa.array(texts, type=pa.string())])
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column
