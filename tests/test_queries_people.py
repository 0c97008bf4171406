"""The list of people behind a count has exactly that length, for every kind of count."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from metrics.periods import Grain, Period, days_ending
from queries import Filter, Segment, Workspace
from reports.active_users import active_users
from reports.breakdown import breakdown
from reports.engagement import engagement
from reports.lifecycle import lifecycle
from reports.people import (
    Active,
    ActiveDays,
    InState,
    RetentionCell,
    State,
    UsersOf,
    Whom,
    WithSession,
    people,
)
from reports.retention import retention
from reports.retention_question import RetentionQuestion
from reports.scope import Scope
from reports.sessions import sessions
from reports.top_events import Kind, top_events
from tests.slow_rollups import Row
from tests.tiny_workspaces import RANDOM_SETUP, Setup, random_rows, workspace_of

MONDAY = date(2026, 1, 5)
LAST_DAY = MONDAY + timedelta(days=64)
EVERYBODY = Segment()
IOS = Segment((Filter("platform", ("ios",)),))
STATES: tuple[State, ...] = ("active", "new", "retained", "resurrected", "dormant")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("people")
    return workspace_of(folder, random_rows(5), RANDOM_SETUP, watermark=LAST_DAY)


def scope(segment: Segment = EVERYBODY, grain: Grain = "week", days: int = 28) -> Scope:
    return Scope(days_ending(LAST_DAY, days), None, grain, segment)


Counted = tuple[int, Whom]


def assert_lists_match(
    workspace: Workspace, asked: Scope, counts: Iterator[Counted], by: str | None = None,
    value: str | None = None,
) -> None:  # fmt: skip
    for count, whom in counts:
        found = people(workspace, asked, whom, by=by, segment_value=value)
        assert found.count == count, whom
        assert found.people.rows["user_id"].n_unique() == count, whom


@pytest.mark.parametrize("by", [None, "plan", "platform"])
@pytest.mark.parametrize("segment", [EVERYBODY, IOS], ids=["everybody", "ios"])
def test_active_people_are_as_many_as_counted(
    workspace: Workspace, segment: Segment, by: str | None
) -> None:
    asked = scope(segment, days=3)
    for row in active_users(workspace, asked, by=by).daily.rows.iter_rows(named=True):
        counts: Iterator[Counted] = iter([
            (row["daily_users"], Active(days_ending(row["day"], 1))),
            (row["weekly_users"], Active(days_ending(row["day"], 7))),
            (row["window_users"], Active(days_ending(row["day"], 28))),
        ])  # fmt: skip
        assert_lists_match(workspace, asked, counts, by, by and row["segment"])


@pytest.mark.parametrize("grain", ["day", "week", "month"])
@pytest.mark.parametrize("segment", [EVERYBODY, IOS], ids=["everybody", "ios"])
def test_people_in_a_state_are_as_many_as_counted(
    workspace: Workspace, segment: Segment, grain: Grain
) -> None:
    asked = scope(segment, grain, days=14)
    for row in lifecycle(workspace, asked).states.rows.iter_rows(named=True):
        counts = (
            (row[f"{state}_users"], InState(state, row["period_start"], grain))
            for state in STATES
            if row[f"{state}_users"] is not None
        )
        assert_lists_match(workspace, asked, counts)


def test_people_by_active_days_are_as_many_as_counted(workspace: Workspace) -> None:
    asked = scope()
    for row in engagement(workspace, asked, min_events=2).month.rows.iter_rows(named=True):
        exactly = ActiveDays(asked.period, row["active_days"], min_events=2)
        at_least = ActiveDays(asked.period, row["active_days"], is_at_least=True, min_events=2)
        counts = iter([(row["users"], exactly), (row["users_at_least"], at_least)])
        assert_lists_match(workspace, asked, counts)


@pytest.mark.parametrize("kind", ["event", "feature"])
def test_users_of_a_name_are_as_many_as_counted(workspace: Workspace, kind: Kind) -> None:
    asked = scope()
    rows = top_events(workspace, asked, kind=kind).ranking.rows.iter_rows(named=True)
    counts = ((row["users"], UsersOf(asked.period, **{kind: row["name"]})) for row in rows)
    assert_lists_match(workspace, asked, counts)


@pytest.mark.parametrize("by", ["plan", "platform"])
def test_people_of_a_group_are_as_many_as_counted(workspace: Workspace, by: str) -> None:
    asked = scope()
    for row in breakdown(workspace, asked, by=by).groups.rows.iter_rows(named=True):
        counts: Iterator[Counted] = iter([(row["users"], Active(asked.period))])
        assert_lists_match(workspace, asked, counts, by, row["segment"])


QUESTIONS = [
    RetentionQuestion(intervals=3),
    RetentionQuestion(intervals=3, criterion="on_or_after"),
    RetentionQuestion(intervals=2, is_first_time=False, min_returns=2),
    RetentionQuestion(grain="month", intervals=1),
    RetentionQuestion(brackets=((1, 2), (4, 5))),
    RetentionQuestion(intervals=2, by="platform"),
    RetentionQuestion(intervals=2, by="plan", criterion="on_or_after"),
    RetentionQuestion(intervals=2, start_events=("opened",), return_events=("ping",)),
    RetentionQuestion(intervals=2, start_segment=IOS),
    RetentionQuestion(intervals=2, clock="own"),
    RetentionQuestion(intervals=2, clock="own", criterion="on_or_after", by="platform"),
    RetentionQuestion(intervals=2, clock="own", grain="month", is_first_time=False),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.words[:60])
@pytest.mark.parametrize("segment", [EVERYBODY, IOS], ids=["everybody", "ios"])
def test_people_of_a_cell_are_as_many_as_counted(
    workspace: Workspace, segment: Segment, question: RetentionQuestion
) -> None:
    asked = scope(segment, days=35)
    rows = retention(workspace, asked, question).triangle.rows
    assert_lists_match(
        workspace,
        asked,
        (
            (row["returned"], RetentionCell(question, row["cohort"], row["interval"],
                                            row["segment"] if question.by else None))
            for row in rows.iter_rows(named=True)
            if row["returned"] is not None
        ),
    )  # fmt: skip


def test_people_of_the_cohort_that_is_still_growing(workspace: Workspace) -> None:
    question = RetentionQuestion(intervals=1, is_first_time=False)
    rows = retention(workspace, scope(), question).triangle.rows
    row = rows.filter(~rows["is_cohort_complete"]).row(0, named=True)
    cell = RetentionCell(question, row["cohort"], 0)
    assert people(workspace, scope(), cell).count == row["users"]


def at(user: str, day: int, clock: str = "12:00", event: str = "opened") -> Row:
    return (user, event, f"{MONDAY + timedelta(days=day)}T{clock}:00Z", {})


@pytest.mark.parametrize(("day", "who"), [(6, []), (7, ["ann"]), (13, ["ann"]), (14, [])])
@pytest.mark.parametrize("returns", [(), ("saved",)], ids=["any event", "chosen event"])
def test_people_who_returned_did_so_in_the_interval(
    tmp_path: Path, returns: tuple[str, ...], day: int, who: list[str]
) -> None:
    rows = [at("ann", 0), at("bob", 0), at("ann", day, event="saved")]
    workspace = workspace_of(tmp_path, rows, watermark=MONDAY + timedelta(days=20))
    question = RetentionQuestion(intervals=1, return_events=returns)
    asked = Scope(Period(MONDAY, MONDAY + timedelta(days=7)), None, "day", EVERYBODY)
    found = people(workspace, asked, RetentionCell(question, MONDAY, 1))
    assert found.people.rows["user_id"].to_list() == who


# Ann's visit has no length, Bob's lasts ten minutes, Cleo has one of each.
VISITS = [at("ann", 0), at("bob", 0), at("bob", 0, "12:10"), at("cleo", 0), at("cleo", 1),
          at("cleo", 1, "12:10")]  # fmt: skip


@pytest.mark.parametrize(
    ("from_seconds", "to_seconds", "who"),
    [
        (0.0, None, ["ann", "bob", "cleo"]),
        (0.0, 0.0, ["ann", "cleo"]),
        (180.0, 600.0, ["bob", "cleo"]),
        (600.0, 1800.0, []),
    ],
)
def test_people_with_a_session_of_a_length(
    tmp_path: Path, from_seconds: float, to_seconds: float | None, who: list[str]
) -> None:
    workspace = workspace_of(tmp_path, VISITS)
    period = Period(MONDAY, MONDAY + timedelta(days=2))
    asked = Scope(period, None, "day", EVERYBODY)
    found = people(workspace, asked, WithSession(period, from_seconds, to_seconds))
    assert sorted(found.people.rows["user_id"]) == who


def test_people_with_a_session_are_those_of_the_sessions_per_user(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, VISITS)
    period = Period(MONDAY, MONDAY + timedelta(days=2))
    asked = Scope(period, None, "day", EVERYBODY)
    assert sessions(workspace, asked).sessions_per_user.value == pytest.approx(4 / 3)
    assert people(workspace, asked, WithSession(period)).count == 3


def test_list_shows_who_they_are(tmp_path: Path) -> None:
    setup = Setup(users={"ann": {"account_id": "acme"}})
    workspace = workspace_of(tmp_path, [at("ann", 0), at("ann", 3), at("bob", 1)], setup)
    period = Period(MONDAY, MONDAY + timedelta(days=2))
    asked = Scope(period, None, "day", EVERYBODY)
    found = people(workspace, asked, Active(period))
    assert found.people.rows.rows() == [
        ("ann", "acme", MONDAY, MONDAY + timedelta(days=3), 1),
        ("bob", None, MONDAY + timedelta(days=1), MONDAY + timedelta(days=1), 1),
    ]
    assert found.heading == "Active 5 Jan – 6 Jan 2026"


def test_users_of_nothing_are_refused(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="name an event or a feature"):
        people(workspace, scope(), UsersOf(scope().period))
