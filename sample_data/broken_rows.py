"""A handful of rows that no honest tracker would send, so that quarantine has something to show."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from sample_data.clock import number
from sample_data.truths import planted

EPOCH = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
IN_2062 = datetime(2062, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def with_broken_rows(table: pa.Table, day: int) -> pa.Table:
    """The day's rows, with the broken ones behind them on the planted day."""
    rows = planted("bad_rows")
    if day != number(rows["day"]):
        return table
    table = table.cast(pa.schema([(field.name, _plain(field.type)) for field in table.schema]))
    good = table.slice(len(table) // 2, 12).to_pylist()
    broken = [
        *_changed(good, rows["blank_user_id"], user_id="  "),
        *_changed(good, rows["null_user_id"], user_id=None),
        *_changed(good, rows["blank_event"], event=""),
        *_changed(good, rows["missing_time"], occurred_at=None),
        *_changed(good, rows["before_2000"], occurred_at=EPOCH),
        *_changed(good, rows["in_the_future"], occurred_at=IN_2062),
        *_changed(good, rows["duplicates"]),
    ]
    return pa.concat_tables([table, pa.Table.from_pylist(broken, table.schema)])


def _changed(rows: list[dict[str, Any]], count: int, **values: Any) -> list[dict[str, Any]]:
    """`count` of the rows, again and again from the first, with other values."""
    return [rows[number % len(rows)] | values for number in range(count)]


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
