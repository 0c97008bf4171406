"""The queries of the Usage page: rows checkable by eye, and a slow recount of random ones."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from metrics.periods import Grain, Period, buckets, days_ending
from queries import Filter, Segment, Workspace
from tests import slow_counts
from tests.slow_rollups import Row, Table, rollups
from tests.tiny_workspaces import HEARTBEAT, RANDOM_SETUP, Setup, random_rows, workspace_of

MONDAY = date(2026, 1, 5)
PLATFORMS = Setup(event_dimensions=("platform",))


def at(user: str, day: int, event: str = "opened", clock: str = "12:00", **more: Any) -> Row:
    """An event so many days after the first Monday."""
    return (user, event, f"{MONDAY + timedelta(days=day)}T{clock}:00Z", more)


def on(day: int) -> date:
    return MONDAY + timedelta(days=day)


def ask(workspace: Workspace, name: str, start: int, end: int, **more: Any) -> pl.DataFrame:
    return workspace.ask(name, start_date=on(start), end_date=on(end), **more).rows


# Ann is there on two days of the first week, once in the third; Bob once in the first.
ANN_AND_BOB = [
    at("ann", 0),
    at("ann", 2),
    at("bob", 2),
    at("bob", 2, clock="12:01"),
    at("ann", 14),
]


def frame(workspace: Workspace) -> dict[str, date]:
    assert workspace.snapshot is not None
    first, mark = workspace.snapshot.first_day, workspace.snapshot.watermark
    assert first is not None
    assert mark is not None
    return {"data_start": first, "watermark": mark}


def test_active_users_counts_a_person_once_in_a_window(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, ANN_AND_BOB, watermark=on(14))
    rows = ask(workspace, "active_users", 0, 10, window_days=9, **frame(workspace))
    assert rows.select("daily_users", "weekly_users", "window_users").rows() == [
        (1, None, None),
        (0, None, None),
        (2, None, None),
        (0, None, None),
        (0, None, None),
        (0, None, None),
        (0, 2, None),
        # Ann's Monday has left the 7 days, her Wednesday has not.
        (0, 2, None),
        (0, 2, 2),
        (0, 0, 2),
    ]


def test_active_users_of_the_day_that_is_loading_is_marked(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, [*ANN_AND_BOB, at("bob", 15)], watermark=on(14))
    rows = ask(workspace, "active_users", 13, 16, window_days=7, **frame(workspace))
    assert rows.select("daily_users", "is_complete").rows() == [(0, True), (1, True), (1, False)]


def test_active_users_of_nobody_is_no_row(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, ANN_AND_BOB)
    rows = ask(workspace, "active_users", 300, 310, window_days=28, **frame(workspace))
    assert rows.is_empty()


def test_active_users_by_week_counts_whole_weeks(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, ANN_AND_BOB, watermark=on(16))
    rows = ask(workspace, "active_users_by_period", 2, 16, grain="week", **frame(workspace))
    assert rows.select("period_start", "users", "is_complete").rows() == [
        (on(0), 2, True),
        (on(14), 1, False),
    ]


def test_active_users_by_week_end_before_the_last_day(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, ANN_AND_BOB, watermark=on(16))
    rows = ask(workspace, "active_users_by_period", 0, 14, grain="week", **frame(workspace))
    assert rows["period_start"].to_list() == [on(0)]


def test_active_users_by_week_follows_the_workspace(tmp_path: Path) -> None:
    rows = [at("ann", 5), at("ann", 6), at("bob", 6)]
    workspace = workspace_of(tmp_path, rows, Setup(week_start="sunday"), watermark=on(20))
    found = ask(workspace, "active_users_by_period", 5, 8, grain="week", **frame(workspace))
    # Sunday 11 January belongs to the week that begins with it.
    assert found.select("period_start", "users").rows() == [(on(-1), 1), (on(6), 2)]


def test_narrowing_to_a_platform_has_its_own_previous_day(tmp_path: Path) -> None:
    rows = [
        at("ann", 0, platform="ios"),
        at("ann", 1, platform="web"),
        at("ann", 9, platform="ios"),
    ]
    workspace = workspace_of(tmp_path, rows, PLATFORMS)
    answer = workspace.ask(
        "active_users",
        segment=Segment((Filter("platform", ("ios",)),)),
        start_date=on(6),
        end_date=on(10),
        window_days=7,
        **frame(workspace),
    )
    # With the previous day of all platforms, Ann would be missing on the ninth day.
    assert answer.rows["weekly_users"].to_list() == [1, 0, 0, 1]


def test_lifecycle_counts_a_lapse_once(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, ANN_AND_BOB, watermark=on(20))
    rows = ask(workspace, "lifecycle", 0, 21, grain="week", **frame(workspace))
    columns = ["active_users", "new_users", "retained_users", "resurrected_users", "dormant_users"]
    assert rows.select(columns).rows() == [(2, 2, 0, 0, 0), (0, 0, 0, 0, 2), (1, 0, 0, 1, 0)]


def test_lifecycle_does_not_know_who_lapses_in_an_open_week(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, ANN_AND_BOB, watermark=on(10))
    rows = ask(workspace, "lifecycle", 0, 14, grain="week", **frame(workspace))
    assert rows.select("dormant_users", "is_complete").rows() == [(0, True), (None, False)]


def test_lifecycle_by_week_crosses_new_year(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, [at("ann", -10), at("ann", -5)], watermark=on(-1))
    rows = ask(workspace, "lifecycle", -14, 0, grain="week", **frame(workspace))
    # 26 December and 31 December: two weeks in a row.
    assert rows["retained_users"].to_list() == [0, 1]


def test_active_days_need_enough_events_on_the_day(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, ANN_AND_BOB)
    rows = ask(workspace, "active_days", 0, 4, grain="day", min_events=2)
    # Only Bob did something twice on a day.
    assert rows.select("active_periods", "users", "users_at_least").rows() == [
        (1, 1, 1),
        (2, 0, 0),
        (3, 0, 0),
        (4, 0, 0),
    ]


def test_breakdown_puts_one_person_into_several_groups(tmp_path: Path) -> None:
    rows = [
        at("ann", 0, platform="ios"),
        at("ann", 0, platform="web"),
        at("bob", 0),
        at("bob", 7),
    ]
    workspace = workspace_of(tmp_path, rows, PLATFORMS)
    found = workspace.ask(
        "breakdown",
        by="platform",
        start_date=on(7),
        end_date=on(14),
        compared_start=on(0),
        compared_end=on(7),
    ).rows
    assert found.select("segment", "users", "new_users", "compared_users").rows() == [
        ("(not set)", 1, 0, 1),
        ("ios", 0, 0, 1),
        ("web", 0, 0, 1),
    ]


def test_sessions_by_day_belong_to_the_day_they_began(tmp_path: Path) -> None:
    rows = [at("ann", 0, clock="23:50"), at("ann", 1, clock="00:10"), at("bob", 1)]
    workspace = workspace_of(tmp_path, rows)
    found = ask(workspace, "sessions_by_period", 0, 2, grain="day", **frame(workspace))
    assert found.select("sessions", "users", "total_seconds", "median_seconds").rows() == [
        (1, 1, 1200.0, 1200.0),
        (1, 1, 0.0, 0.0),
    ]


def test_session_totals_keep_visits_of_no_length(tmp_path: Path) -> None:
    rows = [at("ann", 0), at("ann", 0, clock="12:10"), at("bob", 0), at("bob", 1), at("bob", 2)]
    found = ask(workspace_of(tmp_path, rows), "session_totals", 0, 2)
    assert found.rows() == [("All users", 3, 2, 600.0, 0.0)]


@pytest.mark.parametrize(
    ("seconds", "number"),
    [(0, 0), (1, 1), (10, 1), (11, 2), (30, 2), (60, 3), (180, 4), (600, 5), (1800, 6), (3600, 7),
     (10_800, 8), (10_801, 9)],
)  # fmt: skip
def test_session_durations_have_their_end_in_the_bin(
    tmp_path: Path, seconds: int, number: int
) -> None:
    # A given session id keeps a visit together however long the pause.
    start = datetime(2026, 1, 5, 8)  # noqa: DTZ001
    moments = {start, start + timedelta(seconds=seconds)}
    rows: list[Row] = [("ann", "opened", one.isoformat(), {"session_id": "s"}) for one in moments]
    found = ask(workspace_of(tmp_path, rows), "session_durations", 0, 1)
    assert found.filter(pl.col("sessions") > 0)["bin"].to_list() == [number]


def test_session_durations_end_with_their_bin(tmp_path: Path) -> None:
    rows = [at("ann", 0), at("ann", 0, clock="12:10"), at("bob", 0)]
    found = ask(workspace_of(tmp_path, rows), "session_durations", 0, 1)
    filled = found.filter(pl.col("sessions") > 0)
    assert filled.select("bin", "from_seconds", "to_seconds", "sessions").rows() == [
        (0, 0.0, 0.0, 1),
        (5, 180.0, 600.0, 1),
    ]


def test_active_hours_are_local(tmp_path: Path) -> None:
    setup = Setup(time_zone="Europe/Berlin")
    rows = [at("ann", 0, clock="23:30"), at("bob", 1, clock="00:10")]
    found = ask(workspace_of(tmp_path, rows, setup), "active_hours", 0, 14)
    busy = found.filter(pl.col("user_hours") > 0)
    # Half past eleven on Monday in UTC is half past twelve on Tuesday in Berlin.
    assert busy.rows() == [(1, 0, 1, 2), (1, 1, 1, 2)]


def test_active_hours_know_how_many_of_each_weekday_there_are(tmp_path: Path) -> None:
    found = ask(workspace_of(tmp_path, [at("ann", 0)]), "active_hours", 0, 3)
    days = found.group_by("weekday", maintain_order=True).agg(pl.col("days").first())
    assert days["days"].to_list() == [1, 1, 1, 0, 0, 0, 0]


def compared(start: int, end: int) -> dict[str, date]:
    return {"compared_start": on(start), "compared_end": on(end)}


def test_top_events_list_what_does_not_qualify(tmp_path: Path) -> None:
    rows = [
        at("ann", 7, "saved"),
        at("ann", 8, "saved"),
        at("bob", 0, "saved"),
        at("ann", 7, "ping"),
    ]
    workspace = workspace_of(tmp_path, rows, Setup(exclude=("ping",)))
    found = ask(workspace, "top_events", 7, 14, **compared(0, 7))
    assert found.rows() == [("saved", 1, 2, 1, 1, True), ("ping", 1, 1, 0, 0, False)]


def test_top_features_leave_out_events_without_one(tmp_path: Path) -> None:
    rows = [at("ann", 0, "saved", feature="reports"), at("ann", 0, "opened")]
    found = ask(workspace_of(tmp_path, rows), "top_features", 0, 7, **compared(0, 0))
    assert found.rows() == [("reports", 1, 1, 0, 0, True)]


@pytest.mark.parametrize("kind", ["event", "feature"])
def test_trend_has_a_row_for_days_without_use(kind: str, tmp_path: Path) -> None:
    rows = [at("ann", 0, "saved", feature="saved"), at("ann", 2, "saved", feature="saved")]
    workspace = workspace_of(tmp_path, rows)
    found = ask(workspace, f"{kind}_trend", 0, 3, names=["saved"], watermark=on(1))
    assert found.select("users", "events", "is_complete").rows() == [
        (1, 1, True),
        (0, 0, True),
        (1, 1, False),
    ]


@pytest.fixture(scope="module", params=[1, 2])
def random(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A workspace of random rows, and the slow roll-ups of the same."""
    rows = random_rows(request.param)
    folder = tmp_path_factory.mktemp("random")
    watermark = on(69)
    workspace = workspace_of(folder, rows, RANDOM_SETUP, watermark=watermark)
    return workspace, rollups(rows, RANDOM_SETUP.rules)


Random = tuple[Workspace, dict[str, Table]]


def test_active_users_agree_with_a_slow_recount(random: Random) -> None:
    workspace, slow = random
    active = slow_counts.active_days_of(slow["user_days"])
    rows = ask(workspace, "active_users", 35, 70, window_days=28, **frame(workspace))
    for row in rows.iter_rows(named=True):
        assert row["daily_users"] == slow_counts.window_users(active, row["day"], 1)
        assert row["weekly_users"] == slow_counts.window_users(active, row["day"], 7)
        assert row["window_users"] == slow_counts.window_users(active, row["day"], 28)


@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_active_users_by_period_agree_with_a_slow_recount(random: Random, grain: Grain) -> None:
    workspace, slow = random
    active = slow_counts.active_days_of(slow["user_days"])
    rows = ask(workspace, "active_users_by_period", 7, 70, grain=grain, **frame(workspace))
    counted = {
        period.start: slow_counts.users_between(active, period)
        for period in buckets(Period(on(7), on(70)), grain)
    }
    found = dict(rows.select("period_start", "users").iter_rows())
    assert found == {start: users for start, users in counted.items() if users}


@pytest.mark.parametrize("grain", ["day", "week", "month"])
def test_lifecycle_agrees_with_a_slow_recount(random: Random, grain: Grain) -> None:
    workspace, slow = random
    active = slow_counts.active_days_of(slow["user_days"])
    rows = ask(workspace, "lifecycle", 0, 70, grain=grain, **frame(workspace))
    for row in rows.filter(pl.col("dormant_users").is_not_null()).iter_rows(named=True):
        period = Period(row["period_start"], row["period_end"])
        counts = slow_counts.lifecycle_counts(active, period, grain)
        assert {name: row[f"{name}_users"] for name in counts} == counts


@pytest.mark.parametrize("min_events", [1, 2])
def test_active_days_agree_with_a_slow_recount(random: Random, min_events: int) -> None:
    workspace, slow = random
    active = slow_counts.active_days_of(slow["user_days"])
    window = days_ending(on(69), 28)
    rows = ask(workspace, "active_days", 42, 70, grain="day", min_events=min_events)
    counted = slow_counts.active_days_histogram(active, window, min_events=min_events)
    assert rows["users"].to_list() == counted


def test_active_hours_agree_with_a_slow_recount(random: Random) -> None:
    workspace, slow = random
    found = ask(workspace, "active_hours", 42, 70)
    moments = {
        (row["user_key"], row["day"], row["occurred_at"].hour)
        for row in slow["steps"]
        if row["is_qualifying"] and on(42) <= row["day"] < on(70)
    }
    for row in found.iter_rows(named=True):
        here = [
            d for _, d, hour in moments if hour == row["hour"] and d.weekday() == row["weekday"]
        ]
        assert row["user_hours"] == len(here)


def test_top_events_agree_with_a_slow_recount(random: Random) -> None:
    workspace, slow = random
    found = ask(workspace, "top_events", 42, 70, **compared(14, 42))
    for row in found.filter(pl.col("event") != HEARTBEAT).iter_rows(named=True):
        mine = [s for s in slow["steps"] if s["event"] == row["event"]]
        now = [s["user_key"] for s in mine if on(42) <= s["day"] < on(70)]
        before = [s["user_key"] for s in mine if on(14) <= s["day"] < on(42)]
        assert (row["users"], row["events"]) == (len(set(now)), len(now))
        assert (row["compared_users"], row["compared_events"]) == (len(set(before)), len(before))


def test_breakdown_agrees_with_a_slow_recount(random: Random) -> None:
    workspace, slow = random
    found = workspace.ask(
        "breakdown", by="platform", start_date=on(42), end_date=on(70), **compared(14, 42)
    ).rows
    for row in found.iter_rows(named=True):
        value = None if row["segment"] == "(not set)" else row["segment"]
        mine = [s for s in slow["steps"] if s["is_qualifying"] and s["platform"] == value]
        now = [s["user_key"] for s in mine if on(42) <= s["day"] < on(70)]
        earlier = {s["user_key"] for s in mine if s["day"] < on(42)}
        assert (row["users"], row["events"]) == (len(set(now)), len(now))
        assert row["new_users"] == len(set(now) - earlier)


def test_sessions_agree_with_a_slow_recount(random: Random) -> None:
    workspace, slow = random
    (row,) = ask(workspace, "session_totals", 42, 70).rows(named=True)
    visits = [visit for visit in slow["sessions"] if on(42) <= visit["day"] < on(70)]
    assert row["sessions"] == len(visits)
    assert row["users"] == len({visit["user_key"] for visit in visits})
    assert row["total_seconds"] == sum(visit["seconds"] for visit in visits)
