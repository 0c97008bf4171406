"""`events` as an analyst reads them: the user's files under canonical names, good rows only.

The roll-ups are made of the same rows by `queries/build`; here it is one select. Files written
alike are read together; a row that was left out, with its reason in `quarantine`, is left out by
file and row number, which costs nothing for the files that have none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
from pyarrow import parquet as pq

from queries.build.days import SECOND, local_time
from queries.build.kinds import Derivation
from queries.build.mapping import FileMapping, FileProblem, mapping
from queries.link import memory_link
from queries.quoting import file_list, quoted, text
from queries.settings import Settings
from queries.snapshot import Snapshot, SourceFile
from queries.tables import ACTIONS, SQL_TYPE, TABLES

EVENTS = TABLES["events"]
KINDS = "kinds_of_events"
LEFT_OUT = "left_out_events"
OF_KIND = ("feature", "action")
ADDED = {"day": "local day", "is_qualifying": "whether it counts as activity"}
# Columns that the engine adds by itself: where a file has its own, its rows have no number.
NUMBERED = frozenset({"filename", "file_row_number"})
WHOLE_NUMBERS = ("DOUBLE", "FLOAT", "DECIMAL")
MOMENTS = ("TIMESTAMP", "DATE")
NESTED = ("STRUCT", "MAP", "JSON", "UNION", "VARIANT")


@dataclass(frozen=True, slots=True)
class EventRows:
    """`events` as SQL.

    Attributes:
        select: All good rows under canonical names.
        columns: The select's columns, in order.
        setup: Statements that make what the select reads beside the files.
        files: Files that it reads.
    """

    select: str
    columns: tuple[str, ...]
    setup: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Alike:
    """Files that are written alike: our columns, and the engine's type of each."""

    columns: FileMapping
    types: Mapping[str, str]
    files: tuple[str, ...]


def event_rows(
    snapshot: Snapshot, settings: Settings, quarantine: Iterable[str]
) -> EventRows | None:
    """The select of `events`; None: the rows of a file cannot be told from one another.

    Args:
        snapshot: What was built.
        settings: How the user's columns become ours.
        quarantine: Files of the roll-up `quarantine`.
    """
    state = snapshot.sources["events"]
    files = [path for path, file in state.files.items() if file.problem is None]
    quarantine = tuple(quarantine)
    left_out = _files_with_rows_left_out(quarantine)
    groups = _alike(files, settings)
    if any(NUMBERED & {name.lower() for name in one.types} for one in groups):
        return None
    dimensions = [name for name, level in snapshot.dimensions.items() if level == "event"]
    names = tuple(dict.fromkeys((*EVENTS.names, *dimensions, *state.columns)))
    names = tuple(name for name in names if name not in ADDED)
    selects = []
    for one in groups:
        selects += _selects(one, names, set(dimensions), left_out)
    rows = " union all ".join(selects) or _no_rows(names)
    return EventRows(
        select=_with_days_and_kinds(rows, names, snapshot, settings),
        columns=(*names, *ADDED),
        setup=(*_kinds(snapshot, settings), _left_out(quarantine)),
        files=tuple(files),
    )


def changed(files: Mapping[str, SourceFile]) -> list[str]:
    """Files that are not what they were when they were built, or are gone."""
    found = []
    for path, before in files.items():
        if before.problem is None:
            try:
                now = Path(path).stat()
            except OSError:
                found.append(path)
            else:
                if (now.st_size, now.st_mtime_ns) != (before.size, before.modified_ns):
                    found.append(path)
    return found


def _files_with_rows_left_out(quarantine: Iterable[str]) -> set[str]:
    files = list(quarantine)
    if not files:
        return set()
    rows = pl.scan_parquet(files).filter(pl.col("table_name") == "events")
    return set(rows.select(pl.col("file").unique()).collect()["file"].to_list())


def _alike(files: Iterable[str], settings: Settings) -> list[_Alike]:
    """Files by how they are written; one that has become unreadable is left out."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for path in files:
        try:
            schema = pq.read_schema(path)
        except (pa.ArrowException, OSError):
            continue
        key = tuple(f"{field.name}\0{field.type}" for field in schema)
        groups.setdefault(key, []).append(path)
    found = []
    with memory_link(threads=1) as link:
        for key, paths in groups.items():
            names = [one.partition("\0")[0] for one in key]
            try:
                columns = mapping("events", settings, names)
                found.append(_Alike(columns, _types(columns, paths[0], link), tuple(paths)))
            except (FileProblem, duckdb.Error):
                continue  # such files gave no rows to the build either
    return found


def _types(columns: FileMapping, path: str, link: duckdb.DuckDBPyConnection) -> dict[str, str]:
    shown = columns.select_list(columns.names)
    rows = link.execute(f"describe select {shown} from {_read([path])}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def _read(files: Iterable[str]) -> str:
    return f"read_parquet({file_list(files)}, hive_partitioning = false)"


def _selects(
    alike: _Alike, names: tuple[str, ...], dimensions: set[str], left_out: set[str]
) -> list[str]:
    """The rows of some files; of those with bad rows, without these."""
    shown = ", ".join(_column(alike, name, name in dimensions) for name in names)
    clean = [path for path in alike.files if path not in left_out]
    rest = [path for path in alike.files if path in left_out]
    selects = [f"select {shown} from {_read(clean)}"] if clean else []
    if rest:
        selects.append(
            f"select {shown} from {_read(rest)} as own where not exists ("
            f"select 1 from {LEFT_OUT} as bad "
            "where bad.file = own.filename and bad.row_number = own.file_row_number)"
        )
    return selects


def _column(alike: _Alike, name: str, is_dimension: bool) -> str:  # noqa: FBT001 - internal
    """One of our columns over a file's, in its canonical type."""
    known = {column.name: column.kind for column in EVENTS.columns}
    kind = "text" if is_dimension else known.get(name)
    if name not in alike.types:
        return f"cast(null as {SQL_TYPE[kind or 'text']}) as {quoted(name)}"
    source, given = alike.columns.expression(name), alike.types[name].upper()
    if kind == "moment":
        return f"{_moment(source, given)} as {quoted(name)}"
    if (kind == "json" and given.startswith(NESTED)) or given.endswith("]"):
        return f"cast(to_json({source}) as varchar) as {quoted(name)}"
    if kind in ("id", "text") and given.startswith(WHOLE_NUMBERS):
        return f"cast(cast({source} as bigint) as varchar) as {quoted(name)}"
    if kind in ("number", "integer", "boolean"):
        return f"try_cast({source} as {SQL_TYPE[kind]}) as {quoted(name)}"
    return f"cast({source} as varchar) as {quoted(name)}"


def _moment(source: str, given: str) -> str:
    """UTC without zone; a text is read as ISO 8601, also with a blank before its offset."""
    if given.startswith(MOMENTS):
        return f"cast({source} as timestamp)"
    plain = f"replace(replace(trim({source}), ' +', '+'), ' -', '-')"
    return f"cast(try_cast({plain} as timestamptz) as timestamp)"


def _no_rows(names: Iterable[str]) -> str:
    known = {column.name: column.kind for column in EVENTS.columns}
    shown = ", ".join(
        f"cast(null as {SQL_TYPE[known.get(name, 'text')]}) as {quoted(name)}" for name in names
    )
    return f"select {shown} where false"


def _with_days_and_kinds(
    rows: str, names: Iterable[str], snapshot: Snapshot, settings: Settings
) -> str:
    """The rows with their local day, and with feature and action where their name tells them."""
    usual = " ".join(f"when {text(one)} then {text(one)}" for one in ACTIONS)
    derived = {
        "feature": "coalesce(nullif(own.feature, ''), kinds.feature) as feature",
        "action": f"case lower(own.action) {usual} "
        "else coalesce(nullif(own.action, ''), kinds.action) end as action",
    }
    shown = ", ".join(derived.get(name, f"own.{quoted(name)}") for name in names)
    # Grouped, so that the engine sees one row for each name, and joins only where it must.
    kinds = (
        "select event, any_value(feature) as feature, any_value(action) as action, "
        f"bool_or(is_qualifying) as is_qualifying from {KINDS} group by event"
    )
    return (
        f"select {shown}, {_day('own.occurred_at', snapshot, settings)} as day, "
        f"kinds.is_qualifying from ({rows}) as own left join ({kinds}) as kinds "
        "on kinds.event = own.event"
    )


def _day(moment: str, snapshot: Snapshot, settings: Settings) -> str:
    """The local day of an instant; by written-out changes of the clock, as zones are slow."""
    days = [date.fromisoformat(day) for day in snapshot.days] or [date(2000, 1, 1)]
    until = datetime(max(days).year, max(days).month, max(days).day, tzinfo=UTC)
    clock = local_time(settings.product.zone, until + timedelta(days=2))
    changes = [datetime.fromtimestamp(int(at) // SECOND, UTC) for at in clock.changes]
    first = datetime(min(days).year, min(days).month, min(days).day, tzinfo=UTC)
    start = sum(at < first - timedelta(days=2) for at in changes)
    offsets = [int(offset) // SECOND for offset in clock.offsets[start:]]
    shift = str(offsets[-1])
    for at, offset in reversed(list(zip(changes[start:], offsets, strict=False))):
        before = f"{moment} < timestamp '{at:%Y-%m-%d %H:%M:%S}'"
        shift = f"case when {before} then {offset} else {shift} end"
    return f"cast({moment} + to_seconds({shift}) as date)"


def _kinds(snapshot: Snapshot, settings: Settings) -> tuple[str, ...]:
    """What an event's name tells, one row per name."""
    derive = Derivation(settings.features, settings.activity)
    names = dict.fromkeys(kind[0] for kind in snapshot.kinds)
    kinds = (derive.kind(name, None, None) for name in names)
    rows = [
        f"({text(event)}, {_text(feature)}, {_text(action)}, {str(qualifies).lower()})"
        for event, feature, action, qualifies in kinds
    ]
    table = (
        f"create table {KINDS} "
        "(event varchar, feature varchar, action varchar, is_qualifying boolean)"
    )
    return (table, f"insert into {KINDS} values {', '.join(rows)}") if rows else (table,)


def _left_out(quarantine: tuple[str, ...]) -> str:
    """Rows that do not count, by file and number."""
    rows = (
        f"select file, row_number from {_read(quarantine)} where table_name = 'events'"
        if quarantine
        else "select null::varchar as file, null::bigint as row_number where false"
    )
    return f"create table {LEFT_OUT} as {rows}"


def _text(value: str | None) -> str:
    return "null" if value is None else text(value)
