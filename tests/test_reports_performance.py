"""Performance: known requests give known quantiles, budgets, alerts, changes and dates."""

from datetime import date, timedelta

import pytest

from metrics.periods import Period, comparison
from queries import Segment, Workspace
from reports.capacity import capacities
from reports.objectives import Objective, objectives
from reports.performance import PerformanceQuestion, performance, routes
from reports.scope import Scope
from reports.service_days import has_requests
from reports.version_changes import version_changes, versions
from tests.service_workspace import LAST_DAY, OUTAGE, SECOND_VERSION, make_service

BEFORE = Period(date(2026, 10, 5), SECOND_VERSION)
AFTER = Period(SECOND_VERSION, LAST_DAY + timedelta(days=1))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_service(tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def found(workspace: Workspace) -> dict[str, Objective]:
    return {one.name: one for one in objectives(workspace)}


def scope(period: Period, *, grain: str = "day") -> Scope:
    return Scope(period, comparison(period, "previous"), grain, Segment())  # type: ignore[arg-type]


def test_figures_are_those_of_all_requests(workspace: Workspace) -> None:
    """Of 200 a day 95 take 100 ms, 100 take 200 ms and 5 take 300 ms, give or take 2 ms."""
    report = performance(workspace, scope(BEFORE))
    now = report.now
    assert now.requests == 28 * 200
    assert now.p50_ms == pytest.approx(200, abs=4)
    assert now.p95_ms == pytest.approx(200, abs=4)
    assert now.p99_ms == pytest.approx(300, abs=5)
    assert now.error_rate == 0
    assert now.per_minute == pytest.approx(200 / 1440)
    assert now.apdex == pytest.approx((95 + 105 / 2) / 200)


def test_failed_requests_are_frustrated_however_fast(workspace: Workspace) -> None:
    """5 of 100 fail on the outage's day at each speed of /fast, and none of them satisfies."""
    day = Period(OUTAGE, OUTAGE + timedelta(days=1))
    now = performance(workspace, scope(day), PerformanceQuestion(routes=("/fast",))).now
    assert now.error_rate == pytest.approx(49 / 100)
    assert now.apdex == pytest.approx((48 + 3 / 2) / 100)


def test_groups_show_the_slowest_first_with_what_changed(workspace: Workspace) -> None:
    rows = performance(workspace, scope(AFTER)).groups.rows
    assert rows["group_name"].to_list() == ["/slow", "/fast"]
    slow, fast = rows.rows(named=True)
    assert slow["before_p95_ms"] == pytest.approx(200, abs=4)
    assert slow["p95_change"] == pytest.approx(1.0, abs=0.03)
    assert slow["low"] > 0.9
    assert fast["low"] < 0 < fast["high"]
    assert (slow["failed"], slow["requests"]) == (189, 2100)


def test_versions_and_platforms_group_too(workspace: Workspace) -> None:
    by_version = PerformanceQuestion(group_by="app_version")
    rows = performance(workspace, scope(AFTER), by_version).groups.rows
    assert rows["group_name"].to_list() == ["2"]
    by_platform = PerformanceQuestion(group_by="platform")
    rows = performance(workspace, scope(AFTER), by_platform).groups.rows
    assert rows["group_name"].to_list() == ["(not set)"]


def test_weeks_and_months_are_histograms_added_up(workspace: Workspace) -> None:
    rows = performance(workspace, scope(BEFORE, grain="week")).series.rows
    assert rows["requests"].to_list() == [1400] * 4
    assert rows["is_complete"].all()
    rows = performance(workspace, scope(BEFORE, grain="month")).series.rows
    assert rows["is_complete"].to_list() == [False, False]  # both months are cut


def test_no_requests_are_no_zeros(workspace: Workspace) -> None:
    before_all = Period(date(2026, 1, 1), date(2026, 1, 8))
    assert performance(workspace, scope(before_all)).now.p95_ms is None


def test_a_budget_is_what_the_window_allows(found: dict[str, Objective]) -> None:
    """28 days of 200; 21 days with 10, 9 or 8 failures of /slow; 2 % may be bad."""
    budget = found["availability"].budget
    assert budget is not None
    assert budget.allowed == pytest.approx(112)
    assert budget.spent == 189
    assert not budget.is_met


def test_a_slow_request_is_bad_and_a_failed_one_too(found: dict[str, Objective]) -> None:
    assert found["slow_speed"].budget is not None
    assert found["slow_speed"].budget.spent == 189  # 400 ms is within 500 ms
    assert found["slow_speed"].words == "50% of requests to /slow within 500 ms, over 28 days"


def test_the_outage_would_have_paged(found: dict[str, Objective]) -> None:
    rows = found["availability"].episodes.rows.filter(severity="page").rows(named=True)
    assert [row["began_at"].date() for row in rows] == [OUTAGE]
    assert rows[0]["bad"] == 99


def test_what_a_release_cost_is_counted_for_a_day(found: dict[str, Objective]) -> None:
    (row,) = found["availability"].after_releases.rows.rows(named=True)
    first_day = 10 - SECOND_VERSION.toordinal() % 3
    assert (row["release"], row["bad"]) == ("2", first_day)
    assert row["budget_share"] == pytest.approx(first_day / (0.02 * 28 * 200))


def test_alerts_are_judged_at_the_last_request(found: dict[str, Objective]) -> None:
    alerts = found["availability"].alerts
    assert [one.fires for one in alerts] == [False, False, True]  # 4.5 % of 2 % allowed
    assert found["availability"].is_hourly


def test_a_route_that_is_not_there_gets_a_hint(found: dict[str, Objective]) -> None:
    assert found["nowhere"].budget is None
    assert "Did you mean '/slow'?" in found["nowhere"].course.caveats[0]


def test_a_version_is_told_by_route_and_figure(workspace: Workspace) -> None:
    assert [one.name for one in versions(workspace)] == ["2", "1"]
    report = version_changes(workspace, "2")
    assert report is not None
    said = {(row["route"], row["figure"]): row["said"] for row in report.changes.rows.rows(named=True)}  # noqa: E501
    assert said == {
        ("/slow", "p50"): "slower", ("/slow", "p95"): "slower", ("/slow", "failed"): "fails more",
        ("/fast", "p50"): "no clear change", ("/fast", "p95"): "no clear change",
        ("/fast", "failed"): "too few days",
    }  # fmt: skip
    assert (report.worse, report.better) == (3, 0)


def test_an_unknown_version_is_none(workspace: Workspace) -> None:
    assert version_changes(workspace, "3") is None


def test_a_load_that_never_varied_forecasts_nothing(workspace: Workspace) -> None:
    (one,) = capacities(workspace)
    assert one.missing == "The load never varied, so there is nothing to forecast it from."
    assert capacities(workspace)[0] is one  # kept for the snapshot


def test_routes_and_requests_are_known(workspace: Workspace) -> None:
    assert routes(workspace) == ["/fast", "/slow"]
    assert has_requests(workspace)
