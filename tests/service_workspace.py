"""Twenty weeks of requests of two routes, small enough to know every number.

Each day at 9 UTC there are 100 requests to /fast and 100 to /slow. Those to /fast take 100 ms, 5 of
a hundred 300 ms. Those to /slow take 200 ms until version 2, from which on they take 400 ms and 10
of a hundred fail. On the day of the outage half of all fail.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from queries import Workspace, open_workspace
from queries.build import build

FIRST_DAY = date(2026, 7, 6)  # a Monday
LAST_DAY = date(2026, 11, 22)
SECOND_VERSION = date(2026, 11, 2)
OUTAGE = date(2026, 9, 15)
SETTINGS = """
[product]
name = "Service"
[activity]
last_day = "complete"
[service]
apdex_ms = 150
[slo.availability]
objective = 0.98
window_days = 28
[slo.slow_speed]
route = "/slow"
kind = "latency"
latency_ms = 500
objective = 0.5
window_days = 28
[slo.nowhere]
route = "/slwo"
objective = 0.9
"""
Row = tuple[datetime, str, float, int, str, int]


def make_service(folder: Path, *, settings: str = SETTINGS) -> Workspace:
    """A built workspace."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.toml").write_text(settings, encoding="utf-8")
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    rows = [row for day in days for row in _requests(day)]
    schema = ["occurred_at", "route", "duration_ms", "status", "app_version", "count"]
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(folder / "requests.parquet")
    pl.DataFrame(
        {
            "user_id": ["ann"] * len(days),
            "event": ["opened"] * len(days),
            "occurred_at": [_at(day) for day in days],
        }
    ).write_parquet(folder / "events.parquet")
    pl.DataFrame(
        {"release": ["2"], "released_at": [_at(SECOND_VERSION)], "version": ["2"]}
    ).write_parquet(folder / "releases.parquet")
    workspace = open_workspace(folder)
    build(workspace, now=datetime(2026, 11, 23, 12, tzinfo=UTC))
    return workspace


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)


def _requests(day: date) -> Iterator[Row]:
    at, version = _at(day), "2" if day >= SECOND_VERSION else "1"
    wobble = day.toordinal() % 3  # days differ, as they do
    for route, count, ms in (("/fast", 95, 100.0), ("/fast", 5, 300.0), ("/slow", 100, 200.0)):
        is_worse = version == "2" and route == "/slow"
        failed = count // 2 if day == OUTAGE else 10 - wobble if is_worse else 0
        duration = (400.0 if is_worse else ms) + wobble
        yield at, route, duration, 200, version, count - failed
        if failed:
            yield at, route, duration, 503, version, failed
