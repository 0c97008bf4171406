"""Moments add up, and arms and differences follow from them."""

from itertools import chain
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import skew

from metrics.experiments import (
    Arm,
    JointMoments,
    Moments,
    difference,
    joint_moments,
    marginal,
    mean_arm,
    merged,
    merged_joint,
    moments,
    ratio_arm,
    share_arm,
)
from metrics.experiments.differences import has_spread

VALUES = st.lists(st.floats(-1e3, 1e3).map(lambda x: round(x, 3)), min_size=0, max_size=30)


def test_moments_match_a_textbook() -> None:
    # NIST Statistical Reference Datasets, NumAcc2: 1,001 values, mean 1.2, deviation 0.1.
    of = moments([1.2] + [1.1, 1.3] * 500)
    assert (of.mean, sqrt(of.variance)) == pytest.approx((1.2, 0.1), abs=1e-14)


def test_moments_survive_a_large_offset() -> None:
    # NumAcc4: 10,000,000.2 and neighbours; sums of squares lose the deviation 0.1.
    of = moments([10_000_000.2] + [10_000_000.1, 10_000_000.3] * 500)
    assert of.variance == pytest.approx(0.01, rel=1e-6)


def test_skewness_is_the_sample_one() -> None:
    values = [1.0, 2.0, 2.0, 9.0, 4.0]
    assert moments(values).skewness == pytest.approx(skew(values, bias=False))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], Moments(0, None, None)),
        ([3.0], Moments(1, 3.0, None)),
        ([3.0, 3.0, 3.0], Moments(3, 3.0, 0.0)),
    ],
)
def test_moments_of_few_or_equal_units(values: list[float], expected: Moments) -> None:
    assert moments(values) == expected


@given(parts=st.lists(VALUES, min_size=1, max_size=6))
def test_days_add_up_to_the_whole(parts: list[list[float]]) -> None:
    whole, found = moments(list(chain(*parts))), merged([moments(part) for part in parts])
    assert found.n == whole.n
    if whole.variance is None:
        assert found == whole
        return
    assert (found.mean, found.variance) == pytest.approx((whole.mean, whole.variance), abs=1e-9)
    if whole.n > 2 and whole.variance > 1e-3:
        assert found.skewness == pytest.approx(whole.skewness, rel=1e-6, abs=1e-6)


@given(parts=st.lists(st.lists(st.tuples(*[st.floats(-9, 9)] * 3), max_size=9), min_size=1))
def test_joint_days_add_up_to_the_whole(parts: list[list[tuple[float, ...]]]) -> None:
    def of(rows: list[tuple[float, ...]]) -> JointMoments:
        return joint_moments(np.array(rows, dtype=float).reshape(-1, 3).T)

    whole, found = of(list(chain(*parts))), merged_joint([of(part) for part in parts])
    assert found.n == whole.n
    if whole.covariances is not None:
        np.testing.assert_allclose(found.means, whole.means, atol=1e-9)
        np.testing.assert_allclose(found.covariances, whole.covariances, atol=1e-9)


def test_skewness_that_was_not_asked_for_stays_unknown() -> None:
    assert merged([Moments(5, 1.0, 2.0), moments([1, 2, 9])]).skewness is None


def test_marginal_is_one_variable() -> None:
    joint = joint_moments([[1, 2, 4], [3, 3, 9]])
    assert marginal(joint, 1) == Moments(3, 5.0, 12.0)
    assert marginal(JointMoments(0, None, None)) == Moments(0, None, None)


@pytest.mark.parametrize("values", [[1.0, float("nan")], [float("inf")]])
def test_values_must_be_there(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        moments(values)
    with pytest.raises(ValueError, match="finite"):
        joint_moments([values])


def test_columns_must_be_of_one_length() -> None:
    with pytest.raises(ValueError, match=r"one length, got \[2, 1\]"):
        joint_moments([[1, 2], [1]])


def test_share_is_the_mean_of_zeros_and_ones() -> None:
    share, mean = share_arm(3, 10), mean_arm(moments([1] * 3 + [0] * 7))
    assert share.value == mean.value
    assert share.variance == pytest.approx(mean.variance * 9 / 10)  # without Bessel's correction


def test_arms_of_nobody_or_one_have_no_variance() -> None:
    assert share_arm(0, 0) == Arm(0, None, None, None)
    assert share_arm(1, 1) == Arm(1, 1.0, None, None)
    assert mean_arm(Moments(1, 2.0, None)) == Arm(1, 2.0, None, None)
    assert ratio_arm(joint_moments([[1], [2]])) == Arm(1, 0.5, None, None)
    assert ratio_arm(joint_moments([[1, 2], [0, 0]])).value is None


def test_share_refuses_an_impossible_part() -> None:
    with pytest.raises(ValueError, match="got 3 of 2"):
        share_arm(3, 2)


def test_ratio_by_a_constant_is_a_mean() -> None:
    ratio = ratio_arm(joint_moments([[1.0, 5.0, 3.0], [2.0, 2.0, 2.0]]))
    mean = mean_arm(moments([0.5, 2.5, 1.5]))
    assert (ratio.value, ratio.variance) == pytest.approx((mean.value, mean.variance))


@given(
    rows=st.lists(st.tuples(st.floats(0, 9), st.floats(1, 9)), min_size=3), unit=st.floats(1, 99)
)
def test_ratio_does_not_depend_on_the_unit(rows: list[tuple[float, float]], unit: float) -> None:
    above, below = zip(*rows, strict=True)
    one = ratio_arm(joint_moments([above, below]))
    other = ratio_arm(joint_moments([[unit * a for a in above], [unit * b for b in below]]))
    assert other.value == pytest.approx(one.value)
    assert other.variance == pytest.approx(one.variance, abs=1e-12)


def test_sessions_of_one_user_are_not_independent() -> None:
    # Ten users of four equal sessions each: as sure as ten values, not as forty.
    users = [float(user) for user in range(10)]
    arm = ratio_arm(joint_moments([[4 * user for user in users], [4.0] * 10]))
    assert arm.variance == pytest.approx(mean_arm(moments(users)).variance)


def test_difference_is_welchs() -> None:
    # Welch (1947) by the formula: variances 1 and 4 of means, 4 and 9 degrees of freedom.
    found = difference(Arm(5, 1.0, 1.0, 4), Arm(10, 3.0, 4.0, 9))
    assert (found.value, found.variance) == (2.0, 5.0)
    assert found.df == pytest.approx(25 / (1 / 4 + 16 / 9))


def test_pooled_difference_is_students() -> None:
    found = difference(Arm(4, 1.0, 1.0, 3), Arm(4, 3.0, 4.0, 3), variance="pooled")
    assert (found.variance, found.df) == (5.0, 6)


def test_difference_with_an_arm_of_nobody_is_undefined() -> None:
    found = difference(Arm(0, None, None, None), Arm(9, 1.0, 0.1, 8))
    assert (found.value, found.variance, found.treated, found.n) == (None, None, 1.0, 9)


@pytest.mark.parametrize("variance", [0.0, 1e-40])
def test_rounding_is_no_spread(variance: float) -> None:
    assert not has_spread(difference(Arm(9, 5.0, variance, 8), Arm(9, 5.0, variance, 8)))
