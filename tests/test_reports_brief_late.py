"""Rows that come late: first the day's data look incomplete, then they are counted and said."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import polars as pl

from metrics.periods import days_ending
from queries import Workspace, open_workspace
from queries.build import build
from reports.brief import brief
from reports.brief_gate import Gate
from reports.brief_items import Brief
from reports.brief_series import collected
from reports.brief_words import reality

FIRST, DAY = date(2026, 6, 1), date(2026, 8, 26)
KINDS = ("opened", "saved", "sent")
PEOPLE = 160  # every second one on android
SETTINGS = """
[product]
name = "Late"
[activity]
last_day = "complete"
[dimensions]
users = []
events = ["platform"]
"""
Row = tuple[str, str, str, datetime]


def rows() -> Iterator[Row]:
    chance = Random(3)  # noqa: S311 - invented chance
    for at in range((DAY - FIRST).days + 1):
        day = FIRST + timedelta(days=at)
        moment = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        for n in range(PEOPLE):
            for kind in KINDS:
                if chance.random() < 0.9:
                    yield f"p{n}", kind, "android" if n % 2 else "web", moment


def is_late(row: Row) -> bool:
    """Two of three of the day's android rows."""
    return row[3].date() == DAY and row[2] == "android" and int(row[0][1:]) % 3 != 0


def write(folder: Path, name: str, found: list[Row]) -> None:
    schema = ["user_id", "event", "platform", "occurred_at"]
    (folder / "events").mkdir(exist_ok=True)
    pl.DataFrame(found, schema=schema, orient="row").write_parquet(folder / "events" / name)


def built(folder: Path) -> Workspace:
    workspace = open_workspace(folder)
    build(workspace, now=datetime(2026, 8, 27, 12, tzinfo=UTC))
    return workspace


def told(workspace: Workspace) -> Brief:
    return brief(workspace, DAY, replayed=0)


def test_late_rows_are_no_fall_of_use_before_they_come_and_none_after(tmp_path: Path) -> None:
    (tmp_path / "workspace.toml").write_text(SETTINGS, encoding="utf-8")
    every = list(rows())
    late = [row for row in every if is_late(row)]
    write(tmp_path, "a.parquet", [row for row in every if not is_late(row)])
    early = told(built(tmp_path))
    assert early.items == ()
    said_early = {reality(item) for item in early.doubted}
    assert len(said_early) == 1
    assert "Only platform android fell, to 33% of its usual rows" in said_early.pop()
    write(tmp_path, "b.parquet", late)
    workspace = built(tmp_path)
    assert told(workspace).items == told(workspace).doubted == ()
    (item, *_) = early.doubted
    checks = Gate(workspace, collected(workspace, days_ending(DAY, 60))).checks(item)
    said = {check.name: check.words for check in checks if check.is_passed}
    assert said["Late data"] == f"{len(late)} rows came late for these days; they are counted."
    assert said["All data there"] == "No part of the data is thinner than usual."
