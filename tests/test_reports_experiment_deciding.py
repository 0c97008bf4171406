"""What decides beside a mean: capped totals, several covariates, and quantiles; by hand."""

from datetime import date, datetime, timedelta
from math import ceil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from metrics.experiments import (
    capped,
    clustered_quantile_arm,
    difference,
    effect,
    joint_moments,
    mean_arm,
    moments,
    regression_adjusted,
    units_needed,
)
from queries import Workspace, WorkspaceError
from queries.definitions import read_metrics
from reports.ask_sql import ask_sql
from reports.experiment import ExperimentReport, experiment
from reports.experiment_days import days_since
from reports.experiment_distribution import distribution
from reports.experiment_overlaps import overlaps
from reports.experiment_planner import PlannerQuestion, planner
from reports.experiment_power import power_now
from reports.experiment_reading import reading
from reports.experiment_segments import segments
from reports.experiment_timeline import timeline
from tests.experiment_workspace import (
    UNITS,
    exposed_at,
    make_experiment,
    things_done,
    user,
    variant_of,
)

VARIANTS = ("control", "treatment")
METRICS = """
[metrics.capped_saves]
label = "Saves, capped"
unit = "events"
kind = "count"
where = "event = 'saved'"
cap = 0.75

[metrics.explained_saves]
label = "Saves, explained"
unit = "events"
kind = "count"
where = "event = 'saved'"
covariates = ["openings", "looks"]

[metrics.openings]
label = "Openings"
unit = "events"
kind = "count"
where = "event = 'opened'"

[metrics.looks]
label = "Looks"
unit = "events"
kind = "count"
where = "event = 'looked'"

[metrics.middle_worth]
label = "Middle worth of a save"
unit = "currency"
kind = "quantile"
where = "event = 'saved'"
value = "value"
q = 0.5
"""
WRITTEN = 'primary = "{}"\ndesign = "fixed"\nguardrails = []\n'


def earlier() -> list[tuple[str, str, datetime, None]]:
    """What explains: openings and looks of the weeks before, each by another rule."""
    done = []
    for number in range(UNITS):
        before = exposed_at(number) - timedelta(days=3)
        done += [(user(number), "opened", before - timedelta(hours=n), None)
                 for n in range(number % 3)]  # fmt: skip
        done += [(user(number), "looked", before - timedelta(hours=n), None)
                 for n in range(number % 5)]  # fmt: skip
    return done


def decided_by(folder: Path, metric: str) -> Workspace:
    return make_experiment(
        folder, several=0, written=WRITTEN.format(metric), more_metrics=METRICS,
        more_done=earlier(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def by_quantile(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return decided_by(tmp_path_factory.mktemp("quantile"), "middle_worth")


def effect_row(report: ExperimentReport, metric: str) -> dict[str, object]:
    assert report.effects is not None
    return report.effects.rows.row(by_predicate=pl.col("metric") == metric, named=True)


def saves(number: int, first: float = 0, last: float = 7) -> list[float]:
    """Worth of each save between two moments after the exposure, in days."""
    return [
        value or 0.0
        for who, event, at, value in things_done()
        if who == user(number)
        and event == "saved"
        and first <= (at - exposed_at(number)).total_seconds() / 86_400 < last
    ]


def arm_of(variant: str) -> list[int]:
    return [number for number in range(UNITS) if variant_of(number) == variant]


def test_a_cap_of_metrics_toml_decides(tmp_path: Path) -> None:
    workspace = decided_by(tmp_path, "capped_saves")
    report = experiment(workspace, "buttons")
    totals = [float(len(saves(number))) for number in range(UNITS)]
    limited = capped(totals, high=0.75)
    assert limited.changed  # or the cap would be none
    arms = [mean_arm(moments([limited.values[n] for n in arm_of(one)])) for one in VARIANTS]
    row = effect_row(report, "capped_saves")
    assert (row["control"], row["treated"]) == pytest.approx([arm.value for arm in arms])
    assert row["plain_p"] == pytest.approx(effect(difference(*arms)).p_value)
    assert report.effects is not None
    wanted = f"all units, {limited.high:g}, count as that"
    assert any(wanted in said for said in report.effects.caveats)
    read = reading(workspace, report)
    assert read is not None
    (alone,) = read.methods.rows.filter(pl.col("method") == "Not capped").to_dicts()
    means = [np.mean([totals[n] for n in arm_of(one)]) for one in VARIANTS]
    assert alone["lift"] == pytest.approx(means[1] / means[0] - 1)


def test_a_cap_that_would_leave_nothing_is_none(tmp_path: Path) -> None:
    """Three quarters of the units look at nothing after their exposure."""
    scarce = METRICS.replace("event = 'saved'\"\ncap", "event = 'failed'\"\ncap")
    workspace = make_experiment(
        tmp_path, several=0, written=WRITTEN.format("capped_saves"), more_metrics=scarce
    )
    report = experiment(workspace, "buttons")
    assert effect_row(report, "capped_saves")["numerator_control"] == 4
    assert report.effects is not None
    assert any("is not capped" in said for said in report.effects.caveats)


def test_several_covariates_of_metrics_toml_adjust_as_a_regression_by_arm(tmp_path: Path) -> None:
    report = experiment(decided_by(tmp_path, "explained_saves"), "buttons")
    arms = [
        joint_moments([
            [len(saves(n)) for n in arm_of(one)],
            [len(saves(n, -28, 0)) for n in arm_of(one)],
            [n % 3 for n in arm_of(one)],
            [n % 5 for n in arm_of(one)],
        ])
        for one in VARIANTS
    ]  # fmt: skip
    wanted = regression_adjusted(*arms)
    found, row = effect(wanted.difference), effect_row(report, "explained_saves")
    assert row["is_adjusted"]
    assert row["p_value"] == pytest.approx(found.p_value)
    assert row["lift"] == pytest.approx(found.lift.value)
    assert row["variance_ratio"] == pytest.approx(wanted.variance_ratio)
    assert report.effects is not None
    assert any(said.endswith("that of Openings, Looks.") for said in report.effects.caveats)


def test_a_ratio_is_adjusted_by_its_covariates_though_it_has_no_past(tmp_path: Path) -> None:
    text = METRICS + (
        '[metrics.rate]\nlabel = "Rate"\nunit = "number"\nkind = "ratio"\n'
        "numerator = \"cast(event = 'failed' as integer)\"\n"
        "denominator = \"cast(event in ('failed', 'opened') as integer)\"\n"
        'covariates = ["looks"]\n'
    )
    workspace = make_experiment(
        tmp_path, several=0, written=WRITTEN.format("rate"), more_metrics=text,
        more_done=[one for one in earlier() if one[1] == "looked"],
    )  # fmt: skip
    assert effect_row(experiment(workspace, "buttons"), "rate")["is_adjusted"]


def test_a_quantile_of_metrics_toml_decides(by_quantile: Workspace) -> None:
    report = experiment(by_quantile, "buttons")
    arms = []
    for variant in VARIANTS:
        pairs = [(value, n) for n in arm_of(variant) for value in saves(n)]
        values, units = zip(*pairs, strict=True)
        arms.append(clustered_quantile_arm(values, units, at=0.5))
        assert arms[-1].value == pytest.approx(np.median(values))
    row = effect_row(report, "middle_worth")
    assert (row["control"], row["treated"]) == (arms[0].value, arms[1].value)
    assert row["numerator_control"] is None
    assert row["denominator_control"] == sum(len(saves(n)) for n in arm_of("control"))
    assert row["p_value"] == pytest.approx(effect(difference(*arms)).p_value)
    assert report.arms[0].primary is not None
    assert row["low"] == report.arms[0].primary.lift.low


def test_every_part_of_the_page_reads_the_quantile(by_quantile: Workspace) -> None:
    report = experiment(by_quantile, "buttons")
    row = effect_row(report, "middle_worth")
    course, powers = timeline(by_quantile, report), power_now(by_quantile, report)
    cut = segments(by_quantile, report, "platform", "treatment")
    spread = distribution(by_quantile, report)
    read = reading(by_quantile, report)
    assert None not in (course, powers, cut, spread, read)
    assert course is not None
    assert course.effects.rows["lift"][-1] == row["lift"]
    assert cut is not None
    web = cut.effects.rows.row(by_predicate=pl.col("part") == "web", named=True)
    medians = [
        np.median([value for n in arm_of(one) if n % 4 for value in saves(n)]) for one in VARIANTS
    ]
    assert web["lift"] == pytest.approx(medians[1] / medians[0] - 1)
    assert spread is not None
    middle = spread.quantiles.rows.filter(pl.col("quantile") == 0.5)
    assert middle["control"].to_list() == [row["control"]]
    assert read is not None
    (own,) = read.methods.rows.filter(pl.col("note") == "decides")["lift"].to_list()
    assert own == row["lift"]
    assert days_since(by_quantile, report) is None  # a unit has no daily quantile
    assert overlaps(by_quantile, report) is None


def test_the_values_behind_a_quantile_open_in_sql(by_quantile: Workspace) -> None:
    report = experiment(by_quantile, "buttons")
    spread = distribution(by_quantile, report)
    assert spread is not None
    assert spread.curves.sql.startswith("-- Which values did the units")
    answered = ask_sql(by_quantile, spread.curves.sql, spread.curves.parameters)
    assert spread.curves.answered is not None
    assert answered.rows.equals(spread.curves.answered)


def test_units_that_bring_one_value_each_have_a_p_value_for_every_look(tmp_path: Path) -> None:
    workspace = decided_by(tmp_path, "capped_saves")
    spread = distribution(workspace, experiment(workspace, "buttons"))
    assert spread is not None
    found = spread.quantiles.rows["anytime_p"].to_list()
    assert all(p is not None and 0 < p <= 1 for p in found)


def test_a_capped_metric_is_planned_with_less_spread(tmp_path: Path) -> None:
    workspace = decided_by(tmp_path, "capped_saves")
    one_look = {"lift": 0.2, "design": "fixed"}
    plain = planner(workspace, PlannerQuestion("saves", **one_look))  # type: ignore[arg-type]
    limited = planner(workspace, PlannerQuestion("capped_saves", **one_look))  # type: ignore[arg-type]
    assert plain.value is not None
    assert limited.value is not None
    assert limited.value < plain.value


def test_a_quantile_is_planned_from_the_values_of_users(by_quantile: Workspace) -> None:
    question = PlannerQuestion("middle_worth", lift=0.2, design="fixed", window_days=7)
    found = planner(by_quantile, question)
    first: dict[str, date] = {}
    for who, _, at, _ in sorted([*things_done(), *earlier()], key=lambda one: one[2]):
        first.setdefault(who, at.date())
    pairs = [
        (value or 0.0, int(who[1:]))
        for who, event, at, value in things_done()
        if event == "saved" and first[who] <= at.date() < first[who] + timedelta(days=7)
    ]
    values, users = zip(*pairs, strict=True)
    arm = clustered_quantile_arm(values, users, at=0.5)
    assert arm.variance is not None
    assert found.value == arm.value
    assert found.plain == found.adjusted  # a quantile is not adjusted
    assert found.plain is not None
    sd = (arm.variance * found.units) ** 0.5
    assert found.plain.units == 2 * ceil(units_needed(0.2 * (arm.value or 0), sd=sd))


def test_ways_to_look_are_priced(by_quantile: Workspace) -> None:
    rows = planner(by_quantile, PlannerQuestion("saves", lift=0.5)).designs.rows
    assert rows["inflation"].is_sorted()
    # Jennison and Turnbull (2000), table 2.1: Pocock's bound at .05, for 12 and for 15 looks.
    assert 2.585 < rows["first_bound"].to_list()[2] < 2.626
    assert rows["last_bound"].to_list()[0] == pytest.approx(1.96, abs=1e-3)


def test_units_exposed_later_are_compared_with_those_exposed_first(tmp_path: Path) -> None:
    workspace = decided_by(tmp_path, "capped_saves")
    course = timeline(workspace, experiment(workspace, "buttons"))
    assert course is not None
    assert "Units exposed later do not clearly show another effect" in course.sentences[-1]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("cap = 0.9\nkind = \"share\"\nwhere = 'true'", "cap lowers what a unit adds up to"),
        ('covariates = ["saves"]\nkind = "quantile"\nvalue = "value"\nq = 0.5', "not adjusted"),
        ('covariates = ["event"]\nkind = "count"', "Did you mean 'events'"),
        ('covariates = ["odd"]\nkind = "count"', "there is no other metric 'odd'"),
        ('covariates = ["p90"]\nkind = "count"', "'p90' is a quantile"),
    ],
)
def test_what_cannot_decide_is_refused(tmp_path: Path, wrong: str, message: str) -> None:
    (tmp_path / "metrics.toml").write_text(
        f'[metrics.odd]\nlabel = "Odd"\nunit = "number"\n{wrong}\n'
        '[metrics.p90]\nlabel = "P"\nunit = "number"\nkind = "quantile"\n'
        'value = "value"\nq = 0.9\n',
        encoding="utf-8",
    )
    with pytest.raises(WorkspaceError, match=message):
        read_metrics(tmp_path)
