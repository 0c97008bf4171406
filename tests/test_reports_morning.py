"""Goals against target, and what else waits in the morning."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from queries import Workspace
from reports import morning as maker
from reports.brief_audit import audit
from reports.brief_items import Brief
from reports.goals import _share_met, _standing, goals
from reports.morning import Section, morning
from reports.morning_kept import put_together
from store import Goal, Vote, store_of
from tests.page_workspace import ALL, LAST_DAY, make_workspace
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

FIRST = date(2026, 10, 1)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("morning"))


def a_goal(target: float, *, until: date | None, metric: str = "active_users") -> Goal:
    return Goal(metric=metric, target=target, direction="higher", from_day=FIRST, until_day=until)


def test_goals_are_met_missed_or_cannot_be_told(workspace: Workspace) -> None:
    store = store_of(workspace)
    later, over = date(2026, 12, 15), date(2026, 11, 20)
    for goal in (
        a_goal(ALL, until=over), a_goal(ALL + 1, until=LAST_DAY), a_goal(ALL + 1, until=None),
        a_goal(5, until=later), a_goal(5, until=later, metric="gone"),
    ):  # fmt: skip
        store.set_goal(goal, author="ann")
    found = {(one.goal.metric, one.goal.target, one.standing) for one in goals(workspace)}
    assert found == {
        ("active_users", ALL, "met"), ("active_users", ALL + 1, "missed"),
        ("active_users", ALL + 1, "open"),
        ("active_users", 5, "cannot tell"), ("gone", 5, "cannot tell"),
    }  # fmt: skip
    said = [one.sentence for one in goals(workspace) if one.goal.target == ALL]
    assert said == [
        "Active users, 28 days at least 40 by Fri 20 Nov 2026: 40 over the last 28 days."
    ]


def test_a_chance_is_the_share_of_futures_that_meet_the_target() -> None:
    future = np.array([1.0, 2.0, 3.0, 4.0])
    goal = a_goal(3.0, until=LAST_DAY)
    assert _share_met(future, goal) == 0.5
    assert _standing(goal, 1.0, 0.8, is_over=False) == "on track"
    assert _standing(goal, 9.0, 0.2, is_over=False) == "off track"
    assert _standing(goal, 9.0, 0.5, is_over=False) == "open"
    assert _standing(goal, None, 0.9, is_over=False) == "cannot tell"


def section(found: tuple[Section, ...], name: str) -> tuple[str, ...]:
    return tuple(line.text for one in found if one.name == name for line in one.lines)


def test_work_items_say_what_is_open_overdue_finished_and_next(tmp_path: Path) -> None:
    def at(day: int) -> datetime:
        return datetime(2026, 3, day, 12, tzinfo=UTC)

    items = pl.DataFrame(
        {
            "key": ["A-1", "A-2", "A-3", "A-4", "A-5"],
            "state": ["open", "done", "done", "open", "open"],
            "created_at": [at(1)] * 4 + [at(20)],
            "finished_at": [None, at(14), at(9), None, None],
            "due_at": [at(10), at(20), None, at(20), at(21)],
            "release": [None, "2.0", None, "2.0", "2.0"],
        }
    )
    rows: list[Row] = [
        ("ann", "opened", f"2026-03-{day:02d}T12:00:00Z", {}) for day in range(1, 15)
    ]
    found = morning(workspace_of(tmp_path, rows, Setup(tables={"work_items": items})))
    assert section(found, "work") == (
        "2 open, 1 of them overdue", "1 finished on Sat 14 Mar: A-2",
        "Release 2.0: 1 of 2 items done, due Fri 20 Mar",
    )  # fmt: skip
    assert section(found, "data")[0] == "Complete to Sat 14 Mar"


def test_the_morning_is_made_once_a_build_and_anew_for_a_goal(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def noted(_: Workspace) -> tuple[Section, ...]:
        made.append(1)
        return ()

    monkeypatch.setattr(maker, "morning", noted)
    put_together(workspace)
    put_together(workspace)
    assert len(made) == 1
    store_of(workspace).set_goal(a_goal(7, until=None), author="ann")
    put_together(workspace)
    assert len(made) == 2


def test_the_self_audit_counts_alarms_and_votes(workspace: Workspace) -> None:
    store_of(workspace).vote(
        Vote(item="x", metric="events", day=LAST_DAY, opinion="useful"), author="ann"
    )
    brief = Brief(LAST_DAY, placebo_p=(0.01, 0.5, 0.6, 0.7), told=2, replayed=100)
    found = audit(workspace, brief)
    assert (found.found.placebo_share, found.found.flagged_share) == (0.25, 0.02)
    assert (found.found.useful, found.found.votes) == (1.0, 1)
    assert "More ordinary days look unusual" in found.words
