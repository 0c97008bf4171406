"""What holds for usage whatever people do: identities, sums, and agreement with slow counts."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.periods import Grain, Period, buckets
from queries import Segment, Workspace
from reports.active_users import active_users
from reports.breakdown import breakdown
from reports.lifecycle import lifecycle
from reports.retention import retention
from reports.retention_question import RetentionQuestion
from reports.scope import Scope
from tests import slow_counts
from tests.slow_rollups import Row, rollups
from tests.tiny_workspaces import Setup, workspace_of

# Around both clock changes of 2026 in Berlin and over new year.
START = datetime(2026, 10, 1, tzinfo=UTC)
DAYS = 110
ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"]
EVERYBODY = Segment()

PEOPLE = st.sampled_from(["ann", "bob", "cleo", "dan"])
MINUTES = st.integers(0, DAYS * 24 * 60 - 1)
PLATFORMS = st.sampled_from(["web", "ios", None])
EVENTS = st.lists(st.tuples(PEOPLE, MINUTES, PLATFORMS), min_size=1, max_size=60)
BUILDS = settings(max_examples=12, suppress_health_check=list(HealthCheck))


def rows_of(events: list[tuple[str, int, str | None]]) -> list[Row]:
    return [
        (user, "opened", (START + timedelta(minutes=minute)).isoformat(), {"platform": platform})
        for user, minute, platform in events
    ]


def built(folder: str, events: list[Any], zone: str, week_start: str) -> tuple[Workspace, Setup]:
    setup = Setup(time_zone=zone, week_start=week_start, event_dimensions=("platform",))
    watermark = START.date() + timedelta(days=DAYS)
    return workspace_of(Path(folder), rows_of(events), setup, watermark=watermark), setup


def scope(grain: Grain) -> Scope:
    end = START.date() + timedelta(days=DAYS + 1)
    return Scope(Period(START.date() - timedelta(days=1), end), None, grain, EVERYBODY)


@BUILDS
@given(
    events=EVENTS,
    zone=st.sampled_from(ZONES),
    week_start=st.sampled_from(["monday", "sunday"]),
    grain=st.sampled_from(["day", "week", "month"]),
)
def test_lifecycle_identities(events: list[Any], zone: str, week_start: str, grain: Grain) -> None:
    with TemporaryDirectory() as folder:
        workspace, _ = built(folder, events, zone, week_start)
        rows = lifecycle(workspace, scope(grain)).states.rows
    built_up = pl.col("new_users") + pl.col("retained_users") + pl.col("resurrected_users")
    assert rows.filter(pl.col("active_users") != built_up).is_empty()
    before = pl.col("active_users").shift(1)
    known = rows.with_columns(before.alias("before")).filter(
        pl.col("before").is_not_null() & pl.col("dormant_users").is_not_null()
    )
    left = pl.col("retained_users") + pl.col("dormant_users")
    assert known.filter(pl.col("before") != left).is_empty()
    assert rows["new_users"].sum() == len({user for user, _, _ in events})


@BUILDS
@given(events=EVENTS, zone=st.sampled_from(ZONES))
def test_rolling_counts_equal_slow_distinct_counts(events: list[Any], zone: str) -> None:
    with TemporaryDirectory() as folder:
        workspace, setup = built(folder, events, zone, "monday")
        rows = active_users(workspace, scope("day")).daily.rows
    active = slow_counts.active_days_of(rollups(rows_of(events), setup.rules)["user_days"])
    for row in rows.iter_rows(named=True):
        assert row["daily_users"] == slow_counts.window_users(active, row["day"], 1)
        for column, days in (("weekly_users", 7), ("window_users", 28)):
            if row[column] is not None:
                assert row[column] == slow_counts.window_users(active, row["day"], days)


@BUILDS
@given(events=EVENTS, zone=st.sampled_from(ZONES))
def test_groups_of_events_cover_everybody(events: list[Any], zone: str) -> None:
    with TemporaryDirectory() as folder:
        workspace, _ = built(folder, events, zone, "monday")
        report = breakdown(workspace, scope("day"), by="platform")
        daily = active_users(workspace, scope("day"), by="platform").daily.rows
        whole = active_users(workspace, scope("day")).daily.rows
    counted = report.groups.rows["users"]
    total = report.total_users.value or 0
    assert counted.max() <= total <= counted.sum()
    added = daily.group_by("day").agg(pl.col("window_users").sum().alias("added"))
    joined = whole.join(added, on="day").filter(pl.col("window_users").is_not_null())
    assert joined.filter(pl.col("window_users") > pl.col("added")).is_empty()


@BUILDS
@given(
    events=EVENTS,
    zone=st.sampled_from(ZONES),
    grain=st.sampled_from(["day", "week", "month"]),
    first_time=st.booleans(),
)
def test_retention_identities(
    events: list[Any], zone: str, grain: Grain, *, first_time: bool
) -> None:
    def returned(workspace: Workspace, criterion: Any) -> pl.DataFrame:
        question = RetentionQuestion(
            grain=grain, criterion=criterion, intervals=4, is_first_time=first_time
        )
        return retention(workspace, scope(grain), question).triangle.rows

    with TemporaryDirectory() as folder:
        workspace, _ = built(folder, events, zone, "sunday")
        on, later = returned(workspace, "on"), returned(workspace, "on_or_after")
    seen = later.filter(pl.col("returned").is_not_null())
    falls = pl.col("returned").diff().over("cohort") <= 0
    assert seen.filter(~falls.fill_null(value=True)).is_empty()
    joined = on.join(later, on=["cohort", "interval"], suffix="_later")
    assert joined.filter(pl.col("returned") > pl.col("returned_later")).is_empty()
    assert on.filter(pl.col("returned") > pl.col("users")).is_empty()
    if first_time:
        people = on.filter(pl.col("interval") == 0)["users"].sum()
        assert people == len({user for user, _, _ in events})


@BUILDS
@given(events=EVENTS, zone=st.sampled_from(ZONES))
def test_every_local_day_is_one_bucket(events: list[Any], zone: str) -> None:
    # A day with 23 or 25 hours neither vanishes nor counts twice.
    with TemporaryDirectory() as folder:
        workspace, _ = built(folder, events, zone, "monday")
        found = active_users(workspace, scope("day")).buckets.rows
    spans = buckets(scope("day").period, "day")
    assert found["period_start"].to_list() == [span.start for span in spans]


def test_apia_skipped_a_day(tmp_path: Path) -> None:
    # Samoa went from 29 to 31 December 2011: a whole local day did not exist.
    rows: list[Row] = [
        ("ann", "opened", "2011-12-30T09:59:00Z", {}),
        ("ann", "opened", "2011-12-30T10:01:00Z", {}),
    ]
    workspace = workspace_of(tmp_path, rows, Setup(time_zone="Pacific/Apia"))
    period = Period(date(2011, 12, 29), date(2012, 1, 1))
    report = active_users(workspace, Scope(period, None, "day", EVERYBODY))
    assert report.daily.rows["daily_users"].to_list() == [1, 0, 1]
