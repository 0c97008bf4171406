"""Adoption and feedback say nothing of those whom a policy holds back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings

from metrics.periods import Period
from queries import Filter, Segment, Workspace
from queries.access import Sight
from reports.adoption import adoption
from reports.adoption_accounts import account_adoption, accounts_of_feature
from reports.adoption_people import people_of_feature
from reports.adoption_releases import release_adoption
from reports.feature_derivation import feature_derivation, rules_text
from reports.feature_list import features
from reports.feature_page import feature_page, feature_segments
from reports.feedback import feedback, feedback_segments
from reports.feedback_words import answers_behind, feedback_words
from reports.scope import Scope
from tests.marked_workspace import make_marked
from tests.test_access_leaks import FIRST, LAST, MARKS, figures, leaked, policies, scopes


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_marked(tmp_path_factory.mktemp("whole"))


def reports(workspace: Workspace, scope: Scope) -> Iterator[Any]:
    """Every answer about features and what people say, and every list behind them."""
    yield adoption(workspace, scope)
    yield account_adoption(workspace, scope)
    yield release_adoption(workspace, scope.segment)
    yield feedback(workspace, scope)
    yield feedback_segments(workspace, scope, by="country", scale="nps")
    yield feedback_words(workspace, scope)
    yield answers_behind(workspace, scope, "nps", 0, 10)
    for one in features(workspace)[:2]:
        yield feature_page(workspace, scope, one.name)
        yield feature_segments(workspace, scope, one.name, by="site")
        yield accounts_of_feature(workspace, scope, one.name)
        for column in ("eligible", "tried", "newcomers"):
            yield people_of_feature(workspace, scope, one.name, column)


@settings(max_examples=4)
@given(policies(), scopes())
def test_no_answer_says_anything_of_others(whole: Workspace, sight: Sight, scope: Scope) -> None:
    asked = tuple(MARKS) if not scope.segment.is_empty else ()
    found = [leaked(one, sight, asked) for one in reports(whole.seen_with(sight), scope)]
    assert found == [[]] * len(found)


def test_the_preview_of_rules_knows_only_what_the_viewer_sees(whole: Workspace) -> None:
    sight = Sight(Segment((Filter("site", ("north",)),)), shows_personal=True)
    seen = whole.seen_with(sight)
    report = feature_derivation(seen, rules_text(seen))
    assert leaked(report.events.rows, sight) == []


def test_every_number_is_that_of_a_workspace_without_others(
    whole: Workspace, tmp_path: Path
) -> None:
    alone = make_marked(tmp_path, lambda person, _: person.country == "DE")
    sight = Sight(Segment((Filter("country", ("DE",)),)), shows_personal=True)
    period = Period(FIRST + timedelta(days=28), LAST + timedelta(days=1))
    scope = Scope(period, None, "week", Segment())
    pairs = zip(reports(whole.seen_with(sight), scope), reports(alone, scope), strict=True)
    count = 0
    for one, other in pairs:
        for (name, figure), (_, same) in zip(figures(one), figures(other), strict=True):
            assert figure.rows.equals(same.rows), name
            count += isinstance(figure.rows, pl.DataFrame) and not figure.rows.is_empty()
    assert count > 8
