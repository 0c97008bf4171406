"""A saved query on a board: which values it is given, and whose rows it reads."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from metrics.periods import Period
from queries import Filter, Segment, Workspace
from queries.access import Sight
from queries.sandbox import Refused
from reports.board_tiles import tile_answer
from reports.scope import Scope
from store import SavedQuery
from tests.page_workspace import ALL, GERMAN, HOSTILE, LAST_DAY, OLD, make_workspace

WEEK = Period(date(2026, 11, 2), date(2026, 11, 9))
BEFORE = Period(date(2026, 10, 26), date(2026, 11, 2))
NOBODY = Segment()
GERMANS = Segment((Filter("country", ("DE",)),))
OTHERS = Segment((Filter("country", (HOSTILE,)),))
USERS = "select count(distinct user_key) as users from user_days where day >= $start and day < $end"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder: Path = tmp_path_factory.mktemp("tiles")
    return make_workspace(folder)


def asked(
    workspace: Workspace,
    sql: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    scope: Scope | None = None,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The only row, and what does not apply."""
    query = SavedQuery(id="q", name="Q", sql=sql, parameters=parameters or {})
    found = tile_answer(
        workspace, query, scope or Scope(WEEK, BEFORE, "day", NOBODY), asker="ann"
    )
    return found.answer.rows.row(0, named=True), found.passed_over


def test_a_query_is_given_the_boards_days(workspace: Workspace) -> None:
    sql = (
        "select $start as a, $end as b, $previous_start as c, $previous_end as d, "
        "$start_date as e, $end_date as f, $grain as g, $watermark as h"
    )
    row, passed_over = asked(workspace, sql, {"start": date(2020, 1, 1), "watermark": None})
    assert list(row.values()) == [
        WEEK.start, WEEK.end, BEFORE.start, BEFORE.end, WEEK.start, WEEK.end, "day", LAST_DAY,
    ]  # fmt: skip
    assert passed_over == ()


def test_values_of_its_own_stay(workspace: Workspace) -> None:
    row, passed_over = asked(workspace, "select $plan as plan, $least as least",
                             {"plan": "pro", "least": 3, "unused": 1})  # fmt: skip
    assert row == {"plan": "pro", "least": 3}
    assert passed_over == ("Not of this period: the query has no $start and $end.",)


def test_without_a_comparison_the_days_before_are_those_just_before(workspace: Workspace) -> None:
    scope = Scope(WEEK, None, "day", NOBODY)
    row, _ = asked(workspace, "select $previous_start as c, $start as a", scope=scope)
    assert row == {"c": BEFORE.start, "a": WEEK.start}


def test_filters_narrow_every_table_of_a_query(workspace: Workspace) -> None:
    scope = Scope(WEEK, BEFORE, "day", GERMANS)
    assert asked(workspace, USERS)[0] == {"users": ALL}
    assert asked(workspace, USERS, scope=scope)[0] == {"users": GERMAN}
    people = "select count(*) as people from users"
    assert asked(workspace, people, scope=scope)[0] == {"people": GERMAN}


def test_a_filter_never_widens_what_a_policy_leaves(workspace: Workspace) -> None:
    seen = workspace.seen_with(Sight(OTHERS, shows_personal=True))
    assert asked(seen, USERS)[0] == {"users": ALL - GERMAN}
    both = Scope(WEEK, BEFORE, "day", GERMANS)
    assert asked(seen, USERS, scope=both)[0] == {"users": 0}


def test_a_query_about_the_product_says_that_filters_pass_it_by(workspace: Workspace) -> None:
    scope = Scope(WEEK, BEFORE, "day", GERMANS)
    _, passed_over = asked(workspace, "select count(*) as n from releases", scope=scope)
    assert passed_over == (
        "Not of this period: the query has no $start and $end.",
        "Not filtered: the query reads nothing about people.",
    )


def test_a_refused_query_is_refused_on_a_board_too(workspace: Workspace) -> None:
    with pytest.raises(Refused):
        asked(workspace, "select * from read_csv('/etc/passwd')")


def test_the_figure_is_named_for_the_query(workspace: Workspace) -> None:
    query = SavedQuery(id="q", name="Weekly users", sql=USERS)
    early = Scope(Period(date(2026, 9, 28), date(2026, 10, 5)), None, "day", NOBODY)
    found = tile_answer(workspace, query, early, asker="ann")
    assert (found.answer.source.title, found.answer.rows.item()) == ("Weekly users", OLD)
