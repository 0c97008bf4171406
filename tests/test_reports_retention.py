"""The retention report: what is asked, what is pooled, and what is said about it."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from metrics.periods import Period
from queries import QueryError, Segment, Workspace
from reports.retention import RetentionReport, retention
from reports.retention_question import RetentionQuestion
from reports.scope import Scope
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

MONDAY = date(2026, 1, 5)


def on(day: int) -> date:
    return MONDAY + timedelta(days=day)


def at(user: str, day: int, **more: Any) -> Row:
    return (user, "opened", f"{on(day)}T12:00:00Z", more)


def asked(workspace: Workspace, start: int, end: int, **question: Any) -> RetentionReport:
    scope = Scope(Period(on(start), on(end)), None, "day", Segment())
    return retention(workspace, scope, RetentionQuestion(**question))


# Week 0: two people, one back. Week 1: one, nobody back. Week 2: one, too young.
COHORTS = [at("ann", 0), at("ann", 7), at("bob", 0), at("cleo", 7), at("dan", 14)]


def test_average_pools_mature_cohorts_only(tmp_path: Path) -> None:
    report = asked(workspace_of(tmp_path, COHORTS, watermark=on(20)), 0, 21, intervals=2)
    rows = report.average.rows.select("interval", "users", "returned", "cohorts", "share").rows()
    assert rows == [
        (0, 4, 4, 3, 1.0),
        (1, 3, 1, 2, pytest.approx(1 / 3)),
        (2, 2, 0, 1, 0.0),
    ]


def test_average_without_a_mature_cohort_is_null(tmp_path: Path) -> None:
    report = asked(workspace_of(tmp_path, COHORTS, watermark=on(20)), 0, 21, intervals=3)
    last = report.average.rows.row(-1, named=True)
    assert (last["users"], last["returned"], last["share"], last["cohorts"]) == (
        None,
        None,
        None,
        0,
    )


def test_cohort_that_is_still_growing_is_in_no_average(tmp_path: Path) -> None:
    report = asked(workspace_of(tmp_path, COHORTS, watermark=on(15)), 0, 21, intervals=1)
    assert report.cohorts == 3
    assert report.average.rows["cohorts"].to_list() == [2, 1]


def test_interval_zero_is_certain(tmp_path: Path) -> None:
    report = asked(workspace_of(tmp_path, COHORTS, watermark=on(20)), 0, 7, intervals=1)
    first, second = report.triangle.rows.select("share", "low", "high").rows()
    assert first == (1.0, None, None)
    # Wilson's interval of 1 in 2, by hand: (1 + z²/2 ± z·sqrt(0.5 + z²/4) · …) / (2 + z²).
    assert second == (0.5, pytest.approx(0.0945, abs=5e-5), pytest.approx(0.9055, abs=5e-5))


def test_at_interval_has_mature_cohorts_only(tmp_path: Path) -> None:
    report = asked(workspace_of(tmp_path, COHORTS, watermark=on(20)), 0, 21, intervals=2)
    assert report.at_interval(1)["cohort"].to_list() == [on(0), on(7)]
    assert report.at_interval(2)["cohort"].to_list() == [on(0)]


def test_first_cohorts_of_the_data_are_a_caveat(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, COHORTS)
    assert "looks new" in asked(workspace, 0, 7).triangle.caveats[0]
    assert asked(workspace, 7, 14).triangle.caveats == ()


def test_recurring_is_a_caveat(tmp_path: Path) -> None:
    report = asked(workspace_of(tmp_path, COHORTS), 7, 14, is_first_time=False)
    assert "one person counts in every cohort" in report.average.caveats[0]


FIRST = "any qualifying event in week k after their first qualifying event (calendar weeks)"
OWN_CLOCK = (
    "`bought` in day k or any later one after their first `signed_up` "
    "(spans of 24 hours from their own start)"
)
RECURRING = (
    "any qualifying event at least 2 times in the weeks of the column after some qualifying event "
    "(calendar weeks)"
)
SIGN_UP_TO_BUYING = RetentionQuestion(
    grain="day",
    clock="own",
    criterion="on_or_after",
    start_events=("signed_up",),
    return_events=("bought",),
)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (RetentionQuestion(), FIRST),
        (SIGN_UP_TO_BUYING, OWN_CLOCK),
        (RetentionQuestion(is_first_time=False, min_returns=2, brackets=((1, 2),)), RECURRING),
    ],
)
def test_rule_is_printed(question: RetentionQuestion, words: str) -> None:
    assert question.words == f"did {words}"


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"intervals": 0}, "at least 1"),
        ({"min_returns": 0}, "at least 1"),
        ({"brackets": ((1, 6),), "criterion": "on_or_after"}, "brackets have an end"),
        ({"brackets": ((1, 6), (6, 8))}, "follow each other"),
        ({"brackets": ((0, 6),)}, "follow each other"),
        ({"brackets": ((3, 2),)}, "no earlier than it starts"),
    ],
)
def test_impossible_question_is_refused(question: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RetentionQuestion(**question)


def test_unknown_dimension_is_met_with_a_suggestion(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, COHORTS, Setup(event_dimensions=("platform",)))
    with pytest.raises(QueryError, match="Did you mean 'platform'"):
        asked(workspace, 0, 7, by="platfrom")


@pytest.mark.parametrize("criterion", ["on", "on_or_after"])
def test_commonest_question_takes_the_fast_way(tmp_path: Path, criterion: str) -> None:
    workspace = workspace_of(tmp_path, COHORTS)
    frame = {"intervals": 2, "criterion": criterion}
    fast = asked(workspace, 0, 21, **frame)
    named: dict[str, Any] = {"start_events": ("opened",), "return_events": ("opened",)}
    slow = asked(workspace, 0, 21, **frame, **named)
    assert "first active in a period" in fast.triangle.sql
    assert "first active in a period" not in slow.triangle.sql
    assert fast.triangle.rows.equals(slow.triangle.rows)


def test_nobody_in_the_period_is_an_empty_triangle(tmp_path: Path) -> None:
    report = asked(workspace_of(tmp_path, COHORTS), 200, 207)
    assert report.triangle.is_empty
    assert report.average.is_empty
    assert report.cohorts == 0
