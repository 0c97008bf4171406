"""A workspace for the pages, small enough to know every number that they show."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from queries import Workspace, open_workspace
from queries.build import build

FIRST_DAY = date(2026, 9, 28)  # a Monday
LAST_DAY = date(2026, 11, 22)  # a Sunday, eight weeks later
NEWCOMERS_ON = date(2026, 10, 26)  # a Monday, four weeks before the end
OLD, ALL = 35, 40  # users from the first day on, and in the last four weeks
GERMAN = 30  # users of these in DE; the others in the country below, which is no country
HOSTILE = "<img src=x onerror=alert(1)> [x](http://example.com) **b**"

SETTINGS = """
[product]
name = "Paper <b>boat</b>"
time_zone = "Europe/Berlin"

[activity]
last_day = "complete"

[[features]]
match = "(?P<feature>draft)_(?P<action>opened|completed)"

[dimensions]
users = ["country"]
events = ["platform"]
"""

RELEASES = """
[tables.releases]
files = "releases.parquet"
"""


def make_workspace(folder: Path, *, is_built: bool = True) -> Workspace:
    """Everybody opens a draft at 9 UTC each day and, if their number is even, completes it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.toml").write_text(SETTINGS + RELEASES, encoding="utf-8")
    schema = ["user_id", "event", "occurred_at", "platform"]
    pl.DataFrame(list(_events()), schema=schema, orient="row").write_parquet(
        folder / "events.parquet"
    )
    users = [(_name(n), "DE" if n <= GERMAN else HOSTILE) for n in range(1, ALL + 1)]
    pl.DataFrame(users, schema=["user_id", "country"], orient="row").write_parquet(
        folder / "users.parquet"
    )
    pl.DataFrame(
        {
            "release": ["1.0", "1.1"],
            "released_at": [datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)],
            "title": ["First", HOSTILE],
            "url": [None, "javascript:alert(1)"],
        }
    ).write_parquet(folder / "releases.parquet")
    workspace = open_workspace(folder)
    if is_built:
        build(workspace)
    return workspace


def make_empty_days(folder: Path) -> Workspace:
    """One event by one user, ten days before the last day with another."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "workspace.toml").write_text(
        '[product]\nname = "Quiet"\n[activity]\nlast_day = "complete"\n', encoding="utf-8"
    )
    moments = [datetime(2026, 1, 1, 12, tzinfo=UTC), datetime(2026, 11, 22, 12, tzinfo=UTC)]
    pl.DataFrame(
        {"user_id": ["ann", "ann"], "event": ["opened", "opened"], "occurred_at": moments}
    ).write_parquet(folder / "events.parquet")
    workspace = open_workspace(folder)
    build(workspace)
    return workspace


def _events() -> Iterator[tuple[str, str, datetime, str]]:
    for at in range((LAST_DAY - FIRST_DAY).days + 1):
        day = FIRST_DAY + timedelta(days=at)
        nine = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        for number in range(1, (ALL if day >= NEWCOMERS_ON else OLD) + 1):
            platform = "web" if number % 3 else "ios"
            yield _name(number), "draft_opened", nine, platform
            if number % 2 == 0:
                yield _name(number), "draft_completed", nine + timedelta(minutes=5), platform


def _name(number: int) -> str:
    return f"u{number:02d}"
