"""The experiments of the demo are judged as they were planted, and the A/A test is not called."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from scipy.stats import ttest_ind

from metrics.experiments import effect
from queries import Workspace, open_workspace
from queries.build import build
from reports.experiment import ExperimentReport, experiment
from reports.experiment_contrast import contrast
from reports.experiment_days import days_since
from reports.experiment_planner import PlannerQuestion, planner
from reports.experiment_power import power_now
from reports.experiment_reading import reading
from reports.experiment_timeline import timeline
from reports.experiments import experiments
from sample_data.truths import truths
from tests.recount import Raw


@pytest.fixture(scope="module")
def demo(demo_folder: Path) -> Workspace:
    """The demo at its own size, for which truths are written."""
    workspace = open_workspace(demo_folder)
    build(workspace)
    return workspace


def effect_row(report: ExperimentReport, metric: str) -> dict[str, object]:
    assert report.effects is not None
    return report.effects.rows.row(by_predicate=pl.col("metric") == metric, named=True)


def planted(truth: str, measure: str) -> tuple[float, float]:
    """A planted number and how far off it may be."""
    found = next(one for one in truths()[truth].find if one.measure == measure)
    assert found.number is not None
    return found.number, found.tolerance


def dashboards_z(raw: Raw, report: ExperimentReport) -> float:
    """Welch's statistic of dashboards in the week after the exposure, of units with a whole one."""
    plan, week = report.plan, timedelta(days=report.plan.primary_days)
    seen = raw.table("exposures").filter(
        pl.col("experiment") == plan.name, pl.col("exposed_at") >= plan.started_at
    )
    units = seen.group_by(pl.col("unit_id").alias("user_id")).agg(
        pl.col("variant").sort_by("exposed_at").first(),
        pl.col("exposed_at").min(),
        pl.col("variant").n_unique().alias("variants"),
    )
    units = units.filter(pl.col("variants") == 1, pl.col("exposed_at") + week <= plan.until_at)
    done = raw.events.filter(pl.col("event") == "dashboard_completed").join(units, on="user_id")
    after = pl.col("occurred_at") - pl.col("exposed_at")
    counts = done.filter(after >= timedelta(0), after < week).group_by("user_id").len("done")
    arms = {
        name: rows["done"].fill_null(0).to_numpy()
        for (name,), rows in units.join(counts, on="user_id", how="left").group_by("variant")
    }
    return float(ttest_ind(arms["treatment"], arms["control"], equal_var=False).statistic)


@pytest.mark.slow
def test_true_effect_is_shipped(demo: Workspace) -> None:
    report = experiment(demo, "timesheet_hints")
    (arm,) = report.arms
    assert arm.verdict.status == "ship"
    number, tolerance = planted("true_effect", "timesheet_hints_lift")
    row = effect_row(report, "timesheets_completed")
    assert row["plain_lift"] == pytest.approx(number, abs=tolerance)
    assert row["low"] > 0
    days = days_since(demo, report)
    assert days is not None
    assert days.warnings == ()


@pytest.mark.slow
def test_the_aa_test_is_not_called(demo: Workspace) -> None:
    report = experiment(demo, "aa_navigation")
    (arm,) = report.arms
    assert arm.verdict.status == "do not ship"
    assert arm.verdict.reasons == ("no effect of the size looked for",)
    found = reading(demo, report, "platform")
    assert found is not None
    rows = found.methods.rows
    assert rows.height == 7
    assert rows.filter((pl.col("low") > 0) | (pl.col("high") < 0)).is_empty()
    assert arm.fixed is not None
    assert abs(arm.fixed.statistic or 9) < 1.96
    moments, metric = report.moments, demo.metrics["dashboards_viewed"]
    assert moments is not None
    arms = (moments.joint("dashboards_viewed", one) for one in ("control", "treatment"))
    plain = effect(contrast(metric, *arms).unadjusted)
    assert plain.statistic == pytest.approx(dashboards_z(Raw(demo.folder), report), rel=1e-9)
    course = timeline(demo, report)
    assert course is not None
    assert course.courses[0].valid.first is None


@pytest.mark.slow
def test_the_broken_split_shows_no_verdict_but_where(demo: Workspace) -> None:
    report = experiment(demo, "inbox_redesign")
    (arm,) = report.arms
    assert (report.status, arm.verdict.status, report.effects) == ("broken", "invalid", None)
    assert report.split_of.worst is not None
    assert "platform = android" in report.split_of.worst
    several = report.split_of.several
    for count, measure in zip(
        report.split_of.counts, ("inbox_control_users", "inbox_treatment_users"), strict=True
    ):
        assert count <= planted("broken_split", measure)[0] <= count + 2 * several + 100
    assert timeline(demo, report) is days_since(demo, report) is power_now(demo, report) is None


@pytest.mark.slow
def test_the_novelty_is_said_to_wear_off(demo: Workspace) -> None:
    report = experiment(demo, "dashboard_tips")
    number, tolerance = planted("novelty", "dashboard_tips_lift_in_week_1")
    row = effect_row(report, "dashboards_viewed")
    assert row["plain_lift"] == pytest.approx(number, abs=tolerance)
    days = days_since(demo, report)
    assert days is not None
    assert ["wears off" in said for said in days.warnings] == [True]
    listed = dict(experiments(demo).experiments.rows.select("experiment", "verdict").iter_rows())
    assert "But the effect wears off" in listed["dashboard_tips"]
    assert not any("But" in said for name, said in listed.items() if name != "dashboard_tips")


@pytest.mark.slow
def test_the_lost_guardrail_stops_the_shipment(demo: Workspace) -> None:
    report = experiment(demo, "one_click_invoice")
    (arm,) = report.arms
    assert arm.verdict.status == "do not ship"
    assert arm.verdict.reasons == ("guardrail harmed",)
    number, tolerance = planted("guardrail_loss", "one_click_invoice_lift")
    assert effect_row(report, "invoices_completed")["plain_lift"] == pytest.approx(
        number, abs=tolerance
    )
    failed = effect_row(report, "failed_invoices")
    for arm_name in ("control", "treatment"):
        number, tolerance = planted("guardrail_loss", f"failed_invoices_in_{arm_name}")
        column = "control" if arm_name == "control" else "treated"
        assert failed[column] == pytest.approx(number, abs=tolerance)


@pytest.mark.slow
def test_the_past_saves_the_units_that_it_explains(demo: Workspace) -> None:
    plan = planner(demo, PlannerQuestion("dashboards_viewed", lift=0.1, design="fixed"))
    assert plan.plain is not None
    assert plan.adjusted is not None
    assert plan.variance_ratio is not None
    saved = plan.adjusted.units / plan.plain.units
    assert saved == pytest.approx(plan.variance_ratio, rel=1e-3)
    assert saved < 0.9


@pytest.mark.slow
def test_the_list_begins_with_what_is_broken(demo: Workspace) -> None:
    rows = experiments(demo).experiments.rows
    assert rows["experiment"].to_list()[0] == "inbox_redesign"
    assert rows.filter(pl.col("lift").is_null())["experiment"].to_list() == ["inbox_redesign"]
