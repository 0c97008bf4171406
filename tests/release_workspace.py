"""Releases whose effects are known: a staged one, a flag, one for everybody, one too young.

Sixteen weeks of people in twelve countries. Everybody is active every day; each uses the board so
often a day that a count has some spread. Release "staged" doubles it in six countries from
1 October on, "flag" does for people with an even number from 29 October on, "full" makes attempts
at reports fail from 12 November on, "young" came four days before the end and touches nothing.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl

from queries import Workspace, open_workspace
from queries.build import build

FIRST_DAY, LAST_DAY = date(2026, 8, 3), date(2026, 11, 29)
STAGED, FLAG, FULL, YOUNG = (
    date(2026, 10, 1), date(2026, 10, 29), date(2026, 11, 12), date(2026, 11, 25),
)  # fmt: skip
COUNTRIES = tuple("ABCDEFGHIJKL")
WITH_IT = set("ABCDEF")
EACH = 8  # people in a country
SETTINGS = """
[product]
name = "Releases"
[activity]
last_day = "complete"
[dimensions]
users = ["country"]
events = []
[[holidays]]
day = 2026-10-03
name = "Unity Day"
"""


def make_releases(folder: Path) -> Workspace:
    """A built workspace."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.toml").write_text(SETTINGS, encoding="utf-8")
    people = [(f"{country}{n}", country, n) for country in COUNTRIES for n in range(EACH)]
    days = [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    chance = Random(7)  # noqa: S311 - invented chance
    rows = [row for day in days for one in people for row in _events(day, *one, chance)]
    schema = ["user_id", "event", "feature", "action", "occurred_at"]
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(folder / "events.parquet")
    pl.DataFrame(
        [(name, country) for name, country, _ in people], schema=["user_id", "country"],
        orient="row",
    ).write_parquet(folder / "users.parquet")  # fmt: skip
    names = ["staged", "flag", "full", "young"]
    starts = [STAGED, FLAG, FULL, YOUNG]
    pl.DataFrame(
        {
            "release": names,
            "released_at": [_at(day, 4) for day in starts],
            "completed_at": [None, _at(date(2026, 12, 24), 4), _at(FULL, 4), _at(YOUNG, 4)],
            "rollout": [*names[:3], "full"],
            "features": ["board", "board", "reports", None],
        }
    ).write_parquet(folder / "releases.parquet")
    reached = [("staged", name, _at(STAGED, 5)) for name, country, _ in people
               if country in WITH_IT]  # fmt: skip
    reached += [("flag", name, _at(FLAG, 5)) for name, _, n in people if n % 2 == 0]
    pl.DataFrame(reached, schema=["release", "unit_id", "reached_at"], orient="row").write_parquet(
        folder / "rollouts.parquet"
    )
    workspace = open_workspace(folder)
    build(workspace, now=datetime(2026, 11, 30, 12, tzinfo=UTC))
    return workspace


def _at(day: date, hour: int, second: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, second // 60, second % 60, tzinfo=UTC)


Row = tuple[str, str, str | None, str | None, datetime]


def _events(day: date, name: str, country: str, number: int, chance: Random) -> Iterator[Row]:
    yield name, "opened", None, None, _at(day, 8)
    boards = chance.choice((1, 1, 2))
    is_doubled = (STAGED <= day < FLAG and country in WITH_IT) or (day >= FLAG and number % 2 == 0)
    for at in range(boards * (2 if is_doubled else 1)):
        yield name, "board_completed", "board", "completed", _at(day, 9, at)
    if number < 4:
        failing = 0.6 if day >= FULL else 0.1
        action = "failed" if chance.random() < failing else "completed"
        yield name, f"reports_{action}", "reports", action, _at(day, 10)
