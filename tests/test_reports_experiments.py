"""Verdicts of experiments, by hand on a small one."""

from math import ceil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from metrics.experiments import power_of_shares, units_needed_for_shares
from queries import Filter, QueryError, Segment, Sight, Workspace, open_workspace
from queries.workspace import settings_digest
from reports.ask_sql import ask_sql
from reports.experiment import ExperimentReport, experiment
from reports.experiment_days import days_since
from reports.experiment_distribution import aa_splits, distribution
from reports.experiment_overlaps import overlaps
from reports.experiment_people import (
    units_behind,
    units_of_effects,
    units_of_looks,
    units_of_segments,
    units_of_split,
)
from reports.experiment_planner import PlannerQuestion, planner
from reports.experiment_power import power_now
from reports.experiment_reading import reading
from reports.experiment_segments import dimensions_of, segments
from reports.experiment_timeline import timeline
from reports.experiments import experiments
from tests.experiment_workspace import (
    UNITS,
    exposed_at,
    make_experiment,
    other_variant_of,
    things_done,
    user,
    variant_of,
)

EARLY = 'primary = "saves"\nended_at = 2027-01-01\ndesign = "planned"\n'


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_experiment(tmp_path_factory.mktemp("small"), several=0)


def effect_row(report: ExperimentReport, metric: str) -> dict[str, object]:
    assert report.effects is not None
    return report.effects.rows.row(by_predicate=pl.col("metric") == metric, named=True)


def test_table_has_the_counts_of_a_slow_recount(small: Workspace) -> None:
    row = effect_row(experiment(small, "buttons"), "saves")
    after = [
        sum(who == user(n) and event == "saved" and 0 <= (at - exposed_at(n)).days < 7
            for who, event, at, _ in things_done())
        for n in range(UNITS)
    ]  # fmt: skip
    assert row["numerator_control"] == sum(after[0::2])
    assert row["numerator_treated"] == sum(after[1::2])
    assert row["denominator_control"] == row["denominator_treated"] == UNITS / 2


def test_both_intervals_and_both_estimates_are_there(small: Workspace) -> None:
    row = effect_row(experiment(small, "buttons"), "saves")
    assert row["is_adjusted"]
    assert row["low"] <= row["fixed_low"] < row["lift"] < row["fixed_high"] <= row["high"]
    assert row["plain_low"] < row["plain_lift"] < row["plain_high"]


def test_too_many_units_in_several_variants_withhold_the_verdict(tmp_path: Path) -> None:
    report = experiment(make_experiment(tmp_path, several=3), "buttons")
    (arm,) = report.arms
    assert (report.status, arm.verdict.status, report.effects) == ("broken", "invalid", None)
    assert (arm.primary, arm.fixed, arm.power, report.moments) == (None, None, None, None)
    assert "%" not in arm.sentence


def test_before_the_end_a_planned_design_is_careful(tmp_path: Path, small: Workspace) -> None:
    early = experiment(make_experiment(tmp_path, several=0, written=EARLY), "buttons")
    assert early.plan.design == "planned"
    assert early.arms[0].looks.now > experiment(small, "buttons").arms[0].looks.now


@pytest.mark.parametrize(("wanted", "futile"), [(2.0, ["futile"]), (0.02, [])])
def test_an_effect_that_has_become_unlikely_ends_the_wait(
    tmp_path: Path, wanted: float, futile: list[str]
) -> None:
    # Failures hardly differ: a fall by more than there is cannot come, one by 2 % can.
    written = (
        f'primary = "failures"\nplanned_units = 50\nended_at = 2027-01-01\n'
        f"minimum_effect = {wanted}\n"
    )
    (arm,) = experiment(make_experiment(tmp_path, several=0, written=written), "buttons").arms
    assert [one for one in arm.verdict.reasons if one == "futile"] == futile


def test_a_definition_in_the_workspace_replaces_the_table(tmp_path: Path) -> None:
    written = (
        'primary = "savers"\nsecondary = ["worth"]\nwindow_days = 3\n'
        '[[guardrails]]\nmetric = "failures"\nmargin = 0.1\n'
    )
    report = experiment(make_experiment(tmp_path, several=0, written=written), "buttons")
    assert report.effects is not None
    roles = dict(report.effects.rows.select("metric", "role").rows())
    assert roles == {"savers": "primary", "worth": "secondary", "failures": "guardrail"}
    assert report.plan.window_days == 3
    assert report.plan.rule.needs_safe_guardrails
    assert effect_row(report, "failures")["margin"] == 0.1


def test_a_metric_may_say_itself_how_long_units_are_followed(
    tmp_path: Path, small: Workspace
) -> None:
    workspace = make_experiment(tmp_path, several=0)
    metrics = tmp_path / "metrics.toml"
    text = metrics.read_text(encoding="utf-8")
    metrics.write_text(text.replace('label = "Saves"', 'label = "Saves"\nfollowed_days = 2'))
    again = open_workspace(tmp_path)
    assert settings_digest(again) == settings_digest(workspace)  # nothing need be built anew
    report = experiment(again, "buttons")
    after = [
        sum(who == user(n) and event == "saved" and 0 <= (at - exposed_at(n)).days < 2
            for who, event, at, _ in things_done())
        for n in range(UNITS)
    ]  # fmt: skip
    row = effect_row(report, "saves")
    assert row["numerator_control"] == sum(after[0::2])
    assert "control, followed 2 days: 20" in units_of_effects(again, report)
    assert "control, followed 7 days: 20" in units_of_effects(again, report)
    same = effect_row(experiment(small, "buttons"), "failures")
    assert effect_row(report, "failures")["numerator_treated"] == same["numerator_treated"]


def test_a_change_of_allocation_is_compared_with_its_own_plan(tmp_path: Path) -> None:
    written = (
        "[[allocation]]\nshares = { control = 50, treatment = 50 }\n"
        "[[allocation]]\nfrom_at = 2026-03-04\nshares = { control = 10, treatment = 90 }\n"
    )
    found = experiment(make_experiment(tmp_path, several=0, written=written), "buttons")
    assert found.split.rows["planned_share"].to_list() == pytest.approx([0.3, 0.7])
    assert any(one.name == "Allocation changes" for one in found.checks)


def test_a_metric_that_is_not_defined_is_said(tmp_path: Path) -> None:
    workspace = make_experiment(tmp_path, several=0, more={"primary_metric": "savess"})
    report = experiment(workspace, "buttons")
    assert any("'savess' is not in metrics.toml" in one.words for one in report.checks)
    assert report.arms[0].verdict.reasons == ("no data",)


def test_an_unknown_experiment_has_a_nearest_name(small: Workspace) -> None:
    with pytest.raises(QueryError, match=r"'button'.*buttons"):
        experiment(small, "button")


def test_a_segment_leaves_its_users_alone(small: Workspace) -> None:
    report = experiment(small, "buttons", Segment((Filter("plan", ("pro",)),)))
    assert sum(report.split_of.counts) == sum(n % 3 == 0 for n in range(UNITS))


def test_a_workspace_without_experiments_has_none(tmp_path: Path) -> None:
    from tests.page_workspace import make_workspace

    report = experiments(make_workspace(tmp_path))
    assert report.experiments.is_empty
    assert report.waiting == 0


def test_every_figure_gives_the_same_rows_in_sql(small: Workspace) -> None:
    report = experiment(small, "buttons")
    more = (timeline(small, report), days_since(small, report), power_now(small, report),
            distribution(small, report),
            segments(small, report, "plan", "treatment"))  # fmt: skip
    for one in (report, experiments(small), *more):
        assert one is not None
        for source in one.figures.values():
            found = ask_sql(small, source.sql, source.parameters)
            assert source.answered is not None
            assert_frame_equal(found.rows, source.answered)


def test_segments_are_those_of_users_and_of_exposures(small: Workspace) -> None:
    assert dimensions_of(experiment(small, "buttons")) == ("plan", "platform")


def test_random_splits_of_equal_units_are_calibrated_and_of_clustered_ones_too() -> None:
    chance = np.random.default_rng(5)
    sessions = chance.integers(1, 9, 3000).astype(float)
    clicks = chance.binomial(sessions.astype(int), chance.beta(2, 5, 3000)).astype(float)
    one_each = np.ones(3000, dtype=int)
    assert aa_splits(clicks, sessions, one_each, is_ratio=False).is_calibrated
    assert aa_splits(clicks, sessions, one_each, is_ratio=True).is_calibrated


def test_distribution_has_shares_of_all_units(small: Workspace) -> None:
    found = distribution(small, experiment(small, "buttons"))
    assert found is not None
    none_or_more = found.curves.rows.filter(pl.col("value") == 0)
    rows = dict(none_or_more.select("variant", "share").iter_rows())
    assert rows["treatment"] == 1.0
    assert 0 < rows["control"] < 1
    assert (found.ranks["treatment"].superiority or 0) > 0.5


def test_every_count_opens_exactly_so_many_units(tmp_path: Path) -> None:
    workspace = make_experiment(tmp_path, several=1)
    relaxed = experiment(workspace, "buttons")
    report = experiment(
        make_experiment(tmp_path / "more", several=1, written="most_multiple = 0.5\n"), "buttons"
    )
    assert "several variants: 1" in units_of_split(relaxed)
    workspace = open_workspace(tmp_path / "more")
    course, parts = timeline(workspace, report), segments(workspace, report, "plan", "treatment")
    assert course is not None
    assert parts is not None
    lists = (
        units_of_split(report) | units_of_effects(workspace, report)
        | units_of_looks(workspace, report, course)
        | units_of_segments(workspace, report, parts, "treatment")
    )  # fmt: skip
    assert len(lists) > 20
    for label, whom in lists.items():
        found = units_behind(workspace, report, whom)
        assert f"{whom.words}: {found.count:,}" == label
        assert found.units.rows["unit_id"].n_unique() == found.count
    for source in units_behind(workspace, report, whom).figures.values():
        assert_frame_equal(ask_sql(workspace, source.sql, source.parameters).rows, source.rows)


def test_both_parts_of_a_share_open_exactly_so_many_units(tmp_path: Path) -> None:
    more = (
        '[metrics.failers]\nlabel = "Failers"\nunit = "percent"\nkind = "share"\n'
        "where = \"event = 'failed'\"\namong = \"event in ('saved', 'failed')\"\n"
        '[metrics.back]\nlabel = "Back"\nunit = "percent"\nkind = "retention"\nafter_days = 2\n'
    )
    written = 'secondary = ["savers", "failers", "back"]\nwindow_days = 5\n'
    workspace = make_experiment(tmp_path, several=0, written=written, more_metrics=more)
    report = experiment(workspace, "buttons", Segment())
    lists = {
        label: whom for label, whom in units_of_effects(workspace, report).items() if whom.metric
    }
    savers = sum(
        n % 2 == 0 and any(
            who == user(n) and event == "saved" and 0 <= (at - exposed_at(n)).days < 5
            for who, event, at, _ in things_done()
        )
        for n in range(UNITS)
    )  # fmt: skip
    assert f"Savers, control, did it: {savers}" in lists
    assert {whom.metric for whom in lists.values()} == {"savers", "failers", "back"}
    assert any(whom.is_below for whom in lists.values())
    for label, whom in lists.items():
        found = units_behind(workspace, report, whom, Segment())
        assert f"{whom.words}: {found.count:,}" == label


def test_an_experiment_of_the_same_time_is_compared_cell_by_cell(tmp_path: Path) -> None:
    workspace = make_experiment(tmp_path, several=0, has_other=True)
    found = overlaps(workspace, experiment(workspace, "buttons"))
    assert found is not None
    (row,) = found.pairs.rows.iter_rows(named=True)
    assert (row["other"], row["other_variant"], row["units"]) == ("colours", "red", UNITS)
    means = {
        (variant, other): np.mean([
            sum(who == user(n) and event == "saved" and 0 <= (at - exposed_at(n)).days < 7
                for who, event, at, _ in things_done())
            for n in range(UNITS)
            if (variant_of(n), other_variant_of(n)) == (variant, other)
        ])
        for variant in ("control", "treatment")
        for other in ("blue", "red")
    }  # fmt: skip
    with_red = means["treatment", "red"] - means["control", "red"]
    assert row["interaction"] == pytest.approx(
        with_red - (means["treatment", "blue"] - means["control", "blue"])
    )
    assert row["assignment_p"] == pytest.approx(1.0)
    assert "no sign that they touch each other" in found.sentences[0]
    (source,) = found.figures.values()
    assert source.answered is not None
    assert_frame_equal(ask_sql(workspace, source.sql, source.parameters).rows, source.answered)


def test_an_experiment_alone_touches_no_other(small: Workspace) -> None:
    found = overlaps(small, experiment(small, "buttons"))
    assert found is not None
    assert found.sentences == ("No other experiment ran at the same time with the same units.",)


def test_other_readings_stand_beside_the_one_that_decides(small: Workspace) -> None:
    report = experiment(small, "buttons")
    found = reading(small, report, "plan")
    assert found is not None
    lifts = dict(found.methods.rows.select("method", "lift").iter_rows())
    row = effect_row(report, "saves")
    assert lifts["Past, slopes by arm"] == row["lift"]
    assert lifts["Unadjusted"] == pytest.approx(row["plain_lift"])
    assert lifts["Log scale"] == pytest.approx(row["plain_lift"])
    assert lifts["Strata: plan"] == pytest.approx(row["plain_lift"], rel=0.2)
    (note,) = found.methods.rows.filter(pl.col("method").str.contains("Capped"))["note"]
    after = [
        sum(who == user(n) and event == "saved" and 0 <= (at - exposed_at(n)).days < 7
            for who, event, at, _ in things_done())
        for n in range(UNITS)
    ]  # fmt: skip
    limit = float(np.quantile(after, 0.99))
    assert note == f"at {limit:g}, {sum(one > limit for one in after)} units had more"
    assert found.sentences[0].startswith("treatment: with a prior centred on no effect")


def test_a_share_has_the_exact_chance_of_being_larger(tmp_path: Path) -> None:
    workspace = make_experiment(tmp_path, several=0, written='primary = "savers"\n')
    found = reading(workspace, experiment(workspace, "buttons"))
    assert found is not None
    assert any("beta-binomial" in said for said in found.sentences)
    assert not any("Capped" in one for one in found.methods.rows["method"])


def test_planner_needs_fewer_units_with_the_past_and_more_with_an_open_end(
    small: Workspace,
) -> None:
    planned = planner(small, PlannerQuestion("saves", lift=0.5))
    opened = planner(small, PlannerQuestion("saves", lift=0.5, design="open"))
    assert planned.plain is not None
    assert planned.adjusted is not None
    assert opened.plain is not None
    assert planned.adjusted.units <= planned.plain.units < opened.plain.units
    # Equal arms of n units find d = 0.5 of the mean: n = 2 (1.96 + 0.8416)^2 sd^2 / d^2.
    fixed = planner(small, PlannerQuestion("saves", lift=0.5, design="fixed"))
    assert fixed.plain is not None
    assert fixed.inflation == 1.0
    curve = fixed.curve.rows.filter(pl.col("plain").is_not_null())
    assert curve["adjusted"].to_list() <= curve["plain"].to_list()


def test_a_share_is_planned_as_shares_are(tmp_path: Path) -> None:
    # Fleiss, Levin and Paik (2003), equation 4.14: the effect moves the variance, too.
    workspace = make_experiment(tmp_path, several=0, written='primary = "savers"\n')
    found = planner(workspace, PlannerQuestion("savers", lift=0.05, design="fixed"))
    assert found.plain is not None
    assert found.value is not None
    wanted = units_needed_for_shares(found.value, found.value * 1.05)
    assert found.plain.units == 2 * ceil(wanted)
    report = experiment(workspace, "buttons")
    now = power_now(workspace, report)
    assert now is not None
    row = now.chances.rows.row(2, named=True)
    base = report.effects.rows.row(0, named=True)["control"] if report.effects else 0.0
    expected = power_of_shares(base, base * (1 + row["lift"]), n=UNITS / 2)
    assert row["plain_chance"] == pytest.approx(expected)


def test_a_policy_holds_in_every_table_that_experiments_read(tmp_path: Path) -> None:
    pro = Segment((Filter("plan", ("pro",)),))
    whole = make_experiment(tmp_path, several=0)
    seen = whole.seen_with(Sight(pro, shows_personal=True))
    report = experiment(seen, "buttons")
    assert sum(report.split_of.counts) == sum(n % 3 == 0 for n in range(UNITS))
    rows = whole.engine.query("select count(*) as n from exposures", {}).to_pylist()
    assert rows == [{"n": UNITS}]
    for source in report.figures.values():
        found = ask_sql(seen, source.sql, source.parameters)
        assert_frame_equal(found.rows, source.answered)
