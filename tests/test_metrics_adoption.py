"""Adoption: every share of the people it is of."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.adoption import AdoptionCounts, adoption, feature_map, time_to_adopt

SOME = AdoptionCounts(
    eligible=100, exposed=60, tried=21, tried_exposed=20, completed=15, mature=80, adopted=8,
    adopters=10, adopters_recent=6, tried_mature=18, tried_once=9, use_days=40, active_weeks=50,
    acted=21, actions_used=42, actions_available=4,
)  # fmt: skip


# By hand, from the definition: each number over the people who could have done it.
def test_adoption_names_both_numbers_of_every_share() -> None:
    found = adoption(SOME)
    shares = (found.discovery, found.trial, found.completion, found.adoption, found.stickiness)
    assert [(one.part, one.whole) for one in shares if one] == [
        (60, 100), (20, 60), (15, 21), (8, 80), (6, 10),
    ]  # fmt: skip
    assert (found.abandonment.part, found.abandonment.whole) == (9, 18)
    assert (found.frequency, found.depth) == (0.8, 0.5)


def test_adoption_without_exposures_knows_no_discovery() -> None:
    found = adoption(replace(SOME, exposed=None, tried_exposed=None))
    assert (found.discovery, found.trial) == (None, None)


def test_adoption_of_a_feature_that_nobody_has() -> None:
    found = adoption(AdoptionCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4))
    assert found.adoption.rate.value is None
    assert (found.frequency, found.depth) == (None, None)


def test_adoption_refuses_more_adopters_than_people() -> None:
    with pytest.raises(ValueError, match="part must be between 0 and whole, got 81 of 80"):
        adoption(replace(SOME, adopted=81))


# Half of ten people adopt by day 5; the mean over those who did is 3.
def test_time_to_adopt_counts_those_who_have_not_yet() -> None:
    days = np.array([1.0, 2, 3, 4, 5, 30, 30, 30, 30, 30])
    assert time_to_adopt(days, days < 30).median == 5.0


def test_time_to_adopt_is_unknown_while_few_have() -> None:
    days = np.array([1.0, 2, 30, 30, 30])
    assert time_to_adopt(days, days < 30).median is None


def test_a_feature_without_users_is_not_on_the_map() -> None:
    found = feature_map(np.array([10.0, 0.0]), np.array([40.0, 0.0]), active=20, weeks=2)
    assert found.spots[1] is None
    assert (found.median_breadth, found.median_frequency) == (0.5, 2.0)


def test_a_map_of_nothing_is_empty() -> None:
    found = feature_map(np.zeros(2), np.zeros(2), active=0, weeks=4)
    assert (found.spots, found.median_breadth) == ((None, None), None)


def test_a_map_refuses_more_users_than_are_active() -> None:
    with pytest.raises(ValueError, match="a feature has 9 users, but only 8 are active"):
        feature_map(np.array([9.0]), np.array([9.0]), active=8, weeks=1)


@given(st.lists(st.integers(1, 50), min_size=3, max_size=9, unique=True))
def test_half_of_the_features_are_broad(users: list[int]) -> None:
    found = feature_map(np.array(users, float), np.array(users, float), active=60, weeks=4)
    broad = [spot for spot in found.spots if spot and spot.quadrant in {"core", "occasional"}]
    assert len(broad) == (len(users) + 1) // 2
