"""`events` in SQL: the rows of the files that count, with their day, feature and action."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from queries import Workspace, open_workspace
from queries.build import build
from sample_data.generate import generate
from tests.analyst_engine import analyst_rows, lake
from tests.build_logs import empty_workspace, random_log, rebuilt, write_events
from tests.slow_rollups import Row
from tests.test_build_bad_input import GOOD, made

# ruff: noqa: DTZ001 - moments in files have no zone: they are UTC
BERLIN = ZoneInfo("Europe/Berlin")
COUNTS = """
    select
        (select count(*) from events),
        (select count(*) from events where is_qualifying),
        (select cast(sum(events) as bigint) from feature_days),
        (select count(*) from steps),
        (select cast(sum(events) as bigint) from user_days)
"""
KINDS = """
    select day, event, feature, action, is_qualifying, cast({count} as bigint)
    from {table} group by all order by all
"""


def agree(workspace: Workspace) -> int:
    """How many events there are; every roll-up says the same, day by day and kind by kind."""
    ((all_events, qualifying, in_features, in_steps, in_days),) = analyst_rows(workspace, COUNTS)
    assert all_events == in_features == in_steps
    assert qualifying == in_days
    own = KINDS.format(count="count(*)", table="events")
    rolled_up = KINDS.format(count="sum(events)", table="feature_days")
    assert analyst_rows(workspace, own) == analyst_rows(workspace, rolled_up)
    return int(all_events)


def expected(row: Row) -> tuple[Any, ...]:
    """A row of the log as the slow reader of the Data page would see it."""
    user, event, moment, more = row
    at = datetime.fromisoformat(moment)
    day = at.astimezone(BERLIN).date()
    return (user, event, at.astimezone(UTC).replace(tzinfo=None), more["platform"], day,
            event != "ping")  # fmt: skip


def test_every_good_row_is_there_once_with_its_local_day(tmp_path: Path) -> None:
    rows = random_log(7)
    workspace = empty_workspace(tmp_path)
    (tmp_path / "events").mkdir()
    write_events(tmp_path / "events" / "a.parquet", rows[: len(rows) // 2])
    write_events(tmp_path / "events" / "b.parquet", rows[len(rows) // 2 :])
    rebuilt(workspace)
    found = analyst_rows(
        workspace, "select user_id, event, occurred_at, platform, day, is_qualifying from events"
    )
    key = repr
    assert sorted(found, key=key) == sorted(map(expected, rows), key=key)
    assert agree(workspace) == len(rows)


def test_bad_rows_and_duplicates_are_left_out_as_in_the_roll_ups(tmp_path: Path) -> None:
    bad = pl.DataFrame({
        "user_id": [None, "  ", "dan", "eve", "fay", "gus", "hal", "ida"],
        "event": ["opened", "opened", None, "", "opened", "opened", "opened", "opened"],
        "occurred_at": [datetime(2025, 3, 1)] * 4
        + [None, datetime(1999, 12, 31, 23), datetime(2025, 3, 10, 12, 0, 1), datetime(2025, 3, 5)],
    })  # fmt: skip
    good = pl.DataFrame(GOOD)
    workspace = made(
        tmp_path, events__a=pl.concat([good, good.head(1)]), events__b=good, events__c=bad
    )
    assert agree(workspace) == 4
    found = analyst_rows(workspace, "select user_id from events order by user_id")
    assert found == [("ann",), ("bob",), ("cleo",), ("ida",)]
    hidden = """
        with left_out_events as (select '' as file, 0 as row_number where false)
        select count(*) from events
    """
    assert analyst_rows(workspace, hidden) == [(4,)]


def test_a_row_comes_back_once_its_moment_has_passed(tmp_path: Path) -> None:
    frame = pl.DataFrame(GOOD | {"occurred_at": [*GOOD["occurred_at"][:2],
                                                 datetime(2025, 3, 10, 13)]})  # fmt: skip
    workspace = made(tmp_path, events=frame)
    assert agree(workspace) == 2
    build(workspace, now=datetime(2025, 3, 10, 14, tzinfo=UTC))
    assert agree(workspace) == 3


def test_unreadable_files_cost_only_themselves(tmp_path: Path) -> None:
    workspace = made(tmp_path, events__a=pl.DataFrame(GOOD), events__b=pl.DataFrame(GOOD))
    broken = tmp_path / "events" / "b.parquet"
    broken.write_bytes(broken.read_bytes()[:-100])
    (tmp_path / "events" / "c.parquet").write_bytes(b"")
    build(workspace, now=datetime(2025, 3, 10, 12, tzinfo=UTC))
    assert agree(workspace) == 3


MOMENTS = (
    "2025-03-01T23:30:00Z", "2025-03-01T23:30:00.5+00:00", "2025-03-02 00:30:00 +0100",
    "2025-03-01 23:30:00", "2025-03-01T23:30", "2025-03-02", " 2025-03-02T00:30:00+01:00 ",
    "2025-03-02T00:30:00+0100", "2025-03-01T23:30:00.123456789Z",
)  # fmt: skip


def test_moments_are_read_in_every_spelling_that_the_build_reads(tmp_path: Path) -> None:
    frame = pl.DataFrame({
        "user_id": [f"u{n}" for n in range(len(MOMENTS))],
        "event": ["opened"] * len(MOMENTS),
        "occurred_at": list(MOMENTS),
    })  # fmt: skip
    workspace = made(tmp_path, events=frame)
    assert agree(workspace) == len(MOMENTS)
    own = "select event, occurred_at, day from events order by all"
    steps = "select event, occurred_at, day from steps order by all"
    assert analyst_rows(workspace, own) == analyst_rows(workspace, steps)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_days_are_local_around_every_change_of_the_clock(tmp_path: Path, zone: str) -> None:
    hours = [datetime(2024, month, day, hour, 30) for month, day in ((3, 10), (3, 31), (10, 27),
             (11, 3), (12, 31)) for hour in range(24)]  # fmt: skip
    frame = pl.DataFrame({"user_id": ["ann"] * len(hours), "event": ["opened"] * len(hours),
                          "occurred_at": hours})  # fmt: skip
    workspace = made(tmp_path, f'time_zone = "{zone}"\n', events=frame)
    local = [(at, at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()) for at in hours]
    found = analyst_rows(workspace, "select occurred_at, day from events order by occurred_at")
    assert found == local


def test_files_written_differently_are_one_table(tmp_path: Path) -> None:
    at = GOOD["occurred_at"]
    numbers = pl.DataFrame({"user_id": [1, 2], "event": ["opened", "saved"],
                            "occurred_at": at[:2], "value": [1, 2]})  # fmt: skip
    floats = pl.DataFrame({"user_id": [3.0, None], "event": ["opened", "opened"],
                           "occurred_at": pl.Series(at[:2]).dt.replace_time_zone("Asia/Tokyo"),
                           "value": ["1.5", "much"], "team": ["red", "blue"]})  # fmt: skip
    nested = pl.DataFrame({"event": ["opened"], "occurred_at": [at[2].date()], "user_id": ["4"],
                           "properties": [{"a": 1}], "is_bot": [True]})  # fmt: skip
    workspace = made(tmp_path, events__a=numbers, events__b=floats, events__c=nested)
    assert agree(workspace) == 4
    sql = "select user_id, occurred_at, value, properties, team, is_bot from events order by 1"
    assert analyst_rows(workspace, sql) == [
        ("1", at[0], 1.0, None, None, None),
        ("2", at[1], 2.0, None, None, None),
        ("3", datetime(2025, 3, 1, 0), 1.5, None, "red", None),
        ("4", datetime(2025, 3, 3), None, '{"a":1}', None, "true"),
    ]


def test_mapped_and_computed_columns_come_under_our_names(tmp_path: Path) -> None:
    settings = """
[tables.events]
files = "log/*.parquet"
[tables.events.columns]
user_id = "who"
event = "lower(what)"
occurred_at = "to_timestamp(seconds)"
value = "cents / 100"
[[features]]
match = "(?P<feature>draft)_(?P<action>opened|completed)"
[[features]]
match = "mail.*"
feature = "mail"
"""
    frame = pl.DataFrame({
        "who": ["ann", "bob", "cleo"],
        "what": ["DRAFT_opened", "mail sent", "other"],
        "seconds": [1_740_000_000, 1_740_000_060, 1_740_000_120],
        "cents": [250, 99, None],
    })  # fmt: skip
    workspace = made(tmp_path, settings, log__day=frame)
    assert agree(workspace) == 3
    day = date(2025, 2, 19)
    sql = "select user_id, event, feature, action, value, day from events order by user_id"
    assert analyst_rows(workspace, sql) == [
        ("ann", "draft_opened", "draft", "opened", 2.5, day),
        ("bob", "mail sent", "mail", None, 0.99, day),
        ("cleo", "other", None, None, None, day),
    ]


def test_feature_and_action_of_a_row_win_over_its_name(tmp_path: Path) -> None:
    settings = '[[features]]\nmatch = "(?P<feature>draft)_(?P<action>opened)"\n'
    frame = pl.DataFrame({
        "user_id": ["ann", "bob", "cleo", "dan"],
        "event": ["draft_opened"] * 4,
        "occurred_at": [datetime(2025, 3, 1)] * 4,
        "feature": ["notes", "", None, None],
        "action": ["Completed", "clicked", "", None],
    })  # fmt: skip
    workspace = made(tmp_path, settings, events=frame)
    assert agree(workspace) == 4
    assert analyst_rows(workspace, "select feature, action from events order by user_id") == [
        ("notes", "completed"), ("draft", "clicked"), ("draft", "opened"), ("draft", "opened"),
    ]  # fmt: skip


def test_a_folder_that_looks_like_a_partition_adds_no_column(tmp_path: Path) -> None:
    workspace = made(tmp_path, **{"events__country=DE__a": pl.DataFrame(GOOD)})
    assert analyst_rows(workspace, "select distinct country from events") == [(None,)]


def test_columns_of_the_files_own_that_the_engine_would_add_leave_events_out(
    tmp_path: Path,
) -> None:
    frame = pl.DataFrame(GOOD | {"file_row_number": [1, 2, 3]})
    workspace = made(tmp_path, events=frame)
    tables = lake(workspace).tables
    assert "events" not in tables
    assert "steps" in tables


@pytest.mark.slow
def test_events_of_the_demo_are_those_of_its_roll_ups(tmp_path: Path) -> None:
    generate(tmp_path, size=0.01)
    workspace = open_workspace(tmp_path)
    build(workspace)
    assert agree(workspace) > 20_000
    ((left_out,),) = analyst_rows(workspace, "select count(*) from quarantine")
    assert left_out > 0

