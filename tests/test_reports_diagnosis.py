"""Verdicts: against the truths planted in the demo, and on a product that says little."""

import os
from datetime import date
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from metrics.diagnosis.signature import NICHE, UNSEEN, USABILITY, WORTHLESS
from metrics.diagnosis.tracking import COMPLETED_EXCEED_STARTED
from metrics.diagnosis.verdicts import CAUSE, TRACKING, USED
from queries import Filter, Segment, Workspace, open_workspace
from queries.build import build
from reports.ask_sql import ask_sql
from reports.diagnosed import Found
from reports.diagnosis import diagnosis, period_of
from reports.diagnosis_feature import feature_diagnosis
from reports.diagnosis_groups import standing_out
from reports.diagnosis_moved import moved_since
from reports.diagnosis_people import HEADINGS, Whom, accounts_on_rung, people_on_rung
from sample_data.generate import DEMO
from sample_data.truths import planted
from tests.page_workspace import make_workspace

IOS = Segment((Filter("platform", ("ios",)),))
FROM = "2026-07-01"  # the weeks that are read, and those before a release among them


@pytest.fixture(scope="module")
def demo(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The last months of the demo, at its own size."""
    folder = tmp_path_factory.mktemp("weeks")
    (folder / "events").mkdir()
    for path in sorted((demo_folder / "events").rglob("*.parquet")):
        if path.stem >= FROM:
            os.link(path, folder / "events" / path.name)
    for name in ("users", "releases"):
        os.link(demo_folder / f"{name}.parquet", folder / f"{name}.parquet")
    (folder / "workspace.toml").write_text((DEMO / "workspace.toml").read_text(encoding="utf-8"))
    workspace = open_workspace(folder)
    build(workspace)
    return workspace


@pytest.fixture(scope="module")
def found(demo: Workspace) -> dict[str, Found]:
    report = diagnosis(demo, Segment())
    assert report is not None
    return dict(report.diagnosed.found)


def feature_of(truth: str) -> str:
    return str(planted(truth)["feature"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("truth", "subcause"),
    [
        ("hidden_feature", UNSEEN),
        ("hard_feature", USABILITY),
        ("useless_feature", WORTHLESS),
        ("niche_feature", NICHE),
    ],
)
def test_the_planted_cause_is_named_and_no_other(
    found: dict[str, Found], truth: str, subcause: str
) -> None:
    one = found[feature_of(truth)]
    assert (one.verdict.kind, one.verdict.subcauses) == (CAUSE, (subcause,))


@pytest.mark.slow
def test_who_tries_the_niche_feature_is_named_beside_its_verdict(
    demo: Workspace, found: dict[str, Found]
) -> None:
    truth = planted("niche_feature")
    period = period_of(demo, 12)
    group = standing_out(demo, Segment(), found[truth["feature"]], period)
    assert group is not None
    assert (group.dimension, group.value) == ("industry", truth["industry"])
    assert group.tried / group.shown > 5 * group.tried_elsewhere / group.shown_elsewhere
    for other in ("hidden_feature", "hard_feature", "useless_feature"):
        assert standing_out(demo, Segment(), found[feature_of(other)], period) is None


@pytest.mark.slow
def test_planted_fault_of_tracking_is_found_and_nothing_else_said(found: dict[str, Found]) -> None:
    one = found[feature_of("untracked_feature")]
    assert one.verdict.kind == TRACKING
    assert COMPLETED_EXCEED_STARTED in one.tracking.problems
    assert one.verdict.causes == ()


@pytest.mark.slow
def test_small_feature_is_healthy_among_those_who_may_use_it(found: dict[str, Found]) -> None:
    one = found[feature_of("small_feature")]
    assert one.verdict.kind == USED
    assert one.under_use.eligible < found["api_keys"].under_use.eligible / 2


@pytest.mark.slow
def test_healthy_features_are_not_accused(found: dict[str, Found]) -> None:
    planted_ones = {"hidden_feature", "hard_feature", "useless_feature", "niche_feature"}
    accused = {name for name, one in found.items() if one.verdict.kind == CAUSE}
    assert accused == {feature_of(truth) for truth in planted_ones}


@pytest.mark.slow
@pytest.mark.parametrize("rung", list(HEADINGS))
def test_people_of_a_rung_are_as_many_as_the_page_says(demo: Workspace, rung: str) -> None:
    report = feature_diagnosis(demo, Segment(), "audit_log", weeks=12)
    assert report is not None
    if rung not in report.counts:
        assert "any_try" in rung
        return
    whom = Whom(report.found.feature, rung, report.period)
    listed = people_on_rung(demo, Segment(), whom)
    assert listed.rows.height == report.counts[rung]
    accounts = accounts_on_rung(demo, Segment(), whom)
    assert accounts.rows["people"].sum() == listed.rows["account_id"].is_not_null().sum()


@pytest.mark.slow
def test_repair_of_the_bad_release_is_seen_and_an_invented_one_is_not(demo: Workspace) -> None:
    bad = planted("bad_release")["feature"]
    broken, repaired, nothing = (
        moved_since(demo, Segment(), feature, "managed", day).move
        for feature, day in (
            (bad, date(2026, 10, 20)),
            (bad, date(2026, 11, 3)),
            (feature_of("hard_feature"), date(2026, 9, 22)),
        )
    )
    assert broken is not None
    assert repaired is not None
    assert nothing is not None
    assert broken.high is not None
    assert repaired.low is not None
    assert nothing.low is not None
    assert nothing.high is not None
    assert broken.high < -0.1
    assert repaired.low > 0.1
    assert nothing.low < 0 < nothing.high


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("small"))


def test_one_feature_has_a_ladder_and_no_cause(small: Workspace) -> None:
    report = feature_diagnosis(small, Segment(), "draft", weeks=8)
    assert report is not None
    assert (report.causes, report.evidence, report.power, report.reversals) == (None,) * 3 + ((),)
    # Ten of twenty people complete each day's draft; nobody is logged as having been shown it.
    assert [one.name for one in report.rungs] == ["tried", "managed", "repeated", "habitual"]
    assert "who is shown a feature" in report.missing


def test_ladder_counts_whom_it_can_list(small: Workspace) -> None:
    report = feature_diagnosis(small, Segment(), "draft", weeks=8)
    assert report is not None
    for rung, number in report.counts.items():
        whom = Whom(report.found.feature, rung, report.period)
        assert people_on_rung(small, Segment(), whom).rows.height == number, rung


def test_figures_of_a_feature_give_the_same_rows_in_sql(small: Workspace) -> None:
    report = feature_diagnosis(small, Segment(), "draft", weeks=8)
    assert report is not None
    whom = Whom(report.found.feature, "any_try", report.period)
    for figure in (*report.figures.values(), accounts_on_rung(small, Segment(), whom)):
        again = ask_sql(small, figure.sql, figure.parameters)
        assert figure.answered is not None
        assert_frame_equal(again.rows, figure.answered)


def test_a_viewer_with_a_policy_counts_only_whom_they_may_see(small: Workspace) -> None:
    everybody = diagnosis(small, Segment(), weeks=8)
    seen = diagnosis(small.seen_within(IOS), Segment(), weeks=8)
    narrowed = diagnosis(small, IOS, weeks=8)
    assert everybody is not None
    assert seen is not None
    assert narrowed is not None
    counts = [
        one.diagnosed.found["draft"].under_use.eligible for one in (everybody, seen, narrowed)
    ]
    assert 0 < counts[1] == counts[2] < counts[0]


def test_weeks_that_are_not_offered_are_refused(small: Workspace) -> None:
    with pytest.raises(ValueError, match="weeks is one of 8, 12, 16, got 7"):
        diagnosis(small, Segment(), weeks=7)


def test_an_action_of_yesterday_cannot_be_judged(small: Workspace) -> None:
    found = moved_since(small, Segment(), "draft", "managed", date(2026, 11, 20))
    assert found.move is None
    assert found.why == "Too early: 2 whole weeks are needed, from 2026-12-04 on"
