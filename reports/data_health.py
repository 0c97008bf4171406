"""Can the data be trusted: what was read, what was not, and up to which day?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from queries import NoSnapshot
from queries.tables import TABLES
from reports import definitions
from reports.answer import Report, Source, source
from reports.known import known
from reports.metric_definitions import metric_definitions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from queries import Snapshot, Workspace
    from queries.snapshot import TableState
    from queries.tables import Table

Schema = dict[str, type[pl.DataType]]


@dataclass(frozen=True, slots=True)
class DataHealthReport(Report):
    """Everything the Data page shows.

    Attributes:
        tables: One row per (table): `table, row_means, is_required, files, rows, quarantined,
            first_day, last_day, watermark, missing` (which columns would bring it to life; null
            when it is there).
        columns: One row per (table, column): `table, column, type, meaning, is_required,
            is_present, read_from` (the user's column or expression; null when it is not there).
        files: One row per (table, file): `table, file, rows, bytes, quarantined, first_at,
            last_at, problem` (why none of it was read; null: it was).
        days: One row per (day): `day, events, active_users`, every day from the first to the last.
        quarantine: One row per (table, file, reason): `table, file, reason, rows`; `rows` is null
            for a file of which nothing could be read.
        metrics: One row per (metric): `metric, label, description, unit, better, kind, expression`.
        roll_ups: One row per (roll_up): `roll_up, files, rows, bytes, first_day, last_day`.
        build_steps: One row per (step): `step, seconds`, of the last build.
        snapshot_id: Which build this describes; None: nothing was built yet.
        built_at: When it was published, UTC; None likewise.
        watermark: The last complete day of events; None likewise.
        withheld: Why counts, files and rows set aside are not there; None: they are.
    """

    tables: Source
    columns: Source
    files: Source
    days: Source
    quarantine: Source
    metrics: Source
    roll_ups: Source
    build_steps: Source
    snapshot_id: str | None
    built_at: datetime | None
    watermark: date | None
    withheld: str | None


# How many rows there are, and in which files, is about everybody.
WITHHELD = (
    "You see a part of the product. Numbers of rows, files and rows set aside are about all of it, "
    "so they are not shown."
)


def data_health(workspace: Workspace) -> DataHealthReport:
    """Describe what the roll-ups were made of; also before there are any."""
    snapshot = workspace.snapshot

    def described(title: str, rows: pl.DataFrame) -> Source:
        return _described(snapshot, title, rows)

    return DataHealthReport(
        tables=described("Tables", _tables(snapshot)),
        columns=described("Columns", _columns(snapshot)),
        files=described("Files", _files(snapshot)),
        days=_days(workspace, snapshot),
        quarantine=_quarantine(workspace, snapshot),
        metrics=described("Metrics", metric_definitions(workspace)),
        roll_ups=described("Roll-ups", _roll_ups(snapshot)),
        build_steps=described("Steps of the last build", _build_steps(snapshot)),
        snapshot_id=snapshot.id if snapshot else None,
        built_at=snapshot.built_at if snapshot else None,
        watermark=snapshot.watermark if snapshot else None,
        withheld=None if workspace.sight.policy.is_empty else WITHHELD,
    )


def quarantine_sample(workspace: Workspace, table: str, reason: str, *, limit: int = 20) -> Source:
    """Some of the rows that were set aside for a reason, as they stood in the file."""
    answer = workspace.ask("quarantine_sample", table_name=table, reason=reason, most_rows=limit)
    title = f"Rows of {table} set aside: {reason}"
    return source(answer, title=title, definition=definitions.DATA_HEALTH)


def _described(snapshot: Snapshot | None, title: str, rows: pl.DataFrame) -> Source:
    """What the snapshot's own description says; no SQL was needed."""
    return Source(
        title=title,
        definition=definitions.DATA_HEALTH,
        rows=rows,
        sql="",
        parameters={},
        as_of=snapshot.watermark if snapshot else None,
        snapshot_id=snapshot.id if snapshot else "",
        seconds=0.0,
    )


def _frame(rows: Iterable[tuple[Any, ...]], schema: Schema) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def _states(snapshot: Snapshot | None) -> Mapping[str, TableState]:
    return snapshot.sources if snapshot else {}


def _tables(snapshot: Snapshot | None) -> pl.DataFrame:
    schema: Schema = {
        "table": pl.String, "row_means": pl.String, "is_required": pl.Boolean, "files": pl.Int64,
        "rows": pl.Int64, "quarantined": pl.Int64, "first_day": pl.Date, "last_day": pl.Date,
        "watermark": pl.Date, "missing": pl.String,
    }  # fmt: skip
    states = _states(snapshot)
    repeated = {"events": sum(snapshot.duplicates.values()) if snapshot else 0}
    return _frame(
        (
            _table(table, states.get(table.name), repeated.get(table.name, 0))
            for table in TABLES.values()
        ),
        schema,
    )


def _table(table: Table, state: TableState | None, repeated: int) -> tuple[Any, ...]:
    is_required = table.name == "events"
    if state is None or not state.files:
        nothing = (0, 0, 0, None, None, None)
        return (table.name, table.row, is_required, *nothing, _missing(table))
    if _is_withheld(state):
        hidden = (None, None, None, None)
        return (table.name, table.row, is_required, *hidden, state.last_day, state.watermark, None)
    days = [date.fromisoformat(day) for file in state.files.values() for day in file.days]
    return (
        table.name, table.row, is_required, len(state.files), state.rows,
        sum(state.quarantined.values()) + repeated, min(days, default=None), state.last_day,
        state.watermark, None,
    )  # fmt: skip


def _is_withheld(state: TableState) -> bool:
    """Whether the viewer may not know the table's files; the snapshot then names none."""
    return "" in state.files


def _missing(table: Table) -> str:
    *first, last = table.required
    columns = f"columns {', '.join(first)} and {last}" if first else f"column {last}"
    return f"{table.name}.parquet with the {columns} would bring it to life"


def _columns(snapshot: Snapshot | None) -> pl.DataFrame:
    schema: Schema = {
        "table": pl.String, "column": pl.String, "type": pl.String, "meaning": pl.String,
        "is_required": pl.Boolean, "is_present": pl.Boolean, "read_from": pl.String,
    }  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for table in TABLES.values():
        state = _states(snapshot).get(table.name)
        read = state.columns if state else {}
        rows += [
            (table.name, one.name, one.kind, one.meaning, one.is_required, one.name in read,
             read.get(one.name))
            for one in table.columns
        ]  # fmt: skip
        rows += [
            (table.name, name, "text", "a dimension of your own", False, True, read_from)
            for name, read_from in read.items()
            if name not in table.names
        ]
    return _frame(rows, schema)


def _files(snapshot: Snapshot | None) -> pl.DataFrame:
    schema: Schema = {
        "table": pl.String, "file": pl.String, "rows": pl.Int64, "bytes": pl.Int64,
        "quarantined": pl.Int64, "first_at": pl.Datetime, "last_at": pl.Datetime,
        "problem": pl.String,
    }  # fmt: skip
    return _frame(
        (
            (name, path, file.rows, file.size, sum(file.quarantined.values()),
             _plain(file.first_at), _plain(file.last_at), file.problem)
            for name, state in _states(snapshot).items()
            for path, file in state.files.items()
            if not _is_withheld(state)
        ),
        schema,
    )  # fmt: skip


def _plain(moment: datetime | None) -> datetime | None:
    """A UTC moment without its zone, as all moments of tables are."""
    return None if moment is None else moment.replace(tzinfo=None)


def _days(workspace: Workspace, snapshot: Snapshot | None) -> Source:
    title = "Events and people by day"
    if snapshot is None or snapshot.first_day is None or snapshot.last_day is None:
        schema: Schema = {"day": pl.Date, "events": pl.Int64, "active_users": pl.Int64}
        return _described(snapshot, title, _frame([], schema))
    answer = workspace.ask(
        "data_days",
        start_date=known(workspace).data_start,
        end_date=snapshot.last_day + timedelta(days=1),
    )
    return source(answer, title=title, definition=definitions.DATA_HEALTH)


def _quarantine(workspace: Workspace, snapshot: Snapshot | None) -> Source:
    """Rows set aside by reason; before them the files of which nothing could be read."""
    schema: Schema = {
        "table": pl.String, "file": pl.String, "reason": pl.String, "rows": pl.Int64,
    }  # fmt: skip
    unread = _frame(
        (
            (name, path, file.problem, None)
            for name, state in _states(snapshot).items()
            for path, file in state.files.items()
            if file.problem
        ),
        schema,
    )
    try:
        answer = workspace.ask("quarantine_counts")
    except NoSnapshot:
        return _described(snapshot, "Rows set aside", unread)
    counted = answer.rows.rename({"table_name": "table"})
    found = source(answer, title="Rows set aside", definition=definitions.DATA_HEALTH)
    return found.showing(pl.concat([unread, counted]))


def _roll_ups(snapshot: Snapshot | None) -> pl.DataFrame:
    schema: Schema = {
        "roll_up": pl.String, "files": pl.Int64, "rows": pl.Int64, "bytes": pl.Int64,
        "first_day": pl.Date, "last_day": pl.Date,
    }  # fmt: skip
    partitions = snapshot.partitions if snapshot else {}
    return _frame(
        (
            (
                name, len(files), sum(file.rows for file in files),
                sum(file.bytes for file in files),
                min((file.first_day for file in files if file.first_day), default=None),
                max((file.last_day for file in files if file.last_day), default=None),
            )
            for name, files in partitions.items()
            if all(file.file for file in files)
        ),
        schema,
    )  # fmt: skip


def _build_steps(snapshot: Snapshot | None) -> pl.DataFrame:
    timings = snapshot.timings if snapshot else {}
    return _frame(timings.items(), {"step": pl.String, "seconds": pl.Float64})
