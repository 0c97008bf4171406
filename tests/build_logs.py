"""Random logs of events as files, and all roll-ups of a built workspace as comparable rows."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from queries import Workspace, open_workspace
from queries.build import build
from tests.slow_rollups import Row, Rules, Table, rollups

NOW = datetime(2025, 6, 1, tzinfo=UTC)
EVENTS = ("opened", "saved", "shared", "ping")
PLATFORMS = ("web", "ios", None)
COLUMNS: dict[str, tuple[str, ...]] = {
    "user_days": ("day", "user_id", "events", "sessions", "hours", "first_day", "prev_day"),
    "segment_days": ("day", "user_id", "platform", "events", "sessions", "hours"),
    "feature_days": ("day", "event", "feature", "action", "platform", "user_id", "events",
                     "is_qualifying"),
    "steps": ("day", "event", "feature", "action", "platform", "user_id", "occurred_at",
              "is_qualifying"),
    "sessions": ("day", "user_id", "started_at", "seconds", "events", "platform"),
    "users": ("user_id", "first_day", "last_day"),
}  # fmt: skip

METRIC_COLUMNS = ("day", "metric", "dimension", "value", "numerator", "denominator")
SETTINGS = """
[product]
name = "Random"
time_zone = "Europe/Berlin"
[activity]
exclude = ["ping"]
[dimensions]
events = ["platform"]
"""
RULES = Rules(
    time_zone="Europe/Berlin",
    qualifies=lambda event: event != "ping",
    event_dimensions=("platform",),
)


def random_log(seed: int, *, people: int = 12, days: int = 12, given: float = 0.3) -> list[Row]:
    """Visits of some people around the change to summer time, many of them over midnight."""
    chance = random.Random(seed)  # noqa: S311 - invented chance
    start = datetime(2025, 3, 24, tzinfo=UTC)
    rows: list[Row] = []
    for person in range(people):
        for number in range(chance.randrange(1, 2 * days)):
            at = start + timedelta(days=days * chance.random())
            if chance.random() < 0.4:
                at = at.replace(hour=chance.choice((21, 22, 23)), minute=chance.randrange(60))
            session = f"s{number}" if chance.random() < given else None
            for _ in range(chance.randrange(1, 8)):
                more = {"platform": chance.choice(PLATFORMS), "session_id": session}
                rows.append((f"p{person}", chance.choice(EVENTS), at.isoformat(), more))
                at += timedelta(seconds=chance.choice((5, 60, 600, 1700, 1800, 1801)))
    rows += _never_asleep(chance, start)
    return _different(rows)


def _never_asleep(chance: random.Random, start: datetime) -> list[Row]:
    """A machine that is active for three days without a pause: sessions reach 24 hours."""
    at, rows = start + timedelta(hours=chance.randrange(48)), []
    for _ in range(200):
        rows.append(("robot", "opened", at.isoformat(), {"platform": "web", "session_id": None}))
        at += timedelta(minutes=chance.choice((10, 20, 30)))
    return rows


def _different(rows: list[Row]) -> list[Row]:
    seen: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        seen[row[0], row[1], row[2], *row[3].values()] = row
    return list(seen.values())


def write_events(path: Path, rows: Sequence[Row]) -> None:
    """Rows as one Parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame(
        {
            "user_id": [row[0] for row in rows],
            "event": [row[1] for row in rows],
            "occurred_at": [datetime.fromisoformat(row[2]) for row in rows],
            "platform": [row[3].get("platform") for row in rows],
            "session_id": [row[3].get("session_id") for row in rows],
        },
        schema_overrides={
            "platform": pl.String, "session_id": pl.String,
            "occurred_at": pl.Datetime("us", "UTC"), "user_id": pl.String, "event": pl.String,
        },
    )  # fmt: skip
    frame.write_parquet(path)


def empty_workspace(folder: Path, settings: str = SETTINGS) -> Workspace:
    """A workspace with settings and no data yet."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.toml").write_text(settings, encoding="utf-8")
    return open_workspace(folder)


def built_tables(workspace: Workspace) -> dict[str, bytes]:
    """Every roll-up by name, with user ids for keys, sorted, as bytes."""
    return {name: _bytes(_built(workspace, name)) for name in (*COLUMNS, "metric_days")}


def counted_tables(rows: Sequence[Row], rules: Rules = RULES) -> dict[str, bytes]:
    """The same by the slow recount, without metrics."""
    tables = rollups(rows, rules)
    ids = {row["user_key"]: row["user_id"] for row in tables["users"]}
    return {name: _bytes(_counted(tables[name], ids, columns)) for name, columns in COLUMNS.items()}


def _built(workspace: Workspace, name: str) -> pl.DataFrame:
    if name in ("users", "metric_days"):
        columns = COLUMNS.get(name, METRIC_COLUMNS)
        sql = f"select {', '.join(columns)} from {name}"  # noqa: S608 - names of ours
    else:
        shown = ", ".join("users.user_id" if c == "user_id" else f"one.{c}" for c in COLUMNS[name])
        sql = f"select {shown} from {name} as one join users using (user_key)"  # noqa: S608
    return pl.DataFrame(pl.from_arrow(workspace.engine.query(sql, {})))


def _counted(table: Table, ids: dict[int, str], columns: tuple[str, ...]) -> pl.DataFrame:
    rows = [
        {c: ids[row["user_key"]] if c == "user_id" else row[c] for c in columns} for row in table
    ]
    return pl.DataFrame(rows, infer_schema_length=None).select(columns)


def _bytes(frame: pl.DataFrame) -> bytes:
    """Rows in one order and one set of types, as text."""
    texts = frame.select(
        pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f") if kind == pl.Datetime
        else pl.col(name).cast(pl.Float64).round(6).cast(pl.String) if kind.is_numeric()
        else pl.col(name).cast(pl.String)
        for name, kind in frame.schema.items()
    )  # fmt: skip
    return texts.sort(texts.columns, nulls_last=True).write_csv(null_value="null").encode()


def rebuilt(workspace: Workspace) -> Workspace:
    """The workspace after a build at a fixed moment."""
    build(workspace, now=NOW)
    return workspace
