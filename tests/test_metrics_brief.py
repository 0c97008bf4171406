"""metrics.brief: selection keeps its promise, and a reader is told little, once, and in order."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.brief import (
    Movement,
    band,
    clusters,
    families,
    headlines,
    score,
    self_audit,
    simes,
    smallest_relevant,
)

DAY = date(2026, 3, 2)
CHANCES = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def moved(effect: float, **changes: object) -> Movement:
    values = {
        "metric": "sign-ups", "segment": None, "on": DAY, "effect": effect,
        "low": effect - 0.05, "high": effect + 0.05, "smallest": 0.05, "volume": 1000.0,
    }  # fmt: skip
    return Movement(**{**values, **changes})


# --- families


@given(CHANCES)
def test_simes_lies_between_the_smallest_and_bonferroni(p_values: list[float]) -> None:
    found = simes(p_values)
    assert min(p_values) <= found <= min(p_values) * len(p_values) + 1e-12


def test_simes_is_the_papers_rule() -> None:
    # Simes (1986): reject at level a when any p(i) <= i a / n.
    assert simes([0.04, 0.045, 0.5]) == pytest.approx(0.0675)
    assert simes([None, 0.2]) == 0.2
    assert simes([None]) is None


def test_segments_are_held_to_the_selected_share() -> None:
    # One of four metrics is selected: its segments are held to .05 / 4.
    found = families(
        {"a": 1e-6, "b": 0.5, "c": 0.9, "d": 0.7},
        {"a": {"x": 0.006, "y": 0.012, "z": 0.8}, "b": {"x": 0.5}},
    )
    assert found["a"].level == pytest.approx(0.0125)
    # BH: .006 × 3 = .018, .012 × 3/2 = .018; both above .0125.
    assert found["a"].segments == ()
    assert (found["b"].is_selected, found["b"].level) == (False, None)


def test_a_metric_can_move_by_its_segments_alone() -> None:
    found = families({"a": 0.6, "b": None}, {"a": {"x": 1e-6, "y": 0.5}, "b": {"x": None}})
    assert found["a"].p_value == pytest.approx(4e-6)
    assert found["a"].segments == ("x",)
    assert (found["b"].p_value, found["b"].is_selected) == (None, False)


def test_a_total_alone_costs_nothing() -> None:
    assert families({"a": 0.04}, {})["a"].is_selected


def test_families_refuse_what_they_cannot_read() -> None:
    with pytest.raises(ValueError, match="q must be between 0 and 1, got 5"):
        families({"a": 0.1}, {}, q=5)
    with pytest.raises(ValueError, match="without a total: b"):
        families({"a": 0.1}, {"b": {"x": 0.1}})


# --- headlines


def test_the_most_certain_change_comes_first() -> None:
    wide = moved(-0.5, metric="wide", low=-0.95, high=-0.05)
    sure = moved(-0.2, metric="sure", low=-0.25, high=-0.15)
    light = moved(0.4, metric="light", low=0.3, high=0.5, weight=0.1)
    few = moved(0.4, metric="few", low=0.3, high=0.5, users=0.01)
    found = headlines([wide, few, light, sure])
    assert [one.movement.metric for one in found] == ["sure", "wide", "light", "few"]
    assert [round(one.score, 3) for one in found] == [0.15, 0.05, 0.03, 0.003]


def test_what_includes_nothing_is_worth_nothing() -> None:
    assert score(moved(0.06, low=-0.01, high=0.13)) == 0


def test_small_and_thin_movements_are_not_told() -> None:
    assert headlines([moved(0.049), moved(0.5, volume=99.0)]) == ()
    assert len(headlines([moved(0.05, low=0.01), moved(0.5, metric="b", volume=100.0)])) == 2


def test_a_cluster_has_one_headline() -> None:
    pair = [moved(0.3, metric="a", cluster="c"), moved(0.4, metric="b", cluster="c")]
    found = headlines(pair)
    assert [one.movement.metric for one in found] == ["b"]
    assert [one.metric for one in found[0].also] == ["a"]


def test_at_most_seven_are_told() -> None:
    assert len(headlines([moved(0.3, metric=str(one)) for one in range(9)])) == 7


@pytest.mark.parametrize(
    ("effect", "is_told"),
    [(-0.3, False), (-0.39, False), (-0.4, True), (-0.19, True), (0.3, True)],
)
def test_an_item_repeats_only_in_another_band_or_direction(effect: float, is_told: bool) -> None:  # noqa: FBT001
    earlier = moved(-0.3, on=DAY - timedelta(days=1))
    assert bool(headlines([moved(effect)], [earlier])) == is_told


@pytest.mark.parametrize(("days", "is_recovery"), [(3, True), (4, False)])
def test_the_opposite_within_three_days_is_a_recovery(days: int, is_recovery: bool) -> None:  # noqa: FBT001
    earlier = moved(-0.3, on=DAY - timedelta(days=days))
    assert headlines([moved(0.3)], [earlier])[0].is_recovery == is_recovery
    same = moved(-0.9, on=DAY)
    assert not headlines([same], [earlier])[0].is_recovery


def test_bands_are_doublings() -> None:
    assert [band(moved(one)) for one in (0.05, 0.099, 0.1, -0.2, 0.01)] == [0, 0, 1, 2, 0]


def test_no_change_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="is no change"):
        headlines([moved(0.3, smallest=0.0)])
    with pytest.raises(ValueError, match="is no change"):
        headlines([moved(0.3, low=0.4)])


def test_the_smallest_relevant_change_is_twice_an_ordinary_week() -> None:
    assert smallest_relevant([0.01, -0.05, 0.02]) == 0.04
    assert (smallest_relevant([]), smallest_relevant([0.0, 0.0])) == (None, None)


def test_series_that_move_together_are_one_cluster() -> None:
    rng = np.random.default_rng(1)
    shared, other = rng.normal(size=(2, 200))
    series = [shared, other, shared + 0.3 * rng.normal(size=200), other + rng.normal(size=200) * 3]
    assert clusters(np.array(series)) == (0, 1, 0, 3)
    assert clusters(rng.normal(size=(1, 9))) == (0,)
    with pytest.raises(ValueError, match="must be known and vary"):
        clusters(np.ones((2, 5)))


def test_an_audit_of_nothing_says_nothing() -> None:
    found = self_audit([], told=0, tested=0, votes={})
    assert (found.placebo_share, found.flagged_share, found.useful, found.votes) == (
        None, None, None, 0
    )  # fmt: skip
