"""What is made once and kept says nothing of those whom a policy holds back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metrics.periods import Period
from queries import Filter, Segment, Workspace
from queries.access import Sight
from reports.brief_kept import analyse
from reports.capacity import capacities
from reports.churn_usage import usage_churn_report
from reports.digest import digest
from reports.experiment import experiment
from reports.experiments import experiments
from reports.leadership_html import html
from reports.leadership_kept import made_leadership
from reports.leadership_pdf import pdf
from reports.morning_kept import put_together
from reports.objectives import objectives
from reports.performance import performance, routes
from reports.release import judge_all, release_report
from reports.releases import releases_report
from reports.revenue_bridge import revenue_report
from reports.revenue_cohorts import revenue_cohorts_report
from reports.scope import Scope
from tests.marked_workspace import NOBODY, make_marked
from tests.test_access_leaks import FIRST, LAST, leaked

SIGHTS = {
    "a country": Sight(Segment((Filter("country", ("DE",)),)), shows_personal=True),
    "a site": Sight(Segment((Filter("site", ("north",)),)), shows_personal=True),
    "nothing": Sight(Segment((Filter("country", ()),)), shows_personal=True),
}
SLOS = """
[slo.speed]
kind = "latency"
latency_ms = 100
objective = 0.9
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Somebody who sees everything has asked everything first."""
    made = make_marked(tmp_path_factory.mktemp("whole"), access=SLOS)
    for _ in answers(made):
        pass
    return made


def answers(workspace: Workspace) -> Iterator[Any]:
    """Everything that is made once and kept, and what is made of it."""
    scope = Scope(Period(FIRST, LAST), None, "week", Segment())
    yield analyse(workspace)
    yield put_together(workspace)
    told = made_leadership(workspace)
    yield told
    yield html(told).decode()
    yield digest(workspace)
    yield revenue_report(workspace, Segment())
    yield revenue_cohorts_report(workspace, Segment())
    yield usage_churn_report(workspace, Segment())
    yield experiments(workspace)
    yield experiment(workspace, "e")
    judge_all(workspace)
    yield releases_report(workspace)
    yield release_report(workspace, "1.0")
    yield performance(workspace, scope)
    yield routes(workspace)
    yield objectives(workspace)
    yield capacities(workspace)


@pytest.mark.parametrize("name", SIGHTS)
def test_what_is_kept_says_nothing_of_others(whole: Workspace, name: str) -> None:
    seen = whole.seen_with(SIGHTS[name])
    found = [leaked(one, SIGHTS[name]) for one in answers(seen)]
    assert found == [[]] * len(found)


def test_marks_are_there_where_nothing_is_held_back(whole: Workspace) -> None:
    assert NOBODY in str(routes(whole))


def test_another_sight_has_numbers_of_its_own(whole: Workspace, tmp_path: Path) -> None:
    sight = SIGHTS["a country"]
    alone = make_marked(tmp_path, lambda person, _: person.country == "DE", access=SLOS)
    seen = made_leadership(whole.seen_with(sight))
    assert [one.change for one in seen.figures] == [
        one.change for one in made_leadership(alone).figures
    ]
    assert pdf(seen).startswith(b"%PDF")
