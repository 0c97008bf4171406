"""What the footer of a file tells before it is read: rows, first and last moment."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import pyarrow.parquet as pq

from queries.build.days import microseconds
from queries.build.mapping import FileProblem, mapping
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
    lowest = min(lows)
    if not isinstance(lowest, date):  # a datetime is one, too
        return None
    moment = lowest if isinstance(lowest, datetime) else datetime.combine(lowest, time())
    return microseconds(moment)
