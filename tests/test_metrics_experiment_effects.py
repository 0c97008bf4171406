"""Effects and lifts against published figures, and against each other."""

from math import inf

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from metrics.experiments import (
    Arm,
    Difference,
    Moments,
    difference,
    effect,
    lift,
    log_lift,
    mean_arm,
    moments,
    share_arm,
)
from metrics.experiments.distributions import critical_value, tail_p_value

# Student's sleep data (Cushny and Peebles 1905), as in R's ?t.test.
DRUG_1 = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
DRUG_2 = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)

values = st.floats(-100, 100).map(lambda x: round(x, 6))
variances = st.floats(1e-4, 100)


@st.composite
def arm_pairs(draw: st.DrawFn) -> tuple[Arm, Arm]:
    sizes = draw(st.tuples(st.integers(3, 500), st.integers(3, 500)))
    return tuple(Arm(n, draw(values), draw(variances), n - 1) for n in sizes)


def test_effect_matches_r() -> None:
    # R: t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, p-value = 0.07939,
    # 95 percent confidence interval -3.3654832 0.2054832 (group 1 minus group 2).
    one = effect(difference(mean_arm(moments(DRUG_2)), mean_arm(moments(DRUG_1))))
    assert (one.statistic, one.df) == pytest.approx((-1.8608, 17.776), abs=5e-4)
    assert (one.p_value, one.low, one.high) == pytest.approx(
        (0.07939, -3.3654832, 0.2054832), abs=5e-6
    )


@given(arms=arm_pairs())
def test_fieller_never_contradicts_the_test(arms: tuple[Arm, Arm]) -> None:
    one = effect(difference(*arms))
    assume(one.lift.is_bounded and abs(one.p_value - 0.05) > 1e-6)
    assert (one.p_value < 0.05) == (not one.lift.low <= 0 <= one.lift.high)
    assert one.lift.low <= one.lift.value <= one.lift.high


@given(arms=arm_pairs(), unit=st.floats(0.01, 100))
def test_lift_does_not_depend_on_the_unit(arms: tuple[Arm, Arm], unit: float) -> None:
    one = effect(difference(*arms)).lift
    scaled = [Arm(a.n, a.value * unit, a.variance * unit**2, a.df) for a in arms]
    other = effect(difference(*scaled)).lift
    assume(one.is_bounded and abs(one.value) < 1e3)
    assert (other.value, other.low, other.high) == pytest.approx(
        (one.value, one.low, one.high), rel=1e-5, abs=1e-7
    )


@given(arms=arm_pairs())
def test_difference_turns_round_with_its_arms(arms: tuple[Arm, Arm]) -> None:
    there, back = effect(difference(*arms)), effect(difference(*reversed(arms)))
    assert there.p_value == pytest.approx(back.p_value)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


@given(arms=arm_pairs())
def test_fieller_bounds_solve_their_equation(arms: tuple[Arm, Arm]) -> None:
    control, treated = arms
    one = lift(difference(control, treated))
    assume(one.is_bounded and control.value > 0)
    for q in (one.low, one.high):
        gap = treated.value - (1 + q) * control.value
        spread = treated.variance + (1 + q) ** 2 * control.variance
        assert abs(gap) / spread**0.5 == pytest.approx(1.959964, abs=1e-4)


def test_lift_of_a_base_near_zero_is_unbounded() -> None:
    found = lift(difference(Arm(50, 0.1, 0.01, 49), Arm(50, 0.4, 0.01, 49)))
    assert (found.is_bounded, found.low, found.high) == (False, None, None)
    assert found.value == pytest.approx(3)


def test_lift_of_a_negative_base_counts_more_as_plus() -> None:
    found = lift(difference(Arm(99, -10.0, 0.01, 98), Arm(99, -5.0, 0.01, 98)))
    assert found.value == 0.5
    assert 0 < found.low < 0.5 < found.high


@given(arms=arm_pairs(), method=st.sampled_from(["fieller", "delta"]))
def test_lift_mirrors_with_the_sign_of_its_arms(arms: tuple[Arm, Arm], method: str) -> None:
    mirrored = [Arm(a.n, -a.value, a.variance, a.df) for a in arms]
    one = lift(difference(*arms), method=method)
    other = lift(difference(*mirrored), method=method)
    assume(one.is_bounded)
    assert (other.value, other.low, other.high) == pytest.approx((-one.value, -one.high, -one.low))


def test_lift_of_nothing_is_undefined() -> None:
    assert lift(difference(Arm(9, 0.0, 0.1, 8), Arm(9, 1.0, 0.1, 8))).value is None
    assert effect(difference(share_arm(0, 0), share_arm(1, 2))).lift.value is None


def test_arms_without_spread_have_no_p_value() -> None:
    one = effect(difference(share_arm(0, 50), share_arm(0, 50)))
    assert (one.difference, one.p_value, one.low, one.lift.low) == (0.0, None, None, None)


def test_a_one_sided_interval_is_open() -> None:
    of = difference(Arm(99, 10.0, 0.01, 98), Arm(99, 10.4, 0.01, 98))
    more, less = effect(of, alternative="greater"), effect(of, alternative="less")
    assert (more.high, less.low, more.lift.high, less.lift.low) == (None,) * 4
    assert more.p_value + less.p_value == pytest.approx(1)
    assert more.low == pytest.approx(effect(of, confidence=0.9).low)


def test_a_sequential_bound_takes_the_place_of_the_confidence() -> None:
    of = difference(Arm(99, 10.0, 0.02, 98), Arm(99, 10.4, 0.02, 98))
    one = effect(of, critical=3.0, distribution="normal")
    assert (one.low, one.high) == pytest.approx((0.4 - 0.6, 0.4 + 0.6))
    assert one.lift.low < 0
    # With few units, the bound is reached exactly when the p-value is that of the bound.
    few = difference(Arm(5, 10.0, 0.02, 4), Arm(5, 10.4, 0.02, 4))
    reach = effect(few, critical=3.0).critical
    assert reach > 3.5
    assert tail_p_value(reach, df=8) == pytest.approx(tail_p_value(3.0))


@given(arms=arm_pairs())
def test_delta_and_log_agree_with_fieller_on_sure_bases(arms: tuple[Arm, Arm]) -> None:
    control, treated = (Arm(a.n, 1000 + a.value, a.variance, a.df) for a in arms)
    found = [
        lift(difference(control, treated)),
        lift(difference(control, treated), method="delta"),
        log_lift(control, treated, distribution="normal"),
    ]
    assert found[1].low == pytest.approx(found[0].low, abs=3e-3)
    assert found[2].high == pytest.approx(found[0].high, abs=3e-3)


def test_log_lift_needs_arms_of_one_sign() -> None:
    assert log_lift(Arm(9, -1.0, 0.1, 8), Arm(9, 1.0, 0.1, 8)).value is None
    both = log_lift(Arm(9, -2.0, 0.01, 8), Arm(9, -1.0, 0.01, 8))
    assert both.value == 0.5
    assert both.low < 0.5 < both.high


def test_confidence_must_be_a_fraction() -> None:
    with pytest.raises(ValueError, match="between 0 and 1, got 95"):
        effect(difference(Arm(9, 1.0, 0.1, 8), Arm(9, 1.0, 0.1, 8)), confidence=95)


def test_effect_of_a_hand_made_difference_uses_its_base() -> None:
    of = Difference(10, 1.0, 1.5, 0.5, 0.04, 8, base=2.0, base_variance=0.0, covariance=0.0)
    assert effect(of).lift.value == 0.25


def test_tails_are_never_exactly_zero() -> None:
    # 1 - cdf is 0 here; R: 2 * pnorm(-11.4) = 4.181191e-30.
    assert tail_p_value(11.4) == pytest.approx(4.181191e-30, rel=1e-6)
    assert 0 < tail_p_value(-25, df=100) < 1e-40


@given(z=st.floats(-8, 8), df=st.floats(1, 500))
def test_tails_are_those_of_scipy(z: float, df: float) -> None:
    assert tail_p_value(z, df=df, alternative="greater") == pytest.approx(stats.t.sf(z, df))
    assert tail_p_value(z, df=df) == pytest.approx(2 * stats.t.sf(abs(z), df))
    assert tail_p_value(z) == pytest.approx(2 * stats.norm.sf(abs(z)))


@given(confidence=st.floats(0.5, 0.999), df=st.sampled_from([3.0, 30.0, inf]))
def test_critical_values_invert_the_tails(confidence: float, df: float) -> None:
    reach = critical_value(confidence, df=df)
    assert tail_p_value(reach, df=df) == pytest.approx(1 - confidence)


def test_moments_and_rows_give_one_effect() -> None:
    rows = effect(difference(mean_arm(moments(DRUG_1)), mean_arm(moments(DRUG_2))))
    sums = effect(
        difference(mean_arm(Moments(10, 0.75, 3.2005555556)), mean_arm(Moments(10, 2.33, 4.009)))
    )
    assert sums.p_value == pytest.approx(rows.p_value, rel=1e-6)
