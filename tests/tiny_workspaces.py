"""Workspaces small enough to check by hand, from rows in the test to a published build."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from queries import Workspace, open_workspace
from queries.build import build
from tests.slow_rollups import Row, Rules

# Does not qualify as activity; one of it makes a day known that has no other event.
HEARTBEAT = "server_heartbeat"


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings of a tiny workspace.

    Attributes:
        time_zone: Whose calendar decides the day.
        week_start: "monday" or "sunday".
        exclude: Events that do not qualify as activity.
        users: Attributes of users by id.
        event_dimensions: Columns of events to break down by.
        user_dimensions: Columns of users to break down by.
        metrics: The text of `metrics.toml`.
        more: Further lines of `workspace.toml`.
        tables: Canonical tables beside events and users, such as releases.
    """

    time_zone: str = "UTC"
    week_start: str = "monday"
    exclude: tuple[str, ...] = ()
    users: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    event_dimensions: tuple[str, ...] = ()
    user_dimensions: tuple[str, ...] = ()
    metrics: str = ""
    more: str = ""
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """`workspace.toml`."""
        return "\n".join((
            "[product]",
            'name = "Tiny"',
            f'time_zone = "{self.time_zone}"',
            f'week_start = "{self.week_start}"',
            "[activity]",
            f"exclude = {[HEARTBEAT, *self.exclude]}",
            'last_day = "complete"',
            "[dimensions]",
            f"users = {list(self.user_dimensions)}",
            f"events = {list(self.event_dimensions)}",
            self.more,
        ))  # fmt: skip

    @property
    def rules(self) -> Rules:
        """The same, as the slow recount takes it."""
        return Rules(
            time_zone=self.time_zone,
            qualifies=lambda event: event not in {HEARTBEAT, *self.exclude},
            event_dimensions=self.event_dimensions,
            user_dimensions=self.user_dimensions,
            users=self.users,
        )


def workspace_of(
    folder: Path, rows: Sequence[Row], setup: Setup | None = None, *, watermark: date | None = None
) -> Workspace:
    """A built workspace over the rows.

    Args:
        folder: Where to make it.
        rows: (user, event, ISO moment, everything else) each.
        setup: Its settings.
        watermark: Last complete day; None: the last day with an event.
    """
    setup = setup or Setup()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.toml").write_text(setup.text, encoding="utf-8")
    (folder / "metrics.toml").write_text(setup.metrics, encoding="utf-8")
    last_day = max((_local_day(row, setup.time_zone) for row in rows), default=None)
    beat = [] if watermark is None else [_heartbeat(watermark, setup.time_zone)]
    events = _events([*rows, *beat], setup.event_dimensions)
    events.write_parquet(folder / "events.parquet")
    if setup.users:
        people = [{"user_id": user} | dict(more) for user, more in setup.users.items()]
        pl.DataFrame(people).write_parquet(folder / "users.parquet")
    for name, table in setup.tables.items():
        table.write_parquet(folder / f"{name}.parquet")
    workspace = open_workspace(folder)
    build(workspace, now=_end_of_day_after(watermark or last_day, setup.time_zone))
    return workspace


def _events(rows: Sequence[Row], dimensions: Sequence[str]) -> pl.DataFrame:
    names = sorted({name for row in rows for name in row[3]} | set(dimensions))
    return pl.DataFrame(
        {
            "user_id": [user for user, _, _, _ in rows],
            "event": [event for _, event, _, _ in rows],
            "occurred_at": [moment for _, _, moment, _ in rows],
        }
        | {name: [row[3].get(name) for row in rows] for name in names},
        schema_overrides=dict.fromkeys(dimensions, pl.String)
        | dict.fromkeys(("user_id", "event", "occurred_at"), pl.String),
    )


def _local_day(row: Row, time_zone: str) -> date:
    moment = datetime.fromisoformat(row[2])
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(ZoneInfo(time_zone)).date()


def _heartbeat(day: date, time_zone: str) -> Row:
    noon = datetime.combine(day, time(12), ZoneInfo(time_zone))
    return ("server", HEARTBEAT, noon.isoformat(), {})


def _end_of_day_after(day: date | None, time_zone: str) -> datetime:
    """The latest moment at which a build still holds that day for the last complete one."""
    after = (day or date(2030, 1, 1)) + timedelta(days=2)
    midnight = datetime.combine(after, time(0), ZoneInfo(time_zone))
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


def random_rows(seed: int, *, users: int = 30, days: int = 70) -> list[Row]:
    """Some months of people who come and go; Monday 2026-01-05 is the first day.

    Each event has a platform that varies within a person, and perhaps a feature.
    """
    chance = Random(seed)  # noqa: S311
    start = datetime(2026, 1, 5, tzinfo=UTC)
    rows: list[Row] = []
    for number in range(users):
        first, habit = chance.randrange(days), chance.random() ** 2
        active = [day for day in range(first, days) if day == first or chance.random() < habit]
        for day in active:
            for _ in range(chance.randint(1, 3)):
                moment = start + timedelta(days=day, minutes=chance.randrange(24 * 60))
                event = chance.choice(["opened", "saved", "ping"])
                feature = "reports" if event == "saved" and chance.random() < 0.7 else None
                platform = chance.choice(["web", "ios", None])
                rows.append((f"u{number:02}", event, moment.isoformat(),
                             {"platform": platform, "feature": feature}))  # fmt: skip
    return rows


# Pings do not qualify; every third person pays.
RANDOM_SETUP = Setup(
    exclude=("ping",),
    event_dimensions=("platform",),
    user_dimensions=("plan",),
    users={f"u{n:02}": {"plan": "free" if n % 3 else "pro", "account_id": f"a{n % 7}"}
           for n in range(30)},
)  # fmt: skip
