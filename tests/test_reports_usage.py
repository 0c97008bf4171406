"""The reports of the Usage page: what they add to their queries."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from metrics.periods import Grain, Period, comparison, days_ending
from queries import Filter, NoSnapshot, Segment, Workspace, open_workspace
from reports.active_hours import active_hours
from reports.active_users import active_users
from reports.answer import Report, Source
from reports.breakdown import breakdown
from reports.engagement import engagement
from reports.lifecycle import lifecycle
from reports.scope import Scope
from reports.sessions import sessions
from reports.top_events import top_events
from tests.slow_rollups import Row
from tests.tiny_workspaces import RANDOM_SETUP, Setup, random_rows, workspace_of

MONDAY = date(2026, 1, 5)
EVERYBODY = Segment()
NOBODY = Segment((Filter("plan", ("no such plan",)),))


def on(day: int) -> date:
    return MONDAY + timedelta(days=day)


def at(user: str, day: int, event: str = "opened", clock: str = "12:00", **more: Any) -> Row:
    return (user, event, f"{on(day)}T{clock}:00Z", more)


def scope(
    last_day: int, days: int = 28, grain: Grain = "day", segment: Segment = EVERYBODY
) -> Scope:
    period = days_ending(on(last_day), days)
    return Scope(period, comparison(period), grain, segment)


@pytest.fixture(scope="module")
def random(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("random")
    return workspace_of(folder, random_rows(6), RANDOM_SETUP, watermark=on(64))


def all_reports(workspace: Workspace, asked: Scope) -> list[Report]:
    return [
        active_users(workspace, asked),
        lifecycle(workspace, asked),
        engagement(workspace, asked),
        sessions(workspace, asked),
        active_hours(workspace, asked),
        top_events(workspace, asked),
        top_events(workspace, asked, kind="feature"),
        breakdown(workspace, asked, by="plan"),
    ]


# Ann is there every day for eight weeks, Bob on the first day of each week.
REGULARS = [at("ann", day) for day in range(56)] + [at("bob", day) for day in range(0, 56, 7)]


def test_active_users_are_those_of_the_last_complete_day(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, [*REGULARS, at("cleo", 56)], watermark=on(55))
    # The period asked for ends with a day that is still loading.
    report = active_users(workspace, scope(56))
    assert report.as_of == on(55)
    assert report.daily_users.value == 1
    assert report.weekly_users.value == 2
    assert report.window_users.value == 2


def test_stickiness_is_mean_dau_over_mau(tmp_path: Path) -> None:
    report = active_users(workspace_of(tmp_path, REGULARS), scope(55))
    # 28 days of Ann and 4 of Bob, over 28 days and 2 people.
    assert report.stickiness_now.value == pytest.approx((28 + 4) / 28 / 2)


def test_comparison_is_drawn_under_the_same_weekday(random: Workspace) -> None:
    report = active_users(random, scope(64))
    assert report.compared is not None
    rows = report.compared.rows
    assert rows["aligned_day"].to_list() == report.daily.rows["day"].to_list()
    assert (rows["aligned_day"] - rows["day"]).unique().to_list() == [timedelta(days=28)]


def test_comparison_before_the_data_is_none_and_says_why(random: Workspace) -> None:
    report = active_users(random, scope(40))
    assert report.compared is None
    assert report.window_users.base is None
    assert random.snapshot is not None
    first_day = random.snapshot.first_day
    assert report.daily.caveats == (f"Nothing to compare with: the data begin on {first_day}.",)


def test_weekly_axis_takes_windows_at_the_last_complete_day(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, REGULARS, watermark=on(51))
    last = active_users(workspace, scope(55, grain="week")).buckets.rows.row(-1, named=True)
    # Three days of the week are complete: Bob and Ann, then Ann twice.
    assert (last["users"], last["daily_users"]) == (2, pytest.approx(4 / 3))
    assert (last["weekly_users"], last["window_users"]) == (2, 2)
    assert not last["is_complete"]


def test_segments_of_events_may_overlap_and_say_so(random: Workspace) -> None:
    report = active_users(random, scope(64), by="platform")
    assert "add up to more than all" in report.daily.caveats[-1]
    assert active_users(random, scope(64), by="plan").daily.caveats == ()


def test_breakdown_by_an_attribute_of_users_adds_up(random: Workspace) -> None:
    report = breakdown(random, scope(64), by="plan")
    assert report.groups.rows["users"].sum() == report.total_users.value
    assert report.groups.rows["share"].sum() == pytest.approx(1)
    assert not report.may_overlap


def test_breakdown_by_an_attribute_of_events_may_overlap(random: Workspace) -> None:
    report = breakdown(random, scope(64), by="platform")
    assert report.may_overlap
    assert report.groups.rows["users"].sum() > report.total_users.value


def test_lifecycle_pulse_is_of_the_last_complete_period(tmp_path: Path) -> None:
    # Week 5: Ann stays, Bob comes back, Cleo lapses, Dan is new. Week 6 is not over.
    rows = [
        at("ann", 28),
        at("ann", 35),
        at("bob", 0),
        at("bob", 35),
        at("cleo", 29),
        at("dan", 36),
    ]
    report = lifecycle(workspace_of(tmp_path, rows, watermark=on(43)), scope(43, grain="week"))
    assert report.pulse.value == 2.0
    assert report.new_users.value == 1
    assert report.dormant_users.value == 1
    assert report.states.rows["pulse"].to_list()[-1] is None
    assert "not complete" in report.states.caveats[0]


def test_engagement_pads_days_that_nobody_has(tmp_path: Path) -> None:
    report = engagement(workspace_of(tmp_path, REGULARS), scope(55))
    week = report.week.rows.select("active_days", "users", "users_at_least", "share_at_least")
    assert week.rows()[0] == (1, 1, 2, 1.0)
    assert week.rows()[1:] == [(n, int(n == 7), 1, 0.5) for n in range(2, 8)]
    assert report.week_mean_days.value == 4
    assert report.power_share.value == 0.5


def test_engagement_refuses_no_events(random: Workspace) -> None:
    with pytest.raises(ValueError, match="min_events must be at least 1, got 0"):
        engagement(random, scope(64), min_events=0)


def test_sessions_report_divides_sums(tmp_path: Path) -> None:
    rows = [at("ann", 0), at("ann", 0, clock="12:10"), at("ann", 1), at("bob", 1)]
    report = sessions(workspace_of(tmp_path, rows), scope(1, days=2))
    assert report.sessions.value == 3
    assert report.sessions_per_user.value == 1.5
    assert report.mean_seconds.value == 200
    assert report.median_seconds.value == 0
    assert report.durations.rows["share"].sum() == pytest.approx(1)


def test_busiest_hour_is_the_first_of_equals(tmp_path: Path) -> None:
    rows = [at("ann", 1, clock="09:00"), at("ann", 0, clock="17:30"), at("bob", 3, clock="08:00")]
    assert active_hours(workspace_of(tmp_path, rows), scope(6, days=7)).busiest == (0, 17)


def test_top_events_trend_ends_with_the_last_complete_day(random: Workspace) -> None:
    report = top_events(random, scope(66), limit=2)
    assert [len(trend) for trend in report.ranking.rows["trend"]] == [26, 26]


def test_top_events_say_how_many_are_hidden(random: Workspace) -> None:
    everything = top_events(random, scope(64), limit=100)
    report = top_events(random, scope(64), limit=2)
    assert everything.hidden == 0
    assert report.hidden == everything.ranking.rows.height - 2


def test_top_events_are_ranked_as_asked(random: Workspace) -> None:
    for order in ("users", "events"):
        ranked = top_events(random, scope(64), order=order).ranking.rows[order].to_list()  # type: ignore[arg-type]
        assert ranked == sorted(ranked, reverse=True)


def test_top_events_share_is_of_active_users(tmp_path: Path) -> None:
    rows = [at("ann", 0, "saved"), at("bob", 0), at("cleo", 0, "ping")]
    workspace = workspace_of(tmp_path, rows, Setup(exclude=("ping",)))
    report = top_events(workspace, scope(6, days=7))
    assert report.active_users == 2
    assert dict(report.ranking.rows.select("name", "user_share").iter_rows())["saved"] == 0.5


def test_every_figure_can_be_followed(random: Workspace) -> None:
    for report in all_reports(random, scope(64)):
        assert report.figures
        for name, figure in report.figures.items():
            assert figure.title, name
            assert figure.definition, name
            assert "?" in figure.sql.splitlines()[0], name
            assert figure.as_of == on(64), name


def test_sql_of_a_figure_gives_what_it_was_made_of(random: Workspace) -> None:
    segment = Segment((Filter("platform", ("ios",)),))
    figure = active_users(random, scope(64, segment=segment)).daily
    again = random.engine.query(figure.sql, figure.parameters)
    assert pl.DataFrame(pl.from_arrow(again)).equals(figure.rows)


def test_a_segment_with_nobody_is_zero_not_an_error(random: Workspace) -> None:
    asked = scope(64, segment=NOBODY)
    for report in all_reports(random, asked):
        assert isinstance(report, Report)
    report = active_users(random, asked)
    assert (report.daily_users.value, report.window_users.value) == (0, 0)
    assert report.daily.rows["daily_users"].to_list() == [0] * 28
    assert report.stickiness_now.value is None
    assert sessions(random, asked).sessions.value == 0


def test_a_period_after_the_data_is_not_known(random: Workspace) -> None:
    report = active_users(random, scope(200, days=7))
    assert report.as_of is None
    assert report.daily_users.value is None


def test_a_workspace_without_events_has_no_figures(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, [], Setup(event_dimensions=("plan",)))
    for report in all_reports(workspace, scope(10)):
        assert all(isinstance(figure, Source) for figure in report.figures.values())


def test_nothing_built_says_so(tmp_path: Path) -> None:
    (tmp_path / "workspace.toml").write_text('[product]\nname = "New"\n', encoding="utf-8")
    with pytest.raises(NoSnapshot):
        active_users(open_workspace(tmp_path), scope(10))


def test_periods_of_a_scope_are_never_looked_at_beyond_the_comparison(random: Workspace) -> None:
    # A period cut short by the watermark is compared with as many days.
    period = Period(on(58), on(70))
    asked = Scope(period, comparison(period), "day", EVERYBODY)
    report = active_users(random, asked)
    assert report.compared is not None
    assert report.compared.rows.height == 7
