"""metrics.impact: what compares segments, against slow or independent answers; refusals."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from metrics.impact import (
    Panel,
    collapsed,
    event_study,
    group_time_effects,
    placebo_in_space,
    simple_average,
    simplex_weights,
    synthetic_control,
    synthetic_did,
    two_by_two,
)

SEEDS = st.integers(0, 10_000)


def invented() -> Panel:
    """60 units, 6 periods, three waves; also given to diff-diff 3.13.0 (CallawaySantAnna)."""
    rng = np.random.default_rng(7)
    first = np.repeat([2, 3, 4, -1], [12, 15, 13, 20])
    levels = rng.normal(0, 1, (60, 1)) + np.linspace(0, 1, 6) + rng.normal(0, 0.5, (60, 6))
    since = np.arange(6) - first[:, None]
    is_after = (first[:, None] > 0) & (since >= 0)
    return Panel(np.round(levels + np.where(is_after, 0.4 * (since + 1), 0), 3), first)


# --- simplex


@settings(max_examples=40)
@given(seed=SEEDS, donors=st.integers(1, 8), rows=st.integers(1, 12), ridge=st.floats(0, 2))
def test_no_other_average_comes_closer(seed: int, donors: int, rows: int, ridge: float) -> None:
    rng = np.random.default_rng(seed)
    matrix, target = rng.normal(size=(rows, donors)), rng.normal(size=rows)
    weights = simplex_weights(matrix, target, ridge=ridge)
    assert weights.min() >= 0
    assert weights.sum() == pytest.approx(1)
    # First-order condition: no direction within the simplex goes down.
    slope = 2 * matrix.T @ (matrix @ weights - target) + 2 * ridge * weights
    assert slope.min() >= slope @ weights - 1e-7


def test_a_target_among_the_donors_is_that_donor() -> None:
    donors = np.random.default_rng(1).normal(size=(9, 4))
    assert simplex_weights(donors, donors[:, 2]) == pytest.approx([0, 0, 1, 0], abs=1e-9)
    same = np.ones((3, 2))
    assert simplex_weights(same, np.ones(3)).tolist() == [0.5, 0.5]


def test_weights_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit a target"):
        simplex_weights(np.ones((3, 0)), np.ones(3))
    with pytest.raises(ValueError, match="ridge must be 0 or more"):
        simplex_weights(np.ones((3, 2)), np.ones(3), ridge=-1)


# --- two by two, collapsed


def test_two_by_two_is_the_difference_of_four_means() -> None:
    rng = np.random.default_rng(1)
    y, treated, after = rng.normal(size=80), rng.random(80) < 0.5, rng.random(80) < 0.5
    means = {(a, b): y[(treated == a) & (after == b)].mean() for a in (0, 1) for b in (0, 1)}
    plain = means[1, 1] - means[1, 0] - means[0, 1] + means[0, 0]
    assert two_by_two(y, treated, after).effect == pytest.approx(plain)


def test_two_by_two_needs_all_four_groups() -> None:
    is_after = np.array([False, True, True])
    with pytest.raises(ValueError, match="seen before and after"):
        two_by_two(np.ones(3), np.array([True, True, False]), is_after)
    after, treated = np.array([False, True] * 4), np.array([False] * 4 + [True] * 4)
    with pytest.raises(ValueError, match="repeats other columns"):
        two_by_two(np.arange(8.0), treated, after, covariates=np.ones((8, 1)))
    exact = two_by_two(np.arange(8.0) * 0, treated, after)
    assert (exact.effect, exact.error, exact.p_value) == (0.0, None, None)


def test_collapsed_counts_every_assignment() -> None:
    outcomes = np.random.default_rng(2).normal(size=(7, 6))
    found = collapsed(Panel(outcomes, np.array([4, -1, 4, -1, -1, -1, 4])))
    change = outcomes[:, 4:].mean(axis=1) - outcomes[:, :4].mean(axis=1)
    every = []
    for chosen in combinations(range(7), 3):
        inside = np.isin(np.arange(7), chosen)
        every.append(change[inside].mean() - change[~inside].mean())
    real = change[[0, 2, 6]].mean() - change[[1, 3, 4, 5]].mean()
    assert found.effect == pytest.approx(real)
    assert found.p_value == pytest.approx(np.mean(np.abs(every) >= abs(real) - 1e-12))
    assert (found.assignments, found.smallest_p) == (35, 1 / 35)


def test_halves_have_a_mirror() -> None:
    # Four of eight: the other four have the same effect with the other sign.
    outcomes = np.random.default_rng(2).normal(size=(8, 4))
    outcomes[:4, 2:] += 100
    found = collapsed(Panel(outcomes, np.array([2] * 4 + [-1] * 4)))
    assert found.smallest_p == found.p_value == 2 / 70


@settings(max_examples=20)
@given(seed=SEEDS, effect=st.floats(-5, 5))
def test_an_effect_moves_the_interval_with_it(seed: int, effect: float) -> None:
    outcomes = np.random.default_rng(seed).normal(size=(10, 5))
    first = np.array([3] * 4 + [-1] * 6)
    plain = collapsed(Panel(outcomes.copy(), first))
    outcomes[:4, 3:] += effect
    moved = collapsed(Panel(outcomes, first))
    assert moved.low == pytest.approx(plain.low + effect, abs=1e-6)
    assert moved.high == pytest.approx(plain.high + effect, abs=1e-6)


def test_the_interval_holds_what_the_test_does_not_reject() -> None:
    outcomes, first = np.random.default_rng(3).normal(size=(10, 5)), np.array([3] * 4 + [-1] * 6)
    found = collapsed(Panel(outcomes, first))
    for value, is_inside in ((found.low + 1e-6, True), (found.low - 1e-6, False)):
        taken = outcomes.copy()
        taken[:4, 3:] -= value
        assert (collapsed(Panel(taken, first)).p_value > 0.05) == is_inside


def test_with_few_segments_nothing_can_be_excluded() -> None:
    found = collapsed(Panel(np.random.default_rng(1).normal(size=(5, 4)), np.array([2] + [-1] * 4)))
    assert (found.low, found.high, found.smallest_p) == (None, None, 0.2)


def test_many_segments_draw_assignments_with_a_seed() -> None:
    outcomes, first = np.random.default_rng(3).normal(size=(40, 5)), np.array([3] * 15 + [-1] * 25)
    once, again = (collapsed(Panel(outcomes, first), seed=4) for _ in range(2))
    assert once == again
    assert once.assignments == 20_000


def test_the_launch_day_can_be_left_out() -> None:
    outcomes = np.zeros((6, 5))
    outcomes[:3, 3] = 99
    first = np.array([3] * 3 + [-1] * 3)
    assert collapsed(Panel(outcomes, first), skip=1).effect == 0
    with pytest.raises(ValueError, match="no period is left"):
        collapsed(Panel(outcomes, first), skip=2)


def test_a_panel_must_be_whole() -> None:
    with pytest.raises(ValueError, match="known in every period"):
        Panel(np.array([[1.0, np.nan]]), np.array([-1]))
    with pytest.raises(ValueError, match="-1 or 1 to 1"):
        Panel(np.ones((1, 2)), np.array([0]))
    with pytest.raises(ValueError, match="do not fit first periods"):
        Panel(np.ones((2, 2)), np.array([1]))
    with pytest.raises(ValueError, match="one date and units never treated"):
        collapsed(Panel(np.ones((3, 4)), np.array([1, 2, -1])))


# --- several dates


@pytest.mark.parametrize(
    ("controls", "cells", "overall"),
    [
        # diff-diff 3.13.0, control_group="never_treated" and "not_yet_treated": effect, error.
        ("never-treated",
         {(2, 1): (0.3433, 0.2278), (2, 2): (0.0429, 0.2970), (3, 4): (0.6726, 0.2196),
          (4, 2): (0.2244, 0.2750), (4, 5): (0.6644, 0.2307)},
         (0.6410941176470588, 0.11161574658339402)),
        ("not-yet-treated",
         {(2, 1): (0.4088, 0.2058), (2, 2): (-0.0581, 0.2681), (3, 4): (0.6726, 0.2196),
          (4, 2): (0.1691, 0.2568), (4, 5): (0.6644, 0.2307)},
         (0.6059249427043545, 0.11728945769544413)),
    ],
)  # fmt: skip
def test_waves_match_diff_diff(
    controls: str,
    cells: dict[tuple[int, int], tuple[float, float]],
    overall: tuple[float, float],
) -> None:
    effects = group_time_effects(invented(), controls=controls)
    found = {(one.group, one.period): (one.effect, one.error) for one in effects.cells}
    for cell, pair in cells.items():
        assert found[cell] == pytest.approx(pair, abs=5.1e-5)
    mean = simple_average(effects)
    assert (mean.effect, mean.error) == pytest.approx(overall, rel=1e-9)


def test_event_studies_match_diff_diff() -> None:
    # diff-diff 3.13.0, never treated: effect and error by time since treatment.
    study = event_study(group_time_effects(invented(), controls="never-treated"))
    assert [(one.at, round(one.effect, 4), round(one.error, 4)) for one in study.periods] == [
        (-3, -0.1761, 0.2632), (-2, 0.0736, 0.1467), (-1, 0.2098, 0.1339), (0, 0.1473, 0.1179),
        (1, 0.6221, 0.1171), (2, 1.0701, 0.1475), (3, 1.3851, 0.2248),
    ]  # fmt: skip
    assert study.critical > 1.96


def test_a_balanced_study_keeps_the_same_waves_throughout() -> None:
    effects = group_time_effects(invented())
    study = event_study(effects, balanced=2)
    assert [one.at for one in study.periods] == [-1, 0, 1, 2]
    cells = {(one.group, one.period): one.effect for one in effects.cells}
    # Waves 2 and 3 (12 and 15 units) are seen for two periods after the first; 4 is not.
    assert study.periods[-1].effect == pytest.approx((12 * cells[2, 4] + 15 * cells[3, 5]) / 27)


def test_growing_effects_do_not_turn_against_late_waves() -> None:
    # Everybody gains 1 a period from treatment on; two-way fixed effects would halve it.
    first = np.array([1, 1, 3, 3, -1, -1])
    since = np.arange(5) - first[:, None]
    outcomes = np.where((first[:, None] > 0) & (since >= 0), since + 1.0, 0.0)
    study = event_study(group_time_effects(Panel(outcomes, first)))
    after = {one.at: one.effect for one in study.periods if one.at >= 0}
    assert after == {0: 1, 1: 2, 2: 3, 3: 4}
    assert study.overall.effect == 2.5
    assert study.overall.error is None
    assert study.critical is None


def test_waves_without_anybody_to_compare_are_refused() -> None:
    with pytest.raises(ValueError, match="no wave has a unit"):
        group_time_effects(Panel(np.ones((3, 4)), np.array([1, 1, 1])))
    with pytest.raises(ValueError, match="no wave is seen after"):
        event_study(group_time_effects(invented()), balanced=9)


def test_the_pretest_of_few_units_is_hotellings() -> None:
    # One wave against the never treated, two effects before: T² of two samples, by hand.
    rng = np.random.default_rng(4)
    outcomes, first = rng.normal(size=(14, 4)), np.array([3] * 7 + [-1] * 7)
    found = group_time_effects(Panel(outcomes, first))
    steps = np.diff(outcomes, axis=1)[:, :2]
    treated, others = steps[:7], steps[7:]
    gap = treated.mean(axis=0) - others.mean(axis=0)
    pooled = (np.cov(treated.T) + np.cov(others.T)) / 2
    squared = gap @ np.linalg.solve(pooled * (1 / 7 + 1 / 7), gap)
    p_value = stats.f.sf(squared * 11 / (2 * 12), 2, 11)  # 14 units − 2 sides: 12 degrees
    assert found.pretest_p == pytest.approx(p_value)
    assert found.pretest_p_of_many < found.pretest_p


def test_the_pretest_sees_units_that_part_before() -> None:
    panel = invented()
    quiet = group_time_effects(panel).pretest_p
    drifting = panel.outcomes + 0.5 * np.arange(6) * panel.is_treated[:, None]
    assert group_time_effects(Panel(drifting, panel.first_treated)).pretest_p < 0.001 < quiet


# --- synthetic control and DiD


def donors(seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (12, 40)).cumsum(axis=1)


def test_an_average_of_donors_is_found_again() -> None:
    treated = 0.3 * donors()[1] + 0.7 * donors()[4]
    treated[30:] -= 2
    found = synthetic_control(treated, donors(), 30)
    assert found.effect == pytest.approx(-2, abs=1e-6)
    assert found.weights[[1, 4]] == pytest.approx([0.3, 0.7], abs=1e-6)
    assert found.fit == pytest.approx(0, abs=1e-6)


def test_a_placebo_that_fits_badly_can_be_left_out() -> None:
    treated = donors()[:3].mean(axis=0) + 0.01
    treated[30:] += 3
    every = placebo_in_space(treated, donors(), 30)
    some = placebo_in_space(treated, donors(), 30, worst_fit=20)
    assert (every.units, every.left_out) == (13, 0)
    assert some.units == 13 - some.left_out < 13
    assert every.p_value == every.rank / 13
    assert {0, 1, 2} <= set(every.without_each)


def test_synthetic_controls_refuse_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="do not fit 39 periods"):
        synthetic_control(np.ones(39), donors(), 30)
    with pytest.raises(ValueError, match="2 periods before"):
        synthetic_control(np.ones(40), donors(), 1)
    with pytest.raises(ValueError, match="at least 2 donors"):
        placebo_in_space(np.ones(40), donors()[:1], 30)


@settings(max_examples=10)
@given(seed=SEEDS, level=st.floats(-50, 50))
def test_synthetic_did_does_not_mind_levels(seed: int, level: float) -> None:
    outcomes, first = donors(seed), np.array([30, 30] + [-1] * 10)
    plain = synthetic_did(Panel(outcomes, first)).effect
    lifted = synthetic_did(Panel(outcomes + level * (first > 0)[:, None], first)).effect
    assert lifted == pytest.approx(plain, abs=1e-6)


def test_synthetic_did_adds_what_was_added() -> None:
    outcomes, first = donors(), np.array([30, 30] + [-1] * 10)
    plain = synthetic_did(Panel(outcomes, first))
    outcomes = outcomes + 3.0 * ((first > 0)[:, None] & (np.arange(40) >= 30))
    moved = synthetic_did(Panel(outcomes, first))
    assert moved.effect == pytest.approx(plain.effect + 3)
    assert moved.error == pytest.approx(plain.error)


def test_synthetic_did_without_placebos_has_no_error() -> None:
    found = synthetic_did(Panel(donors()[:4], np.array([30, 30, -1, -1])))
    assert (found.error, found.low) == (None, None)
    with pytest.raises(ValueError, match="needs 2 periods before"):
        synthetic_did(Panel(donors(), np.array([1] + [-1] * 11)))
