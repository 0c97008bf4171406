"""The tables that .sql files read, as views over the Parquet files of a snapshot."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

from queries.access import EVERYTHING, Sight
from queries.errors import QueryError
from queries.narrow import COLUMNS, EVERYONE, Dimension
from queries.settings import Settings
from queries.snapshot import FOLDER, Partition, Snapshot
from queries.tables import SIDE_TABLES, SQL_TYPE, TABLES

CALENDAR_MARGIN = timedelta(days=400)

# Types of the columns of roll-ups; dimensions are varchar.
TYPES: dict[str, str] = {
    "day": "date", "user_key": "integer", "events": "integer", "sessions": "integer",
    "hours": "integer", "first_day": "date", "prev_day": "date", "last_day": "date",
    "event": "varchar", "feature": "varchar", "action": "varchar", "is_qualifying": "boolean",
    "occurred_at": "timestamp", "started_at": "timestamp", "seconds": "double",
    "user_id": "varchar", "account_id": "varchar", "signed_up_on": "date", "deleted_on": "date",
    "metric": "varchar", "dimension": "varchar", "value": "varchar", "numerator": "double",
    "denominator": "double",
}  # fmt: skip

WITH_EVENT_DIMENSIONS = ("segment_days", "feature_days", "steps", "sessions")
SEGMENTED = ("users", "user_days", "feature_days", "steps", "sessions")


def dimensions_of(snapshot: Snapshot) -> dict[str, Dimension]:
    """What the snapshot's rows can be filtered and broken down by."""
    return {
        name: Dimension(name, "user" if level == "user" else "event")
        for name, level in snapshot.dimensions.items()
    }


def rollup_columns(table: str, dimensions: Mapping[str, Dimension]) -> tuple[str, ...]:
    """Columns of a roll-up's files, dimensions last."""
    if table == "segment_days":
        base: tuple[str, ...] = ("day", "user_key", "events", "sessions", "hours")
    else:
        base = COLUMNS[table]
    level = "user" if table == "users" else "event" if table in WITH_EVENT_DIMENSIONS else None
    return (*base, *(name for name, one in dimensions.items() if one.level == level))


def view_statements(
    folder: Path, snapshot: Snapshot, settings: Settings, sight: Sight = EVERYTHING
) -> list[str]:
    """DDL of every table that a .sql file may read, in DuckDB's dialect.

    Raises:
        QueryError: A policy of the sight names a dimension that is not there.
    """
    if not sight.is_everything:
        raise QueryError("policies are not applied yet")
    dimensions = dimensions_of(snapshot)
    statements = [_calendar(snapshot, settings)]
    for table in (*COLUMNS, "segment_days"):
        files = _files(folder, snapshot.partitions.get(table, ()))
        statements.append(_rollup(table, files, rollup_columns(table, dimensions)))
    statements += [
        _canonical(table, _files(folder, snapshot.partitions.get(table, ())))
        for table in SIDE_TABLES
    ]
    statements.append(_quarantine(_files(folder, snapshot.partitions.get("quarantine", ()))))
    return statements


def _files(folder: Path, partitions: Iterable[Partition]) -> list[str]:
    return [str(folder / FOLDER / one.file) for one in partitions]


def quoted(name: str) -> str:
    """A name as SQL writes it, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def file_list(files: Iterable[str]) -> str:
    """Paths as DuckDB's list of texts."""
    return "[" + ", ".join(text(file) for file in files) + "]"


def _rollup(table: str, files: list[str], columns: tuple[str, ...]) -> str:
    shown = ", ".join(quoted(column) for column in columns)
    segment = f", {text(EVERYONE)} as segment" if table in SEGMENTED else ""
    if not files:
        empty = ", ".join(
            f"cast(null as {TYPES.get(c, 'varchar')}) as {quoted(c)}" for c in columns
        )
        return f"create view {table} as select {empty}{segment} where false"
    if table == "sessions":
        return f"create view sessions as {_stitched(files, columns)}"
    known = " where is_known" if table == "users" else ""
    source = f"read_parquet({file_list(files)})"
    return f"create view {table} as select {shown}{segment} from {source}{known}"


def _stitched(files: list[str], columns: tuple[str, ...]) -> str:
    """Sessions as whole ones: the few parts after midnight lie in the next day's file."""
    source = f"read_parquet({file_list(files)})"
    added = {
        "seconds": "one.seconds + coalesce(rest.seconds, 0) as seconds",
        "events": "cast(one.events + coalesce(rest.events, 0) as integer) as events",
    }
    shown = ", ".join(added.get(name, f"one.{quoted(name)}") for name in columns)
    return (
        f"select {shown}, {text(EVERYONE)} as segment from {source} as one left join ("
        "select day, user_key, started_at, sum(seconds) as seconds, sum(events) as events "
        f"from {source} where not is_start group by day, user_key, started_at) as rest "
        "on rest.day = one.day and rest.user_key = one.user_key "
        "and rest.started_at = one.started_at where one.is_start"
    )


def _canonical(table: str, files: list[str]) -> str:
    if files:
        return f"create view {table} as select * from read_parquet({file_list(files)})"
    empty = ", ".join(
        f"cast(null as {SQL_TYPE[column.kind]}) as {quoted(column.name)}"
        for column in TABLES[table].columns
    )
    return f"create view {table} as select {empty} where false"


def _quarantine(files: list[str]) -> str:
    columns = {"table_name": "varchar", "file": "varchar", "row_number": "bigint",
               "reason": "varchar", "day": "date", "content": "varchar"}  # fmt: skip
    if files:
        return f"create view quarantine as select * from read_parquet({file_list(files)})"
    empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    return f"create view quarantine as select {empty} where false"


def _calendar(snapshot: Snapshot, settings: Settings) -> str:
    first = (snapshot.first_day or date(2000, 1, 1)) - CALENDAR_MARGIN
    last = (snapshot.last_day or date(2000, 1, 1)) + CALENDAR_MARGIN
    shift = 1 if settings.product.week_start == "sunday" else 0
    return (
        "create table calendar as select cast(day as date) as day, "
        f"cast(date_trunc('week', day + {shift} * interval 1 day) "
        f"- {shift} * interval 1 day as date)"
        " as week_start, cast(date_trunc('month', day) as date) as month_start "
        f"from generate_series(timestamp '{first}', timestamp '{last}', interval 1 day) as t(day)"
    )
