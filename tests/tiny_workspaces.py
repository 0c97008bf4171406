"""Workspaces small enough to check by hand, with roll-ups made by the slow recount."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from queries import Snapshot, Workspace, open_workspace
from queries.settings import Settings, read_settings
from queries.snapshot import FOLDER, Partition, SourceFile, TableState, publish
from queries.tables import TABLES
from queries.views import TYPES
from tests.slow_rollups import Row, Rules, Table, rollups

POLARS: dict[str, pl.DataType] = {
    "varchar": pl.String(), "date": pl.Date(), "integer": pl.Int32(), "boolean": pl.Boolean(),
    "double": pl.Float64(), "timestamp": pl.Datetime("us"),
}  # fmt: skip


def workspace_of(
    folder: Path,
    rows: Sequence[Row],
    rules: Rules | None = None,
    *,
    watermark: date | None = None,
    week_start: str = "monday",
    more: str = "",
    side_tables: dict[str, pl.DataFrame] | None = None,
) -> Workspace:
    """A built workspace over the rows.

    Args:
        folder: Where to make it.
        rows: (user, event, ISO moment, everything else) each.
        rules: Time zone, qualifying events, dimensions.
        watermark: Last complete day; None: the last day with an event.
        week_start: "monday" or "sunday".
        more: Further lines of `workspace.toml`.
        side_tables: Canonical tables beside events, such as releases.
    """
    rules = rules or Rules()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.toml").write_text(
        f'[product]\nname = "Tiny"\ntime_zone = "{rules.time_zone}"\n'
        f'week_start = "{week_start}"\n{more}\n',
        encoding="utf-8",
    )
    tables = rollups(rows, rules)
    days = [row["day"] for row in tables["steps"]]
    watermark = watermark or max(days, default=None)
    partitions = {
        name: (_rollup(folder, name, table, rules, days),) for name, table in tables.items() if table
    }
    sides = {name: (_side(folder, name, frame),) for name, frame in (side_tables or {}).items()}
    publish(folder, _snapshot(rows, rules, partitions | sides, watermark, max(days, default=None)))
    return open_workspace(folder)


def settings_of(folder: Path) -> Settings:
    """The settings that `workspace_of` wrote."""
    return read_settings(folder)


def _rollup(folder: Path, name: str, table: Table, rules: Rules, days: list[date]) -> Partition:
    frame = pl.DataFrame(table, schema=_schema(table, rules), orient="row")
    frame = frame.with_columns(pl.lit(value=True).alias("is_start"), pl.lit(value=True).alias("is_known"))
    return _written(folder, name, frame, min(days), max(days))


def _side(folder: Path, name: str, frame: pl.DataFrame) -> Partition:
    names = TABLES[name].names
    missing = [pl.lit(None).alias(column) for column in names if column not in frame.columns]
    return _written(folder, name, frame.with_columns(missing).select(names), None, None)


def _schema(table: Table, rules: Rules) -> dict[str, pl.DataType]:
    dims = {*rules.event_dimensions, *rules.user_dimensions}
    return {
        name: POLARS["varchar" if name in dims else TYPES.get(name, "varchar")] for name in table[0]
    }


def _written(
    folder: Path, name: str, frame: pl.DataFrame, first: date | None, last: date | None
) -> Partition:
    path = folder / FOLDER / name / "all.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path)
    file = str(path.relative_to(folder / FOLDER))
    return Partition(file, first, last, frame.height, path.stat().st_size)


def _snapshot(
    rows: Sequence[Row],
    rules: Rules,
    partitions: dict[str, tuple[Partition, ...]],
    watermark: date | None,
    last_day: date | None,
) -> Snapshot:
    file = SourceFile("events.parquet", 1, 1, "", len(rows), {}, {})
    events = TableState({"events.parquet": file}, len(rows), {}, watermark, last_day)
    levels = dict.fromkeys(rules.user_dimensions, "user")
    return Snapshot(
        id="tiny",
        built_at=datetime(2030, 1, 1, tzinfo=UTC),
        seconds=0.0,
        settings_digest="",
        partitions=partitions,
        sources={"events": events},
        dimensions=levels | dict.fromkeys(rules.event_dimensions, "event"),
    )
