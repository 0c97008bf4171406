"""However data arrive, the roll-ups are those of one full build and of a slow recount."""

import random
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from queries.build import build, events_build
from tests.build_logs import (
    SETTINGS,
    built_tables,
    counted_tables,
    empty_workspace,
    random_log,
    rebuilt,
    write_events,
)
from tests.slow_rollups import Row


def arrivals(rows: list[Row], seed: int, files: int = 10) -> list[list[Row]]:
    """Rows in files that arrive one by one: mostly by day, some late, some twice."""
    chance = random.Random(seed)  # noqa: S311 - invented chance
    by_time = sorted(rows, key=lambda row: row[2])
    size = max(1, len(by_time) // files)
    parts = [by_time[n * size : (n + 1) * size if n < files - 1 else None] for n in range(files)]
    for row in chance.sample(by_time, len(by_time) // 10):
        part = next(part for part in parts if row in part)
        if len(part) > 1:  # a late row leaves its day's file and comes with another one
            part.remove(row)
            chance.choice(parts).append(row)
    for row in chance.sample(by_time, len(by_time) // 20):
        chance.choice(parts).append(row)  # and some come again
    chance.shuffle(parts)
    return parts


@pytest.fixture(autouse=True, params=[2_000_000, 60], ids=["one chunk", "many chunks"])
def chunk_rows(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test with all days in one chunk, and with hardly more than a day in each."""
    monkeypatch.setattr(events_build, "CHUNK_ROWS", request.param)


@pytest.mark.parametrize("seed", range(6))
def test_ten_increments_equal_one_build_and_a_recount(tmp_path: Path, seed: int) -> None:
    rows = random_log(seed, given=0.0 if seed % 2 else 0.4)
    step_by_step = empty_workspace(tmp_path / "steps")
    names = [f"{number:02}" for number in range(10)]
    random.Random(seed).shuffle(names)  # noqa: S311 - invented chance
    for name, part in zip(names, arrivals(rows, seed), strict=True):
        write_events(tmp_path / "steps" / "events" / f"{name}.parquet", part)
        write_events(tmp_path / "once" / "events" / f"{name}.parquet", part)
        rebuilt(step_by_step)
    at_once = rebuilt(empty_workspace(tmp_path / "once"))
    assert built_tables(step_by_step) == built_tables(at_once)
    assert {n: t for n, t in built_tables(at_once).items() if n != "metric_days"} == (
        counted_tables(rows)
    )


@pytest.mark.parametrize("seed", range(3))
def test_changed_and_deleted_files_leave_nothing_behind(tmp_path: Path, seed: int) -> None:
    rows = random_log(seed)
    parts = arrivals(rows, seed, files=6)
    changing = empty_workspace(tmp_path / "changing")
    for number, part in enumerate(parts):
        write_events(tmp_path / "changing" / "events" / f"{number}.parquet", part)
    rebuilt(changing)
    (tmp_path / "changing" / "events" / "2.parquet").unlink()
    write_events(tmp_path / "changing" / "events" / "4.parquet", parts[4][::2])
    rebuilt(changing)
    for number, part in enumerate(parts):
        if number != 2:
            kept = part[::2] if number == 4 else part
            write_events(tmp_path / "fresh" / "events" / f"{number}.parquet", kept)
    fresh = rebuilt(empty_workspace(tmp_path / "fresh"))
    assert built_tables(changing) == built_tables(fresh)


def test_one_day_after_another_equals_one_build(tmp_path: Path) -> None:
    rows = sorted(random_log(7, days=40), key=lambda row: row[2])
    daily = empty_workspace(tmp_path / "Ann's")
    for day in sorted({row[2][:10] for row in rows}):
        part = [row for row in rows if row[2][:10] == day]
        write_events(tmp_path / "Ann's" / "events" / f"{day}.parquet", part)
        write_events(tmp_path / "once" / "events" / f"{day}.parquet", part)
        rebuilt(daily)
    once = rebuilt(empty_workspace(tmp_path / "once"))
    assert built_tables(daily) == built_tables(once)
    snapshot = daily.snapshot
    assert snapshot is not None
    assert len(snapshot.partitions["steps"]) <= 33


def test_stamps_of_broken_clocks_do_not_change_the_order_of_days(tmp_path: Path) -> None:
    rows = sorted(random_log(8, days=20), key=lambda row: row[2])
    broken: list[Row] = [("p1", "opened", at, {}) for at in ("1970-01-01T00:00:00", "2200-01-01")]
    days = sorted({row[2][:10] for row in rows})
    for number, day in enumerate(days):
        part = [row for row in rows if row[2][:10] == day]
        more = broken if number % 4 == 2 else []
        write_events(tmp_path / "events" / f"{day}.parquet", part + more)
    workspace = rebuilt(empty_workspace(tmp_path))
    assert {n: t for n, t in built_tables(workspace).items() if n != "metric_days"} == (
        counted_tables(rows)
    )


def test_nothing_new_is_not_built_again(tmp_path: Path) -> None:
    workspace = empty_workspace(tmp_path)
    write_events(tmp_path / "events.parquet", random_log(1))
    rebuilt(workspace)
    first = workspace.snapshot
    rebuilt(workspace)
    assert workspace.snapshot is first


def test_a_changed_table_beside_events_leaves_their_files_alone(tmp_path: Path) -> None:
    workspace = empty_workspace(tmp_path)
    write_events(tmp_path / "events.parquet", random_log(1))
    pl.DataFrame({"user_id": ["p1"]}).write_parquet(tmp_path / "users.parquet")
    before = rebuilt(workspace).snapshot
    pl.DataFrame({"user_id": ["p1", "new"]}).write_parquet(tmp_path / "users.parquet")
    after = rebuilt(workspace).snapshot
    assert before is not None
    assert after is not None
    assert after.partitions["user_days"] == before.partitions["user_days"]
    assert after.partitions["users"] != before.partitions["users"]


def test_a_day_becomes_complete_by_being_over(tmp_path: Path) -> None:
    rule = '[activity]\nlast_day = "complete"'
    workspace = empty_workspace(tmp_path, SETTINGS.replace("[activity]", rule))
    days = ("2025-05-30", "2025-05-31")
    rows: list[Row] = [("p1", "opened", f"{day}T09:00:00Z", {}) for day in days]
    write_events(tmp_path / "events.parquet", rows)
    build(workspace, now=datetime(2025, 5, 31, 12, tzinfo=UTC))
    early = workspace.snapshot
    build(workspace, now=datetime(2025, 6, 1, 12, tzinfo=UTC))
    late = workspace.snapshot
    assert early is not None
    assert late is not None
    assert (early.watermark, late.watermark) == (date(2025, 5, 30), date(2025, 5, 31))


def test_one_roll_up_alone_is_the_same_as_among_all(tmp_path: Path) -> None:
    """But for the sessions of its rows, which come with the roll-up of sessions."""
    rows = random_log(3)
    alone, among = empty_workspace(tmp_path / "alone"), empty_workspace(tmp_path / "among")
    for workspace in (alone, among):
        write_events(workspace.folder / "events" / "all.parquet", rows)
    build(alone, now=datetime(2030, 1, 1, tzinfo=UTC), only=["user_days"])
    rebuilt(among)
    one, other = (
        pl.read_csv(built_tables(workspace)["user_days"]).drop("sessions")
        for workspace in (alone, among)
    )
    assert one.equals(other)
