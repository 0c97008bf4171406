"""Rows that do not count, kept whole, with the reason."""

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from queries.build.columns import names
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


def nothing() -> pa.Table:
    """No rows."""
    columns = {field.name: names([]).cast(field.type) for field in SCHEMA}
    return pa.table(columns, schema=SCHEMA)


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
    return _arrow(
        pl.DataFrame(
            {
                "table_name": table,
                "file": path,
                "row_number": rows,
                "reason": pl.Series(list(reasons), dtype=pl.String),
                "day": pl.Series(list(days), dtype=pl.Date),
                "content": pl.Series(content, dtype=pl.String),
            }
        )
    )


def _arrow(rows: pl.DataFrame) -> pa.Table:
    return rows.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(SCHEMA)


def kept(old: pa.Table, gone: Mapping[str, set[str]], days: set[date]) -> pa.Table:
    """Earlier rows that still hold.

    Args:
        old: Rows of the snapshot before.
        gone: Files by table that were changed or deleted.
        days: Days whose duplicates were looked for again.
    """
    rows = pl.DataFrame(pl.from_arrow(old))
    drop = pl.col("day").is_in(list(days)).fill_null(value=False)
    for table, files in gone.items():
        is_gone = (pl.col("table_name") == table) & pl.col("file").is_in(list(files))
        drop |= is_gone & pl.col("day").is_null()
    return _arrow(rows.filter(~drop))
