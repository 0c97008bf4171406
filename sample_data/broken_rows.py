"""A handful of rows that no honest tracker would send, so that quarantine has something to show."""

from datetime import UTC, datetime

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
    good = table.slice(100, 40).to_pylist()
    broken = [
        *({**row, "user_id": "  "} for row in good[: rows["blank_user_id"]]),
        *({**row, "user_id": None} for row in good[: rows["null_user_id"]]),
        *({**row, "event": ""} for row in good[: rows["blank_event"]]),
        *({**row, "occurred_at": None} for row in good[: rows["missing_time"]]),
        *({**row, "occurred_at": EPOCH} for row in good[: rows["before_2000"]]),
        *({**row, "occurred_at": IN_2062} for row in good[: rows["in_the_future"]]),
        *good[: rows["duplicates"]],
    ]
    return pa.concat_tables([table, pa.Table.from_pylist(broken, table.schema)])


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind
