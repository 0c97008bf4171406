"""The headlines of Today, and the markers on its charts."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from metrics.periods import Period, comparison, days_ending
from queries import Filter, Segment, Workspace
from reports.headlines import Headline, headlines
from reports.markers import latest_releases, markers
from reports.scope import Scope
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

MONDAY = date(2026, 1, 5)
EVERYBODY = Segment()

METRICS = """
[metrics.saves]
label = "Saves"
unit = "events"
kind = "count"
where = "event = 'saved'"
headline = 7

[metrics.failure_rate]
label = "Failures"
unit = "percent"
better = "lower"
kind = "ratio"
numerator = "cast(event = 'failed' as integer)"
denominator = "1"
headline = 8

[metrics.typical_wait]
label = "Typical wait"
unit = "milliseconds"
better = "lower"
kind = "quantile"
value = "duration_ms"
q = 0.5
headline = 9
"""


def on(day: int) -> date:
    return MONDAY + timedelta(days=day)


def at(user: str, day: int, event: str = "opened", clock: str = "12:00", **more: Any) -> Row:
    return (user, event, f"{on(day)}T{clock}:00Z", more)


def today(workspace: Workspace, last_day: int, days: int, segment: Segment = EVERYBODY) -> Any:
    period = days_ending(on(last_day), days)
    return headlines(workspace, Scope(period, comparison(period), "day", segment))


def named(workspace: Workspace, last_day: int, days: int, **more: Any) -> dict[str, Headline]:
    return {one.name: one for one in today(workspace, last_day, days, **more).headlines}


# Ann comes every day for nine weeks; Bob comes new in the eighth, and twice a day.
ROWS = [
    *[at("ann", day, duration_ms=float(day)) for day in range(63)],
    *[at("bob", 50 + day, clock=clock) for day in range(6) for clock in ("08:00", "20:00")],
    at("ann", 44, "saved", clock="12:01"),
    at("ann", 57, "saved", clock="12:01"),
    at("ann", 58, "saved", clock="12:01"),
    at("ann", 62, "failed", clock="12:01"),
]
SETUP = Setup(metrics=METRICS, event_dimensions=("platform",))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("today")
    return workspace_of(folder, ROWS, SETUP)


def test_headlines_come_in_their_order(workspace: Workspace) -> None:
    assert list(named(workspace, 62, 7)) == [
        "active_users",
        "weekly_active_users",
        "new_users",
        "stickiness",
        "sessions_per_active_user",
        "week_one_retention",
        "saves",
        "failure_rate",
        "typical_wait",
    ]


def test_active_users_at_the_end_of_both_periods(workspace: Workspace) -> None:
    found = named(workspace, 62, 7)
    assert (found["active_users"].change.value, found["active_users"].change.base) == (2, 2)
    # Bob was last there on day 55: in the seven days before, not in these.
    weekly = found["weekly_active_users"].change
    assert (weekly.value, weekly.base) == (1, 2)


def test_new_users_of_both_periods(workspace: Workspace) -> None:
    moved = named(workspace, 55, 7)["new_users"].change
    assert (moved.value, moved.base) == (1, 0)


def test_stickiness_moves_in_points(workspace: Workspace) -> None:
    headline = named(workspace, 62, 7)["stickiness"]
    # 28 days of Ann and 6 of Bob, over 28 days and 2 people; a week before the same.
    assert headline.change.value == pytest.approx(34 / 28 / 2)
    assert headline.is_rate
    assert headline.change.absolute == pytest.approx(0)
    assert headline.base == 2


def test_sessions_per_active_user(workspace: Workspace) -> None:
    # Ann once a day, Bob twice on six of seven days.
    assert named(workspace, 55, 7)["sessions_per_active_user"].change.value == (7 + 12) / 2


def test_retention_is_of_cohorts_whose_return_week_ended(workspace: Workspace) -> None:
    # Bob is first active in the week of day 49; its return week ends with day 62.
    headline = named(workspace, 62, 7)["week_one_retention"]
    assert (headline.change.value, headline.base) == (0.0, 1)
    assert headline.missing is None


def test_retention_that_cannot_be_measured_says_why(workspace: Workspace) -> None:
    headline = named(workspace, 55, 7)["week_one_retention"]
    assert headline.change.value is None
    assert headline.missing is not None
    assert "nobody was first active" in headline.missing


def test_count_is_a_sum_of_its_days(workspace: Workspace) -> None:
    moved = named(workspace, 62, 7)["saves"].change
    assert (moved.value, moved.base, moved.relative) == (2, 0, None)


def test_ratio_is_a_sum_over_a_sum(workspace: Workspace) -> None:
    # Ann 7 times, saved twice, failed once: 1 of 10.
    headline = named(workspace, 62, 7)["failure_rate"]
    assert headline.change.value == pytest.approx(1 / 10)
    assert (headline.base, headline.better) == (10, "lower")


def test_quantile_of_a_period_is_weighted_by_day(workspace: Workspace) -> None:
    headline = named(workspace, 62, 7)["typical_wait"]
    # One value a day, from 56 to 62 ms.
    assert headline.change.value == pytest.approx(59)
    assert "cannot be put together exactly" in headline.source.caveats[0]


def test_spark_ends_with_the_last_complete_day(workspace: Workspace) -> None:
    for name, headline in named(workspace, 65, 10).items():
        if name != "week_one_retention":
            assert headline.spark[-1][0] == on(62), name


def test_spark_of_a_count_has_zeros_for_days_without(workspace: Workspace) -> None:
    spark = named(workspace, 62, 7)["saves"].spark
    assert [value for _, value in spark] == [0, 1, 1, 0, 0, 0, 0]


def test_metric_that_is_not_kept_for_a_segment_says_so(workspace: Workspace) -> None:
    segment = Segment((Filter("platform", ("ios", "web")),))
    headline = named(workspace, 62, 7, segment=segment)["saves"]
    assert (headline.change.value, headline.base, headline.spark) == (None, None, ())
    assert headline.missing is not None
    assert headline.missing.startswith("Not measurable for these filters")


def test_windows_that_reach_before_the_data_are_missing(workspace: Workspace) -> None:
    headline = named(workspace, 9, 7)["active_users"]
    assert headline.change.value is None
    assert headline.missing is not None
    assert "data begin on 2026-01-05" in headline.missing


def test_every_headline_can_be_followed(workspace: Workspace) -> None:
    report = today(workspace, 62, 7)
    assert report.as_of == on(62)
    for name, figure in report.figures.items():
        assert figure.definition, name
        assert figure.sql, name


def test_no_complete_day_is_no_headline(workspace: Workspace) -> None:
    report = today(workspace, 300, 7)
    assert (report.headlines, report.as_of) == ((), None)


def moment(day: int, clock: str) -> datetime:
    return datetime.fromisoformat(f"{on(day)}T{clock}:00").replace(tzinfo=UTC)


@pytest.fixture(scope="module")
def happenings(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    releases = pl.DataFrame({
        "release": ["1.0", "1.1"],
        "released_at": [moment(1, "12:00"), moment(3, "23:30")],
        "title": ["First", None],
    })  # fmt: skip
    experiments = pl.DataFrame({
        "experiment": ["colour"],
        "started_at": [moment(2, "08:00")],
        "ended_at": [moment(9, "08:00")],
        "hypothesis": ["Green sells"],
    })  # fmt: skip
    setup = Setup(
        time_zone="Europe/Berlin",
        tables={"releases": releases, "experiments": experiments},
        more=f'[[holidays]]\nday = {on(6)}\nname = "Epiphany"',
    )
    folder: Path = tmp_path_factory.mktemp("happenings")
    return workspace_of(folder, [at("ann", day) for day in range(12)], setup)


def test_markers_are_on_their_local_day(happenings: Workspace) -> None:
    found = markers(happenings, Period(on(0), on(9)))
    # Half past eleven at night in UTC is the next day in Berlin; the experiment ends later.
    assert [(one.day, one.kind, one.title) for one in found] == [
        (on(1), "release", "First"),
        (on(2), "experiment_start", "Green sells"),
        (on(4), "release", "1.1"),
        (on(6), "holiday", "Epiphany"),
    ]


def test_markers_keep_to_the_period(happenings: Workspace) -> None:
    found = markers(happenings, Period(on(9), on(10)))
    assert [(one.kind, one.name) for one in found] == [("experiment_end", "colour")]


def test_latest_releases_are_newest_first(happenings: Workspace) -> None:
    assert [one.name for one in latest_releases(happenings)] == ["1.1", "1.0"]
    assert [one.name for one in latest_releases(happenings, limit=1)] == ["1.1"]


def test_latest_releases_refuse_none(happenings: Workspace) -> None:
    with pytest.raises(ValueError, match="at least 1, got 0"):
        latest_releases(happenings, limit=0)
