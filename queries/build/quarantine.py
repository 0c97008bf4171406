"""Rows that do not count, kept whole, with the reason."""

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from queries.build.duplicates import taken
from queries.build.mapping import FileProblem

SCHEMA = pa.schema(
    {
        "table_name": pa.string(),
        "file": pa.string(),
        "row_number": pa.int64(),
        "reason": pa.string(),
        "day": pa.date32(),
        "content": pa.string(),
    }
)


def left_out(
    table: str,
    path: str,
    rows: npt.NDArray[np.int64],
    reasons: Iterable[str],
    days: Iterable[date | None],
) -> pa.Table:
    """Rows of one file as they stand there.

    Args:
        table: The canonical table they would have belonged to.
        path: The file.
        rows: Row numbers, ascending, from 0.
        reasons: Why, one each.
        days: The local day for duplicates, which belong to one; None for the others.
    """
    try:
        frame = pl.DataFrame(pl.from_arrow(taken(path, rows)))
        content = frame.select(pl.struct(pl.all()).struct.json_encode()).to_series().to_list()
    except (FileProblem, pa.ArrowException, OSError, pl.exceptions.PolarsError):
        content = [None] * len(rows)
    count = len(rows)
    return pa.table(
        [[table] * count, [path] * count, rows.tolist(), list(reasons), list(days), content],
        schema=SCHEMA,
    )


def kept(old: pa.Table, gone: Mapping[str, set[str]], days: set[date]) -> pa.Table:
    """Earlier rows that still hold.

    Args:
        old: Rows of the snapshot before.
        gone: Files by table that were changed or deleted.
        days: Days whose duplicates were looked for again.
    """
    drop = pc.is_in(old["day"], value_set=pa.array(list(days), type=pa.date32()))
    for table, files in gone.items():
        of_table = pc.equal(old["table_name"], table)
        of_files = pc.is_in(old["file"], value_set=pa.array(sorted(files), type=pa.string()))
        drop = pc.or_(drop, pc.and_(pc.and_(of_table, of_files), pc.is_null(old["day"])))
    return old.filter(pc.invert(drop))
