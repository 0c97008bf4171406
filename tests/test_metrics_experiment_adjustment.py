"""Covariates and strata: what is taken out, and that nothing else is."""

from math import nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.experiments import (
    JointMoments,
    Moments,
    cuped,
    difference,
    effect,
    joint_moments,
    linearised_ratios,
    marginal,
    mean_arm,
    moments,
    post_stratified,
    ratio_arm,
    regression_adjusted,
    robust_adjusted,
    with_indicators,
)


def sample(seed: int, n: int = 60, covariates: int = 2) -> tuple[np.ndarray, ...]:
    """Outcome, arm, covariates: two arms of unequal size, slopes that differ."""
    rng = np.random.default_rng(seed)
    x = rng.normal(5, 2, (covariates, n))
    arm = rng.random(n) < 0.4
    arm[:6], arm[-6:] = True, False
    y = 3 + arm + x.sum(axis=0) * (1 + 0.5 * arm) + rng.normal(0, 1, n)
    return y, arm, x


def sides(y: np.ndarray, arm: np.ndarray, x: np.ndarray) -> list[JointMoments]:
    return [joint_moments([y[arm == k], *x[:, arm == k]]) for k in (False, True)]


@pytest.mark.parametrize("covariates", [1, 2, 4])
@pytest.mark.parametrize("seed", range(3))
def test_moments_give_the_coefficients_of_the_regression(seed: int, covariates: int) -> None:
    data = sample(seed, covariates=covariates)
    from_moments = regression_adjusted(*sides(*data)).difference
    from_rows = robust_adjusted(*data[:2], covariates=data[2])
    assert from_moments.value == pytest.approx(from_rows.value)
    assert from_moments.control == pytest.approx(from_rows.control)


def test_variance_is_that_of_two_regressions_read_off_at_the_common_mean() -> None:
    y, arm, x = sample(3, n=30)
    centre, expected = x.mean(axis=1), 0.0
    for k in (False, True):
        design = np.vstack((np.ones((arm == k).sum()), x[:, arm == k] - centre[:, None])).T
        _, residual, *_ = np.linalg.lstsq(design, y[arm == k])
        spread = float(residual[0]) / (design.shape[0] - design.shape[1])
        expected += spread * float(np.linalg.inv(design.T @ design)[0, 0])
    found = regression_adjusted(*sides(y, arm, x), covariate_mean="known").difference
    assert found.variance == pytest.approx(expected)


def test_variance_agrees_with_hc2_when_units_are_many() -> None:
    data = sample(1, n=20_000)
    known = regression_adjusted(*sides(*data), covariate_mean="known").difference
    rows = robust_adjusted(*data[:2], covariates=data[2])
    assert sqrt(known.variance) == pytest.approx(sqrt(rows.variance), rel=0.02)
    assert sqrt(known.base_variance) == pytest.approx(sqrt(rows.base_variance), rel=0.02)


def test_sampled_covariates_cost_something_only_when_slopes_differ() -> None:
    data = sample(2)
    known, sampled = (
        regression_adjusted(*sides(*data), covariate_mean=m).difference
        for m in ("known", "sampled")
    )
    assert sampled.variance > known.variance
    assert cuped(*sides(*data)).difference.variance == pytest.approx(
        cuped(*sides(*data), covariate_mean="known").difference.variance
    )


@given(seed=st.integers(0, 50), shift=st.floats(-1e3, 1e3), scale=st.floats(0.01, 100))
def test_adjustment_does_not_depend_on_the_covariates_unit(
    seed: int, shift: float, scale: float
) -> None:
    y, arm, x = sample(seed)
    for function in (cuped, regression_adjusted):
        one = function(*sides(y, arm, x)).difference
        other = function(*sides(y, arm, x * scale + shift)).difference
        assert other.value == pytest.approx(one.value, rel=1e-6, abs=1e-6)
        assert other.variance == pytest.approx(one.variance, rel=1e-6)


def test_a_covariate_that_explains_nothing_changes_nothing() -> None:
    y, arm, _ = sample(4)
    constant = np.zeros((1, len(y)))
    plain = difference(*(mean_arm(moments(y[arm == k])) for k in (False, True)))
    found = cuped(*sides(y, arm, constant))
    assert (found.difference.value, found.difference.variance) == pytest.approx(
        (plain.value, plain.variance)
    )
    assert found.variance_ratio == pytest.approx(1)


def test_covariates_that_repeat_each_other_count_once() -> None:
    y, arm, x = sample(5, covariates=1)
    one = regression_adjusted(*sides(y, arm, x)).difference
    twice = regression_adjusted(*sides(y, arm, np.vstack((x, 2 * x + 1)))).difference
    assert twice.value == pytest.approx(one.value)


def test_variance_ratio_is_one_minus_squared_correlation() -> None:
    # Deng, Xu, Kohavi and Walker (2013), equation 4.
    table = ((4.0, 1.4), (1.4, 1.0))
    arms = JointMoments(1000, (10.0, 5.0), table), JointMoments(1000, (11.0, 5.0), table)
    assert cuped(*arms).variance_ratio == pytest.approx(1 - 0.7**2)


def test_the_lift_may_divide_by_the_plain_control_mean() -> None:
    y, arm, x = sample(6)
    plain = cuped(*sides(y, arm, x), base="unadjusted").difference
    assert plain.base == pytest.approx(y[~arm].mean())
    assert plain.base != pytest.approx(plain.control)


def test_slopes_are_those_of_each_arm() -> None:
    y, arm, x = sample(7, covariates=1)
    found = regression_adjusted(*sides(y, arm, x))
    assert found.control_slopes[0] == pytest.approx(np.polyfit(x[0][~arm], y[~arm], 1)[0])
    assert found.treated_slopes[0] == pytest.approx(np.polyfit(x[0][arm], y[arm], 1)[0])


def test_arms_too_small_to_adjust_keep_their_values() -> None:
    tiny = JointMoments(1, (2.0, 1.0), None)
    found = cuped(tiny, JointMoments(0, None, None))
    assert (found.difference.control, found.difference.value, found.variance_ratio) == (
        2.0,
        None,
        None,
    )
    few = joint_moments([[1.0, 2.0, 3.0], [1.0, 2.0, 4.0]])
    assert regression_adjusted(few, few).difference.variance is None


@pytest.mark.parametrize("function", [cuped, regression_adjusted])
def test_arms_need_the_same_covariates(function: type) -> None:
    one, two = joint_moments([[1.0, 2.0]]), joint_moments([[1.0, 2.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match=r"got \[1, 2\] variables"):
        function(one, two)
    with pytest.raises(ValueError, match=r"got \[1\] variables"):
        function(one, one)


def test_rows_refuse_an_arm_with_fewer_units_than_slopes() -> None:
    with pytest.raises(ValueError, match="an arm needs 3 units, the smaller has 2"):
        robust_adjusted([1.0, 2, 3, 4, 5], [1, 1, 0, 0, 0], covariates=[[1.0, 2, 3, 4, 5]])


def test_without_covariates_hc2_is_welch() -> None:
    # Samii and Aronow (2012): HC2 of a difference of means is the variance of Neyman and Welch.
    y, arm, _ = sample(8)
    plain = difference(*(mean_arm(moments(y[arm == k])) for k in (False, True)))
    assert robust_adjusted(y, arm, covariates=[]).variance == pytest.approx(plain.variance)


def test_linearised_ratio_is_the_delta_method() -> None:
    rng = np.random.default_rng(9)
    joint = joint_moments(rng.uniform(1, 5, (4, 40)))
    found, arm = linearised_ratios(joint), ratio_arm(joint)
    assert found.means[0] == arm.value
    assert found.covariances[0][0] / 40 == pytest.approx(arm.variance)


def test_linearised_ratio_needs_a_denominator() -> None:
    with pytest.raises(ValueError, match="denominator whose mean is not 0"):
        linearised_ratios(joint_moments([[1.0, 2.0], [0.0, 0.0]]), pairs=((0, 1),))


def test_missing_covariates_become_visible() -> None:
    columns = with_indicators([[1.0, nan, 3.0], [4.0, 5.0, 6.0]])
    assert [column.tolist() for column in columns] == [[1, 0, 3], [0, 1, 0], [4, 5, 6]]


def test_one_stratum_is_no_stratification() -> None:
    a, b = Moments(50, 3.0, 4.0), Moments(60, 3.5, 5.0)
    one, plain = post_stratified([(a, b)]), difference(mean_arm(a), mean_arm(b))
    assert (one.value, one.variance, one.base_variance) == pytest.approx(
        (plain.value, plain.variance, plain.base_variance)
    )
    assert effect(one).lift.low == pytest.approx(effect(plain).lift.low, rel=1e-3)


def test_strata_undo_a_chance_mix() -> None:
    # Simpson's paradox: the change helps in both strata, and looks harmful in the plain means.
    rich, poor = (Moments(20, 10.0, 1.0), Moments(80, 11.0, 1.0)), (
        Moments(80, 1.0, 1.0), Moments(20, 2.0, 1.0))  # fmt: skip
    assert post_stratified([poor, rich]).value == pytest.approx(1.0)
    turned = [(b, a) for a, b in (rich, poor)]
    assert post_stratified(turned).value == pytest.approx(-1.0)


def test_a_stratum_that_cannot_be_compared_leaves_the_whole_unknown() -> None:
    alone = Moments(9, 1.0, 1.0), Moments(0, None, None)
    known = Moments(9, 1.0, 1.0), Moments(9, 1.0, 1.0)
    assert post_stratified([known, alone]).value is None
    assert post_stratified([]).value is None
    nobody = Moments(0, None, None)
    assert post_stratified([known, (nobody, nobody)]).value == 0.0


def test_marginal_of_joint_moments_is_the_unadjusted_arm() -> None:
    y, arm, x = sample(10)
    a, b = sides(y, arm, x)
    assert marginal(b).mean - marginal(a).mean == pytest.approx(y[arm].mean() - y[~arm].mean())
