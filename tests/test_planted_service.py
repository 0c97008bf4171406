"""The demo's truths about its service and its releases, through the reports of their pages."""

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from metrics.periods import Period
from queries import Segment, Workspace, open_workspace
from queries.build import build
from reports.capacity import capacities
from reports.objectives import Objective, objectives
from reports.performance import performance
from reports.release import release_report
from reports.release_answer import ReleaseReport
from reports.scope import Scope
from reports.version_changes import version_changes
from sample_data.truths import planted, truths

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(demo_folder: Path) -> Workspace:
    workspace = open_workspace(demo_folder)
    build(workspace)
    return workspace


def number(measure: str) -> Any:
    """What a page has to find, within its tolerance."""
    for truth in truths().values():
        for one in truth.find:
            if one.measure == measure and one.number is not None:
                return pytest.approx(one.number, abs=one.tolerance)
    raise KeyError(measure)


def release(demo: Workspace, name: str) -> ReleaseReport:
    report = release_report(demo, name)
    assert report is not None
    return report


def row_of(report: ReleaseReport, measure: str) -> dict[str, Any]:
    return report.metrics.rows.filter(measure=measure).row(0, named=True)


def changes(demo: Workspace, version: str, route: str) -> dict[str, dict[str, Any]]:
    report = version_changes(demo, version)
    assert report is not None
    rows = report.changes.rows.filter(route=route).rows(named=True)
    return {row["figure"]: row for row in rows}


@pytest.fixture(scope="module")
def availability(demo: Workspace) -> Objective:
    return next(one for one in objectives(demo) if one.name == "availability")


def test_the_outage_pages_from_its_first_hour_to_its_last(
    demo: Workspace, availability: Objective
) -> None:
    outage = planted("outage")
    begins, ends = (outage[name].replace(tzinfo=None) for name in ("starts_at", "ends_at"))
    pages = availability.episodes.rows.filter(severity="page")
    assert pages.select("began_at", "ended_at").rows() == [(begins, ends)]
    hours = demo.ask(
        "slo_hours", start_date=begins.date(), end_date=datetime(2026, 9, 16).date(),  # noqa: DTZ001
        routes=[], limit_ms=0.0,
    ).rows.filter(pl.col("hour_at").is_between(begins, ends, closed="left"))  # fmt: skip
    assert hours["bad"].sum() / hours["requests"].sum() == number("error_share_in_the_outage")


def test_the_bad_release_burns_the_budget_until_it_is_fixed(availability: Objective) -> None:
    tickets = availability.episodes.rows.filter(severity="ticket")
    bad = tickets.filter(pl.col("began_at").dt.date().cast(pl.String) == "2026-10-20")
    assert bad["ended_at"].dt.date().cast(pl.String).to_list() == ["2026-11-03"]
    spent = dict(availability.after_releases.rows.select("release", "budget_share").iter_rows())
    assert max(spent, key=lambda name: spent[name]) == planted("bad_release")["release"]


def test_the_good_release_is_found_between_countries(demo: Workspace) -> None:
    report = release(demo, planted("good_release")["release"])
    assert report.choice is not None
    assert report.verdict is not None
    assert report.choice.method == "difference in differences"
    assert report.verdict.direction == "up"
    assert row_of(report, "feature_uses")["effect"] == number("schedule_changes_did")


def test_the_good_release_made_its_route_faster(demo: Workspace) -> None:
    found = changes(demo, planted("good_release")["release"], planted("good_release")["route"])
    assert (found["p50"]["said"], found["p95"]["said"]) == ("faster", "faster")
    assert 1 + found["p50"]["change"] == number("schedule_latency_ratio")


def test_the_flag_is_judged_as_the_experiment_that_it_is(demo: Workspace) -> None:
    report = release(demo, planted("flag_release")["release"])
    assert report.verdict is not None
    assert report.verdict.grade == "A"
    assert row_of(report, "feature_uses")["effect"] == number("comments_lift")
    assert {row["measure"] for row in report.findings} == {"feature_uses", "feature_users"}


def test_the_bad_release_is_found_in_use_errors_and_speed(demo: Workspace) -> None:
    report = release(demo, planted("bad_release")["release"])
    found = {row["measure"]: row for row in report.findings}
    assert found["feature_failed"]["effect"] == pytest.approx(0.37, abs=0.07)
    assert found["feature_uses"]["effect"] < -0.2
    assert found["errors"]["effect"] > 0
    assert report.window.next_release == planted("bad_release")["fixed_by"]


def test_checklists_fail_more_in_the_bad_version_alone(demo: Workspace) -> None:
    bad = planted("bad_release")
    found = changes(demo, bad["release"], bad["route"])
    assert found["failed"]["said"] == "fails more"
    assert found["failed"]["after"] == number("checklist_errors_in_5_9")
    assert changes(demo, bad["fixed_by"], bad["route"])["failed"]["said"] == "fails less"
    other = changes(demo, bad["release"], "/login")
    assert {row["said"] for row in other.values()} == {"no clear change"}


def test_the_quiet_release_changed_nothing_and_names_what_it_could_have_seen(
    demo: Workspace,
) -> None:
    report = release(demo, planted("quiet_release")["release"])
    assert report.findings == []
    assert report.verdict is not None
    assert report.verdict.direction == "unclear"
    assert report.visible is not None
    assert "are ruled out" in report.sentence


def test_christmas_is_a_season_and_no_effect_of_the_release_before_it(demo: Workspace) -> None:
    report = release(demo, "5.0")
    assert report.window.season == "Christmas Eve"
    assert report.findings == []


def test_only_the_reports_route_slows_with_growth(demo: Workspace) -> None:
    first = Period(datetime(2025, 6, 1).date(), datetime(2025, 7, 1).date())  # noqa: DTZ001
    later = Period(datetime(2026, 10, 1).date(), datetime(2026, 11, 1).date())  # noqa: DTZ001
    scope = Scope(later, first, "month", Segment())
    rows = performance(demo, scope).groups.rows
    now = dict(rows.select("group_name", "p50_ms").iter_rows())
    before = dict(
        performance(demo, scope.over(first)).groups.rows.select("group_name", "p50_ms").iter_rows()
    )
    ratios = {route: now[route] / before[route] for route in now}
    assert ratios.pop("/reports") == number("reports_latency_ratio")
    assert all(ratio < 1.1 for route, ratio in ratios.items() if route != "/checklists")


def test_capacity_says_when_reports_pass_their_limit(demo: Workspace) -> None:
    (found,) = capacities(demo)
    assert found.missing is None
    assert found.dates is not None
    assert found.tested is not None
    assert found.dates.crossed > 0.1
    assert found.sentence.startswith("At today's growth p95 of /reports passes 1800 ms from ")
