"""A moment belongs to the local day that clocks showed, also where a query is about moments."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from queries import Workspace
from tests.tiny_workspaces import HEARTBEAT, Setup, workspace_of

# Berlin changes its clocks on 29 March 2026, Santiago at midnight on 6 September.
ZONES = ("UTC", "Europe/Berlin", "America/Santiago", "Asia/Kathmandu", "Australia/Lord_Howe")
LAUNCH = date(2026, 3, 28)
DAY = timedelta(days=1)


def at(text: str) -> datetime:
    """A UTC moment as the files hold it."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("zone", ZONES)
def test_the_calendar_knows_when_each_local_day_begins(tmp_path: Path, zone: str) -> None:
    rows = [("ann", HEARTBEAT, "2026-06-01T12:00:00Z", {})]
    workspace = workspace_of(tmp_path, rows, Setup(time_zone=zone))
    found = pl.DataFrame(workspace.engine.query("select * from calendar order by day", {}))
    tick = timedelta(microseconds=1)
    for day, begins, ends in found.select("day", "begins_at", "ends_at").iter_rows():
        shown = [
            moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
            for moment in (begins - tick, begins, ends - tick, ends)
        ]
        assert shown == [day - DAY, day, day, day + DAY]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Ann and Bob are active every day; releases reach them, accounts end, and they say things."""
    rows = [
        (user, "opened", f"{LAUNCH + n * DAY}T10:00:00Z", {})
        for user in ("ann", "bob")
        for n in range(-3, 5)
    ]
    tables = {
        "releases": pl.DataFrame({"release": ["r"], "released_at": [at("2026-03-28T08:00:00")]}),
        "rollouts": pl.DataFrame(
            {
                "release": ["r", "r"],
                "unit_id": ["ann", "bob"],
                # 00:30 on 29 March and 00:30 on 30 March, of which UTC still has the day before.
                "reached_at": [at("2026-03-28T23:30:00"), at("2026-03-29T22:30:00")],
            }
        ),
        "subscriptions": pl.DataFrame(
            {
                "account_id": ["a", "b"],
                "started_at": [at("2026-01-01T00:00:00")] * 2,
                "ended_at": [at("2026-03-28T23:30:00"), None],
                "mrr": [1.0, 1.0],
            }
        ),
        "feedback": pl.DataFrame(
            {
                "user_id": ["ann", "bob"],
                "said_at": [at("2026-03-28T23:30:00"), at("2026-03-29T21:30:00")],
                "score": [9.0, 3.0],
                "scale": ["nps", "nps"],
            }
        ),
    }
    setup = Setup(time_zone="Europe/Berlin", tables=tables)
    return workspace_of(tmp_path_factory.mktemp("local_days"), rows, setup)


SPAN = {"start_date": LAUNCH, "end_date": LAUNCH + 3 * DAY}


def test_people_count_as_reached_from_their_own_local_day_on(workspace: Workspace) -> None:
    rows = workspace.ask("release_reach", release="r", **SPAN).rows
    assert rows.select("active", "reached").rows() == [(2, 0), (2, 1), (2, 2)]


def test_a_flag_counts_up_to_the_local_end_of_the_window(workspace: Workspace) -> None:
    asked = {"release": "r", "launch_on": LAUNCH, "before_days": 3, "features": []}
    found = [
        workspace.ask("release_arms", window_days=days, **asked)
        .rows.filter(pl.col("is_treated"))["units"]
        .max()
        for days in (1, 2)
    ]
    assert found == [1, 2]


def test_accounts_leave_on_the_local_day_on_which_they_end(workspace: Workspace) -> None:
    rows = workspace.ask("release_churn", **SPAN).rows
    assert rows.rows() == [
        (LAUNCH, 0.0, 2.0), (LAUNCH + DAY, 1.0, 2.0), (LAUNCH + 2 * DAY, 0.0, 1.0),
    ]  # fmt: skip


def test_answers_belong_to_the_local_day_on_which_they_were_given(workspace: Workspace) -> None:
    rows = workspace.ask("release_feedback", **SPAN).rows
    assert rows.rows() == [("nps", LAUNCH + DAY, 12.0, 2.0)]
