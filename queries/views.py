"""The tables that .sql files read, as views over the Parquet files of a snapshot."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from queries.access import EVERYTHING, Sight
from queries.narrow import COLUMNS, EVERYONE, Dimension
from queries.quoting import file_list, quoted, text
from queries.salt import salt_of
from queries.settings import Settings
from queries.sighted import Base, Sighted
from queries.snapshot import FOLDER, Snapshot
from queries.tables import SIDE_TABLES, SQL_TYPE, TABLES

CALENDAR_MARGIN = timedelta(days=400)
MOST_USERS_AS_BITS = 1_000_000
MOST_BITS = 2**31  # for a set of them for each kind of event

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
# Whose event dimensions are one number a row, which the table of cells explains.
CODED = ("feature_days", "steps")
CELLS = "cells"
REQUEST_HOURS = "request_hours"
# Its columns; it knows no users, so no segment narrows it.
OF_REQUEST_HOURS: dict[str, str] = {
    "day": "date", "hour_at": "timestamp", "route": "varchar", "app_version": "varchar",
    "platform": "varchar", "status_class": "integer", "bucket": "integer", "requests": "bigint",
}  # fmt: skip
SEGMENTED = ("users", "user_days", "segment_days", "feature_days", "steps", "sessions")


def dimensions_of(snapshot: Snapshot) -> dict[str, Dimension]:
    """What the snapshot's rows can be filtered and broken down by."""
    return {
        name: Dimension(name, "user" if level == "user" else "event")
        for name, level in snapshot.dimensions.items()
    }


def rollup_columns(table: str, dimensions: Mapping[str, Dimension]) -> tuple[str, ...]:
    """Columns of a roll-up's files, dimensions last."""
    level = "user" if table == "users" else "event" if table in WITH_EVENT_DIMENSIONS else None
    return (*COLUMNS[table], *(name for name, one in dimensions.items() if one.level == level))


def view_statements(
    folder: Path, snapshot: Snapshot, settings: Settings, sight: Sight = EVERYTHING
) -> list[str]:
    """DDL of every table that a .sql file may read, in DuckDB's dialect.

    Raises:
        QueryError: A policy of the sight names a dimension that is not there.
        WorkspaceError: Personal columns cannot be hashed.
    """
    bases = base_selects(folder, snapshot)
    if not sight.is_everything:
        seen = sighted(folder, snapshot, settings, sight)
        bases = {name: Base(seen.select(name, one), one.columns) for name, one in bases.items()}
    views = [f"create view {name} as {one.select}" for name, one in bases.items()]
    return [_calendar(snapshot, settings), *_people(snapshot), *views]


def base_selects(folder: Path, snapshot: Snapshot) -> dict[str, Base]:
    """Every table's whole rows, by name."""

    def files(table: str) -> list[str]:
        return [str(folder / FOLDER / one.file) for one in snapshot.partitions.get(table, ())]

    dimensions = dimensions_of(snapshot)
    cells = files(CELLS)
    bases = {
        table: _rollup(
            table, files(table), rollup_columns(table, dimensions), cells if table in CODED else []
        )
        for table in COLUMNS
    }
    for table in SIDE_TABLES:
        state = snapshot.sources.get(table)
        bases[table] = _canonical(table, files(table), state.columns if state else ())
    bases[REQUEST_HOURS] = _request_hours(files(REQUEST_HOURS))
    return bases | {"quarantine": _quarantine(files("quarantine"))}


def sighted(folder: Path, snapshot: Snapshot, settings: Settings, sight: Sight) -> Sighted:
    """Whoever makes the select of a table that a sight sees.

    Raises:
        WorkspaceError: Personal columns cannot be hashed.
    """
    salt = "" if sight.shows_personal else salt_of(folder)
    bases = base_selects(folder, snapshot)
    return Sighted(bases, dimensions_of(snapshot), sight, settings.access, salt)


def _rollup(table: str, files: list[str], columns: tuple[str, ...], cells: list[str]) -> Base:
    everything = (*columns, "segment") if table in SEGMENTED else columns
    return Base(_rollup_select(table, files, columns, cells), everything)


def _rollup_select(
    table: str, files: list[str], columns: tuple[str, ...], cells: list[str]
) -> str:
    """A roll-up's rows; `cells` are files that say what its column `cell` stands for, if any."""
    shown = ", ".join(quoted(column) for column in columns)
    segment = f", {text(EVERYONE)} as segment" if table in SEGMENTED else ""
    if not files:
        empty = ", ".join(
            f"cast(null as {TYPES.get(c, 'varchar')}) as {quoted(c)}" for c in columns
        )
        return f"select {empty}{segment} where false"
    if table == "sessions":
        return _stitched(files, columns)
    known = " where is_known" if table == "users" else ""
    source = f"read_parquet({file_list(files)})"
    if cells and len(columns) > len(COLUMNS[table]):
        source += f" left join ({_cells(cells, columns[len(COLUMNS[table]) :])}) using (cell)"
    return f"select {shown}{segment} from {source}{known}"


def _cells(files: list[str], dimensions: tuple[str, ...]) -> str:
    """What cells stand for, so plainly unique that an engine leaves the join out when it may."""
    shown = ", ".join(f"any_value({quoted(name)}) as {quoted(name)}" for name in dimensions)
    return f"select cell, {shown} from read_parquet({file_list(files)}) group by cell"


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


def _canonical(table: str, files: list[str], known: Iterable[str]) -> Base:
    """A side table's rows; columns that its files were built without are null."""
    columns = tuple(dict.fromkeys((*TABLES[table].names, *known)))
    nothing = ", ".join(
        f"cast(null as {SQL_TYPE[column.kind]}) as {quoted(column.name)}"
        for column in TABLES[table].columns
    )
    empty = f"select {nothing} where false"
    if not files:
        return Base(empty, TABLES[table].names)
    return Base(
        f"select * from ({empty}) union all by name "
        f"select * from read_parquet({file_list(files)})",
        columns,
    )


def _request_hours(files: list[str]) -> Base:
    columns = tuple(OF_REQUEST_HOURS)
    if files:
        shown = ", ".join(columns)
        return Base(f"select {shown} from read_parquet({file_list(files)})", columns)
    empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in OF_REQUEST_HOURS.items())
    return Base(f"select {empty} where false", columns)


def _quarantine(files: list[str]) -> Base:
    columns = {"table_name": "varchar", "file": "varchar", "row_number": "bigint",
               "reason": "varchar", "day": "date", "content": "varchar"}  # fmt: skip
    if files:
        return Base(f"select * from read_parquet({file_list(files)})", tuple(columns))
    empty = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    return Base(f"select {empty} where false", tuple(columns))


def _people(snapshot: Snapshot) -> list[str]:
    """Counting different users as bits of their numbers, while a set of bits is small.

    Four times as quick as a hash table of (event, user); beyond, the text of macros.ddl counts.
    """
    users = sum(one.rows for one in snapshot.partitions.get("users", ()))
    if not 0 < users <= MOST_USERS_AS_BITS or users * len(snapshot.kinds) > MOST_BITS:
        return []
    body = f"bit_count(bitstring_agg(user_key, 0, {users - 1}))"
    return [f"create or replace macro m_distinct_users(user_key) as {body}"]


def _calendar(snapshot: Snapshot, settings: Settings) -> str:
    first = (snapshot.first_day or date(2000, 1, 1)) - CALENDAR_MARGIN
    last = (snapshot.last_day or date(2000, 1, 1)) + CALENDAR_MARGIN
    shift = 1 if settings.product.week_start == "sunday" else 0
    zone = settings.product.zone
    return (
        "create table calendar as select cast(day as date) as day, "
        f"cast(date_trunc('week', day + {shift} * interval 1 day) "
        f"- {shift} * interval 1 day as date)"
        " as week_start, cast(date_trunc('month', day) as date) as month_start, "
        f"{_midnight('day', first, last, zone)} as begins_at, "
        f"{_midnight('day + interval 1 day', first, last, zone)} as ends_at "
        f"from generate_series(timestamp '{first}', timestamp '{last}', interval 1 day) as t(day)"
    )


def _midnight(day: str, first: date, last: date, zone: ZoneInfo) -> str:
    """The moment, UTC, at which a local day begins: as far from UTC as clocks were on that day."""
    changes: list[tuple[date, float]] = []
    for number in range((last - first).days + 2):
        local = first + timedelta(days=number)
        offset = datetime.combine(local, time(), tzinfo=zone).utcoffset() or timedelta()
        if not changes or changes[-1][1] != offset.total_seconds():
            changes.append((local, offset.total_seconds()))
    cases = "".join(
        f"when {day} >= timestamp '{since}' then {seconds:.0f} "
        for since, seconds in reversed(changes[1:])
    )
    seconds = f"case {cases}else {changes[0][1]:.0f} end" if cases else f"{changes[0][1]:.0f}"
    return f"{day} - to_seconds({seconds})"
