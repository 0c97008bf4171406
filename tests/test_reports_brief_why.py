"""Why an item moved: the planted segment, or pair of segments, is the first candidate."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from metrics.periods import Period
from queries import Workspace
from queries.brief_settings import Brief as Rules
from reports.brief_items import Candidate, Item
from reports.brief_series import collected
from reports.brief_tests import Replay
from reports.brief_why import Reasons, Why
from reports.brief_words import why as in_words
from tests.slow_rollups import Row
from tests.tiny_workspaces import Setup, workspace_of

FIRST = date(2026, 6, 1)
BY_PAIR, BY_ONE, ALIKE, FAILING = (date(2026, 8, day) for day in (24, 25, 26, 27))
COUNTRIES, ROLES, PLATFORMS = ("DE", "GB", "FR"), ("clerk", "driver", "lead"), ("ios", "web")
EACH = 12  # people of each country and role


def people() -> dict[str, dict[str, str]]:
    return {
        f"{country}-{role}-{n}": {"country": country, "role": role}
        for country in COUNTRIES for role in ROLES for n in range(EACH)
    }  # fmt: skip


def stays_away(day: date, who: dict[str, str], chance: Random) -> bool:
    """What is planted: one pair, then one country, then some of everybody."""
    if day == BY_PAIR:
        return (who["country"], who["role"]) == ("DE", "driver")
    if day == BY_ONE:
        return who["country"] == "GB" and chance.random() < 0.8
    return day == ALIKE and chance.random() < 0.3


def rows() -> Iterator[Row]:
    chance = Random(2)  # noqa: S311 - invented chance
    for at in range((FAILING - FIRST).days + 1):
        day = FIRST + timedelta(days=at)
        for name, who in people().items():
            if chance.random() < 0.95 and not stays_away(day, who, chance):
                platform = PLATFORMS[chance.random() < 0.5]
                bad = 0.9 if (day, who["role"], platform) == (FAILING, "clerk", "web") else 0.1
                action = "failed" if chance.random() < bad else "completed"
                more = {"platform": platform, "feature": "reports", "action": action}
                yield name, f"reports_{action}", f"{day}T12:00:00Z", more


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    setup = Setup(
        users=people(), user_dimensions=("country", "role"), event_dimensions=("platform",)
    )
    return workspace_of(tmp_path_factory.mktemp("why"), list(rows()), setup)


def why(workspace: Workspace, metric: str, day: date) -> Why:
    data = collected(workspace, Period(FIRST, day + timedelta(days=1)))
    return Reasons(workspace, data, Replay(data, [], Rules()).worked).why(item(metric, day))


def item(metric: str, day: date) -> Item:
    return Item(
        key="x", day=day, metric=metric, label="x", unit="users", better="higher", page="usage",
        feature="reports" if ":" in metric else None, segment=None, since=day, is_rate=False,
        actual=1.0, expected=2.0, effect=-0.1, low=-0.2, high=-0.05, volume=100.0,
        is_recovery=False,
    )  # fmt: skip


@pytest.mark.parametrize("metric", ["daily_active_users", "events", "feature:reports"])
def test_what_happened_to_a_pair_is_told_of_the_pair(workspace: Workspace, metric: str) -> None:
    first = why(workspace, metric, BY_PAIR).candidates[0]
    assert (first.dimensions, first.segments[0][0]) == (("country", "role"), "DE and driver")
    assert first.share == pytest.approx(1.0, abs=0.3)


def test_a_failure_of_a_pair_is_told_of_the_pair(workspace: Workspace) -> None:
    found = why(workspace, "failures:reports", FAILING)
    assert found.candidates[0].dimensions == ("platform", "role")
    assert found.candidates[0].segments[0][0] == "web and clerk"
    assert sum(part.share or 0.0 for part in found.identities[0].parts) == pytest.approx(1.0)


def test_one_segment_is_told_without_crossing_it(workspace: Workspace) -> None:
    first = why(workspace, "daily_active_users", BY_ONE).candidates[0]
    assert (first.dimensions, first.segments[0][0]) == (("country",), "GB")


def test_what_happens_to_everybody_is_explained_by_nobody(workspace: Workspace) -> None:
    found = why(workspace, "daily_active_users", ALIKE)
    assert found.candidates == ()
    assert found.looked_at == ("country", "role", "country × role")


def test_shares_and_the_rest_are_said_with_the_pair() -> None:
    found = Candidate(("country", "role"), (("DE and driver", 0.92),), 0.92)
    told = replace(item("events", BY_PAIR), candidates=(found,))
    assert in_words(told) == "Where to look first: country and role: DE and driver 92%; the rest 8%"
