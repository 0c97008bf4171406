"""What the footer of a file tells before it is read: rows, first and last moment."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.build.mapping import FileProblem, mapping
from queries.build.moments import moments
from queries.build.parquet_columns import parquet_file
from queries.settings import Settings


@dataclass(frozen=True, slots=True)
class Outline:
    """The outline of a file of events.

    Attributes:
        rows: Rows, good or bad; 0 when it cannot be read.
        first_at: No moment is earlier, microseconds since 1970 UTC; None: the footer does not tell.
    """

    rows: int
    first_at: int | None


def outline(path: str, settings: Settings) -> Outline:
    """The outline of a file; a file that cannot be read has no rows."""
    try:
        with parquet_file(path) as source:
            columns = mapping("events", settings, source.schema_arrow.names)
            column = columns.plain.get("occurred_at")
            first = _first(source.metadata, column) if column else None
            return Outline(source.metadata.num_rows, first)
    except FileProblem:
        return Outline(0, None)


def _first(metadata: pq.FileMetaData, column: str) -> int | None:
    position = next(
        (n for n in range(metadata.num_columns) if metadata.schema.column(n).path == column), None
    )
    if position is None:
        return None
    lows: list[Any] = []
    for number in range(metadata.num_row_groups):
        statistics = metadata.row_group(number).column(position).statistics
        if statistics is None or not statistics.has_min_max:
            return None
        lows.append(statistics.min)
    if not lows:
        return None
    lowest = pa.chunked_array([pa.array([min(lows)])])
    if not (pa.types.is_timestamp(lowest.type) or pa.types.is_date(lowest.type)):
        return None
    return int(moments(lowest, "occurred_at")[0])
