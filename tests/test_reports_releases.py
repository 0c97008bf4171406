"""Releases: the method follows the rollout, known effects are found, and nothing too early."""

from datetime import date, timedelta

import pytest

from queries import Workspace
from reports import release
from reports.release import kept_report, release_report
from reports.release_answer import ReleaseReport
from reports.release_facts import all_releases
from reports.releases import releases_report
from store import PlannedRelease, store_of
from tests.release_workspace import FLAG, FULL, LAST_DAY, STAGED, YOUNG, make_releases


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_releases(tmp_path_factory.mktemp("releases"))


def judged(workspace: Workspace, name: str) -> ReleaseReport:
    report = release_report(workspace, name)
    assert report is not None
    return report


def effect_of(report: ReleaseReport, measure: str) -> dict[str, object]:
    return report.metrics.rows.filter(measure=measure).row(0, named=True)


def test_a_staged_release_is_compared_between_segments(workspace: Workspace) -> None:
    report = judged(workspace, "staged")
    assert report.choice is not None
    assert (report.choice.method, report.choice.grade) == ("difference in differences", "B")
    assert report.shape is not None
    assert (report.shape.dimension, report.shape.rollout.treated) == ("country", 6)
    row = effect_of(report, "feature_uses")
    assert row["low"] < 1.0 < row["high"]  # type: ignore[operator]  # twice as often
    assert row["is_finding"]
    assert report.verdict is not None
    assert report.verdict.direction == "up"
    assert report.verdict.lowered_by == ()
    assert "segments that got staged gained" in report.sentence


def test_a_flag_is_an_experiment(workspace: Workspace) -> None:
    report = judged(workspace, "flag")
    assert report.choice is not None
    assert (report.choice.method, report.choice.grade) == ("experiment", "A")
    row = effect_of(report, "feature_uses")
    assert row["low"] < 1.0 < row["high"]  # type: ignore[operator]
    assert "Randomised" in report.sentence
    assert ("Split", "48 with it, 48 without; against halves p = 1.") in report.checks


def test_a_full_release_has_a_control_only_where_it_touches_a_feature(
    workspace: Workspace,
) -> None:
    report = judged(workspace, "full")
    rows = {row["measure"]: row for row in report.metrics.rows.rows(named=True)}
    assert rows["feature_uses"]["method"] == "series with controls"
    assert rows["active_users"]["missing"] == "The series never varied before."
    failed = rows["feature_failed"]
    assert (failed["method"], failed["grade"]) == ("series alone", "D")
    assert failed["low"] < 0.5 < failed["high"]
    assert failed in report.findings


def test_too_early_says_what_is_missing_and_when_to_look_again(workspace: Workspace) -> None:
    report = judged(workspace, "young")
    assert report.standing == "insufficient"
    assert report.look_again == YOUNG + timedelta(days=8)
    assert report.sentence == (
        "Insufficient data: 4 of 7 complete days after it. Look again on 3 December 2026."
    )
    assert report.metrics.is_empty
    assert report.readouts[0].p_value is None


def test_the_next_release_of_the_same_features_ends_the_window(workspace: Workspace) -> None:
    window = judged(workspace, "staged").window
    assert (window.launch, window.end, window.next_release) == (STAGED, FLAG, "flag")
    assert (window.days_after, window.readout) == (27, 14)


def test_readouts_spend_the_error_on_their_days(workspace: Workspace) -> None:
    said = judged(workspace, "staged").readouts
    assert [one.day for one in said] == [3, 7, 14, 28]
    assert [one.p_value is None for one in said] == [False, False, False, True]


def test_diagnostics_are_all_there(workspace: Workspace) -> None:
    report = judged(workspace, "staged")
    assert {name for name, _ in report.checks} >= {
        "Trends before", "Synthetic difference in differences", "Each segment left out",
        "Placebo dates",
        "Placebos in space", "How much worse trends must part to explain it",
    }  # fmt: skip
    assert report.event_study.rows["week"].to_list()[:2] == [-6, -5]
    assert set(report.ordinary.rows["kind"]) == {"date", "segment"}
    assert report.exposure.rows.filter(day=STAGED)["share"].to_list() == [0.5]
    assert report.around == ("Unity Day on 3 October 2026",)
    assert [name for name, _ in judged(workspace, "full").checks][-1] == "Placebo dates"


def test_another_measure_can_be_judged(workspace: Workspace) -> None:
    report = release_report(workspace, "full", measure="feature_failed")
    assert report is not None
    assert report.verdict is not None
    assert (report.verdict.direction, report.verdict.is_better) == ("up", False)
    assert report.sentence.startswith("Failed attempts at reports changed +")
    assert "ordinary days show as large a change" in report.sentence


def test_goals_set_before_are_judged_by_the_interval(workspace: Workspace) -> None:
    criteria = (
        {"measure": "feature_uses", "role": "goal", "target": 0.5},
        {"measure": "feature_uses", "role": "goal", "target": 3.0},
        {"measure": "errors", "role": "guardrail", "target": 0.01},
    )
    store = store_of(workspace)
    plan = PlannedRelease(release="flag", title="f", planned_on=FLAG, criteria=criteria)
    kept = store.plan_release(plan, author="ann")
    said = [one.said for one in judged(workspace, "flag").criteria]
    store.delete_planned_release(kept.id, author="ann")
    assert said == ["met", "not met", "cannot tell"]


def test_a_release_is_planned_before_it_ships(workspace: Workspace) -> None:
    store = store_of(workspace)
    day = LAST_DAY + timedelta(days=10)
    kept = store.plan_release(PlannedRelease(release="6", title="x", planned_on=day), author="a")
    report = judged(workspace, "6")
    listed = releases_report(workspace)
    store.delete_planned_release(kept.id, author="a")
    assert report.standing == "planned"
    assert report.look_again == day + timedelta(days=4)
    assert (listed.entries[0].release.name, listed.entries[0].is_planned) == ("6", True)


def test_the_list_has_the_verdicts_that_are_known(workspace: Workspace) -> None:
    judged(workspace, "flag")
    assert kept_report(workspace, "flag") is release_report(workspace, "flag")
    report = releases_report(workspace)
    assert [one.release.name for one in report.entries] == ["young", "full", "flag", "staged"]
    assert report.releases.rows.filter(release="flag")["grade"].to_list() == ["A"]


def test_there_is_no_such_release(workspace: Workspace) -> None:
    assert release_report(workspace, "7") is None


def test_dates_are_local_days(workspace: Workspace) -> None:
    found = {one.name: one.released_on for one in all_releases(workspace)}
    assert found == {"young": YOUNG, "full": FULL, "flag": FLAG, "staged": STAGED}
    assert isinstance(found["full"], date)


def test_the_server_judges_the_newest_releases_and_no_more_than_are_kept(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged: list[str] = []
    monkeypatch.setattr(release, "release_report", lambda _, name: judged.append(name))
    monkeypatch.setattr(release, "MOST_KEPT", 2)
    release.judge_all(workspace)
    assert judged == [one.name for one in all_releases(workspace)][:2]
