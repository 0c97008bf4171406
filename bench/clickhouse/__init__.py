"""ClickHouse inside this process, answering from the raw Parquet files."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl
import pyarrow as pa
from chdb.session import Session

FOLDER = Path(__file__).parent

# The rows that count in Tidemark, told apart as cheaply as can be: somebody known did what
# qualifies, between 2000 and now; the day is the workspace's local one.
ACTIVITY = """
create or replace view activity as
select toDate(occurred_at, '{time_zone}') as day, user_id
from file('{files}', Parquet)
where user_id not in ('', '  ')
    and event not in ({excluded})
    and occurred_at >= toDateTime64('2000-01-01 00:00:00', 6, 'UTC')
    and occurred_at <= now64(6, 'UTC')
"""


class ClickHouse:
    """A session that knows the view `activity(day, user_id)`, one row per qualifying event."""

    def __init__(self, files: str, *, time_zone: str, excluded: Iterable[str]) -> None:
        self.session = Session()
        self.session.query("create database if not exists bench")
        self.session.query("use bench")
        self.session.query("set session_timezone = 'UTC'")
        names = ", ".join(f"'{name}'" for name in ("", *excluded))
        self.session.query(ACTIVITY.format(files=files, time_zone=time_zone, excluded=names))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.session.close()

    def ask(self, name: str) -> pl.DataFrame:
        """Answer `bench/clickhouse/<name>.sql`."""
        answer = self.session.query((FOLDER / f"{name}.sql").read_text("utf-8"), "Arrow")
        return pl.DataFrame(pa.ipc.open_file(pa.BufferReader(answer.bytes())).read_all())

    @property
    def version(self) -> str:
        """Which ClickHouse this is."""
        return str(self.session.query("select version()", "TSVRaw")).strip()
