"""Reading a result: guardrails, segments, trends, quantiles, tails, beliefs, verdicts."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.experiments import (
    Arm,
    Evidence,
    Moments,
    NonInferiority,
    Rule,
    Verdict,
    capped,
    difference,
    effect,
    heterogeneity,
    joint_moments,
    moments,
    non_inferiority,
    normal_posterior,
    quantile_anytime_p_value,
    quantile_arm,
    quantile_arm_of,
    quantile_ranks,
    rank_test,
    ratio_arm,
    segment_effects,
    share_inflation,
    share_posterior,
    skew_check,
    trend,
    verdict,
)


def two(control: float, treated: float, variance: float = 0.01) -> object:
    return difference(Arm(999, control, variance, 998), Arm(999, treated, variance, 998))


def test_guardrail_is_safe_exactly_when_its_bound_is_inside_the_margin() -> None:
    for treated in np.linspace(9.0, 10.5, 31):
        found = non_inferiority(two(10.0, float(treated)), margin=0.05)
        assert found.is_safe == (found.bound > -0.05)


def test_guardrail_counts_that_the_margin_moves_with_the_control_mean() -> None:
    # Hasler, Vonk and Hothorn (2008): (T - (1 - m) C) / sqrt(V_T + (1 - m)^2 V_C).
    found = non_inferiority(two(10.0, 9.9, variance=0.01), margin=0.03)
    z = (9.9 - 0.97 * 10) / sqrt(0.01 + 0.97**2 * 0.01)
    assert found.p_value == pytest.approx(stats.t.sf(z, 2 * 998))


def test_not_significantly_worse_is_not_safe() -> None:
    found = non_inferiority(two(10.0, 9.9, variance=1.0), margin=0.02)
    assert (found.is_safe, found.is_harmed) == (False, False)


def test_guardrails_mirror_when_lower_is_better() -> None:
    # A latency of 10 that rises by 1 % against a margin of 5 %, and one that rises by 9 %.
    small, large = (
        non_inferiority(two(10.0, treated), margin=0.05, better="lower") for treated in (10.1, 10.9)
    )
    assert (small.is_safe, small.is_harmed, large.is_safe, large.is_harmed) == (
        True, False, False, True)  # fmt: skip
    assert small.bound > small.lift


def test_a_guardrail_with_a_negative_base_counts_by_size() -> None:
    assert non_inferiority(two(-10.0, -10.1), margin=0.05).is_safe
    assert non_inferiority(two(-10.0, -11.0), margin=0.05).is_harmed


def test_a_guardrail_without_data_is_not_safe() -> None:
    nobody = Arm(0, None, None, None)
    found = non_inferiority(difference(nobody, nobody), margin=0.1)
    assert (found.p_value, found.is_safe, found.is_harmed) == (None, False, False)
    with pytest.raises(ValueError, match="margin must be 0 or more, got -1"):
        non_inferiority(two(1.0, 1.0), margin=-1)


# BCG vaccine against tuberculosis, thirteen trials (Colditz et al. 1994; R package metadat,
# dat.bcg): cases and others of the vaccinated, cases and others of the controls.
BCG = (
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619),
    (33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892),
    (29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
)  # fmt: skip


def test_heterogeneity_matches_metafor() -> None:
    # metafor, rma(measure = "RR", method = "DL", data = dat.bcg): Q(12) = 152.2330, tau^2 = 0.3088,
    # I^2 = 92.12 %.
    effects = [log(a / (a + b)) - log(c / (c + d)) for a, b, c, d in BCG]
    errors = [sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)) for a, b, c, d in BCG]
    found = heterogeneity(effects, errors)
    assert found.q == pytest.approx(152.2330, abs=5e-5)
    assert (found.between_variance, found.i2) == pytest.approx((0.3088, 0.9212), abs=5e-5)


def test_equal_segments_are_homogeneous() -> None:
    found = heterogeneity([0.2] * 5, [0.1, 0.2, 0.1, 0.3, 0.1])
    assert (found.q, found.i2, found.between_variance) == pytest.approx((0, 0, 0), abs=1e-20)
    assert found.p_value == pytest.approx(1)


def test_segments_that_cannot_be_measured_are_left_out() -> None:
    found = heterogeneity([0.1, None, 0.3], [0.1, None, 0.1])
    assert (found.segments, found.pooled) == (2, pytest.approx(0.2))
    assert heterogeneity([], []).pooled is None
    assert heterogeneity([0.1], [0.2]).p_value is None
    assert segment_effects([None, 0.2], [None, 0.1])[0] is None


@given(effects=st.lists(st.floats(-1, 1), min_size=5, max_size=15))
def test_shrunken_segments_lie_between_their_own_and_the_middle(effects: list[float]) -> None:
    found = segment_effects(effects, [0.2] * len(effects))
    middle = float(np.mean(effects))
    for seen, one in zip(effects, found, strict=True):
        assert min(seen, middle) - 1e-9 <= one.mean <= max(seen, middle) + 1e-9


def test_shrinkage_matches_efron_and_morris() -> None:
    # Efron and Morris (1977), Scientific American 236(5):119-127: batting averages of 18 players
    # after 45 times at bat; Clemente's .400 shrinks to .294, Alvis's .156 to .242.
    averages = [
        0.400, 0.378, 0.356, 0.333, 0.311, 0.311, 0.289, 0.267, 0.244, 0.244, 0.222, 0.222, 0.222,
        0.222, 0.222, 0.200, 0.178, 0.156,
    ]  # fmt: skip
    error = sqrt(0.265 * 0.735 / 45)
    found = [one.mean for one in segment_effects(averages, [error] * 18)]
    assert (found[0], found[-1]) == pytest.approx((0.294, 0.242), abs=1e-3)


def test_few_segments_are_not_pulled() -> None:
    found = [one.mean for one in segment_effects([0.1, 0.9], [0.1, 0.1])]
    assert found == pytest.approx([0.1, 0.9])


def test_segments_need_standard_errors() -> None:
    with pytest.raises(ValueError, match="standard errors must be above 0"):
        heterogeneity([0.1, 0.2], [0.1, 0.0])


def test_trend_is_weighted_least_squares() -> None:
    rng = np.random.default_rng(1)
    days = [two(10.0, 10 + float(rng.normal(1, 0.3)), variance=0.01 + 0.01 * d) for d in range(10)]
    x, y = np.arange(10), np.array([one.value for one in days])
    expected = np.polyfit(x, y, 1, w=[1 / sqrt(one.variance) for one in days])
    found = trend(range(10), days)
    assert found.slope == pytest.approx(expected[0])
    assert (found.first, found.last) == pytest.approx((expected[1], expected[1] + 9 * expected[0]))


def test_trend_needs_three_days() -> None:
    flat = difference(Arm(9, 1.0, 0.0, 8), Arm(9, 1.0, 0.0, 8))
    assert trend([0, 1, 2], [two(1, 2), two(1, 2), flat]) is None


def test_quantile_interval_holds_the_median_of_exact_order_statistics() -> None:
    ranks = quantile_ranks(1_000, at=0.5)
    assert (ranks.low, ranks.high) == pytest.approx((0.469, 0.531), abs=5e-4)
    assert quantile_ranks(0, at=0.5).low is None


def test_clustered_quantiles_are_less_sure() -> None:
    # 100 units of 4 equal values each: twice the standard error of 400 independent ones.
    below = [1.0] * 50 + [0.0] * 50
    arm = ratio_arm(joint_moments([[4 * b for b in below], [4.0] * 100]))
    assert share_inflation(arm, 400) == pytest.approx(2, rel=0.01)
    assert share_inflation(Arm(9, 0.0, 0.0, 8), 9) is None
    wide = quantile_ranks(400, at=0.5, inflation=2.0)
    assert wide.high - 0.5 == pytest.approx(2 * (quantile_ranks(400, at=0.5).high - 0.5))


def test_quantile_variance_is_that_of_the_density() -> None:
    values = stats.norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    arm = quantile_arm_of(values, at=0.9)
    density = stats.norm.pdf(stats.norm.ppf(0.9))
    assert arm.variance == pytest.approx(0.9 * 0.1 / density**2 / 100_000, rel=0.02)


def test_quantiles_of_too_few_values_have_no_variance() -> None:
    assert quantile_arm_of([1.0, 2.0, 3.0], at=0.9).variance is None
    assert quantile_arm_of([], at=0.9).value is None
    assert quantile_arm(1, 5.0, low=5.0, high=5.0).variance is None
    with pytest.raises(ValueError, match="low <= value <= high"):
        quantile_arm(9, 5.0, low=6.0, high=7.0)
    with pytest.raises(ValueError, match="inflation > 0"):
        quantile_ranks(9, at=0.5, inflation=0)


def test_equal_quantiles_are_never_called_different() -> None:
    same = list(range(100))
    assert quantile_anytime_p_value(same, same, at=0.5, planned=100) == 1.0
    with pytest.raises(ValueError, match="both arms need values"):
        quantile_anytime_p_value([], same, at=0.5, planned=100)


def test_capping_takes_its_limits_from_all_arms() -> None:
    found = capped(np.arange(101.0), low=0.05, high=0.95)
    assert (found.low, found.high, found.changed) == (5.0, 95.0, 10)
    assert capped([1.0, 2.0]).changed == 0
    assert capped([], high=0.9).high is None
    with pytest.raises(ValueError, match="must rise within 0 and 1"):
        capped([1.0], low=0.9, high=0.1)


@given(values=st.lists(st.floats(-1e6, 1e6), min_size=1), high=st.floats(0.5, 1))
def test_capping_changes_only_what_lies_beyond(values: list[float], high: float) -> None:
    found = capped(values, high=high)
    beyond = [value > found.high for value in values]
    assert found.changed == sum(beyond)
    assert all(
        one == min(value, found.high) for one, value in zip(found.values, values, strict=True)
    )


def test_skew_check_matches_kohavi() -> None:
    # Kohavi et al. (2014), rule 7: revenue per user, skewness 18.2, needs 114k users (355 x 18^2).
    assert skew_check(Moments(100_000, 1.0, 1.0, 17.9)).needed == pytest.approx(114_000, rel=0.01)
    assert skew_check(moments([1.0, 1.0])).is_enough is None


def test_rank_test_matches_r() -> None:
    # R ?wilcox.test, depression data of Hollander and Wolfe (1973), p. 69, here with the normal
    # approximation and its continuity correction: W = 35, p = .2544 two-sided.
    x = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
    y = [1.15, 0.88, 0.90, 0.74, 1.21]
    found = rank_test(y, x)
    assert found.superiority == 35 / 50
    assert found.p_value == pytest.approx(0.2446, abs=0.01)


def test_rank_test_of_equal_values_is_undefined() -> None:
    assert rank_test([1.0, 1.0], [1.0]).p_value is None
    assert rank_test([], [1.0]).superiority is None


def test_flat_belief_is_the_interval() -> None:
    found = normal_posterior(0.05, 0.02)
    assert (found.low, found.high) == pytest.approx((0.05 - 0.0392, 0.05 + 0.0392), abs=1e-5)
    assert found.better == pytest.approx(stats.norm.cdf(2.5))
    assert found.loss_if_kept - found.loss_if_shipped == pytest.approx(0.05)


@given(
    estimate=st.floats(-1, 1),
    error=st.floats(0.01, 1),
    mean=st.floats(-1, 1),
    sd=st.floats(0.01, 1),
)
def test_belief_lies_between_prior_and_data(
    estimate: float, error: float, mean: float, sd: float
) -> None:
    found = normal_posterior(estimate, error, prior_mean=mean, prior_variance=sd**2)
    assert min(estimate, mean) - 1e-9 <= found.mean <= max(estimate, mean) + 1e-9
    assert found.standard_deviation < min(error, sd) + 1e-12
    assert found.loss_if_shipped >= 0


def test_impossible_beliefs_are_refused() -> None:
    with pytest.raises(ValueError, match="standard_error must be above 0"):
        normal_posterior(0.1, 0)
    with pytest.raises(ValueError, match="prior_variance must be above 0"):
        normal_posterior(0.1, 1, prior_variance=0)
    with pytest.raises(ValueError, match="prior must be above 0"):
        share_posterior((1, 2), (1, 2), prior=(0, 1))
    with pytest.raises(ValueError, match="got 3 of 2"):
        share_posterior((3, 2), (1, 2))


def test_share_posterior_matches_millers_closed_form() -> None:
    # Miller (2015), "Formulas for Bayesian A/B testing": the sum for integer shapes.
    from scipy.special import betaln

    a, b = (5, 50), (9, 48)
    (a1, b1), (a2, b2) = ((p + 1, n - p + 1) for p, n in (a, b))
    i = np.arange(a2)
    terms = betaln(a1 + i, b2 + b1) - np.log(b2 + i) - betaln(1 + i, b2) - betaln(a1, b1)
    assert share_posterior(a, b).better == pytest.approx(float(np.exp(terms).sum()), abs=1e-10)


@given(a=st.integers(0, 10**6), b=st.integers(0, 10**6))
def test_share_posterior_turns_round_with_its_arms(a: int, b: int) -> None:
    there = share_posterior((a, 10**6), (b, 10**6))
    back = share_posterior((b, 10**6), (a, 10**6))
    assert there.better + back.better == pytest.approx(1, abs=1e-8)
    assert there.loss_if_kept == pytest.approx(back.loss_if_shipped, abs=1e-12)


SAFE = NonInferiority(0.0, -0.001, 0.001, is_safe=True, is_harmed=False)
UNSURE = NonInferiority(0.0, -0.05, 0.4, is_safe=False, is_harmed=False)
HARMED = NonInferiority(-0.1, -0.2, 1.0, is_safe=False, is_harmed=True)
WIN, LOSS, NEITHER = (effect(two(10.0, treated)) for treated in (11.0, 9.0, 10.05))


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (Evidence(WIN, (SAFE,), days=14), Verdict("ship", ("primary better",))),
        (Evidence(WIN, (SAFE,), days=7), Verdict("ship", ("primary better",))),
        (Evidence(WIN, (SAFE,), days=6), Verdict("keep running", ("not a whole week",))),
        (Evidence(WIN, (UNSURE,), days=14), Verdict("keep running", ("guardrail not shown safe",))),
        (
            Evidence(WIN, (UNSURE,), days=14, is_ended=True),
            Verdict("do not ship", ("guardrail not shown safe",)),
        ),
        (Evidence(WIN, (SAFE, HARMED), days=14), Verdict("do not ship", ("guardrail harmed",))),
        (
            Evidence(LOSS, (HARMED,), days=2),
            Verdict("do not ship", ("primary worse", "guardrail harmed")),
        ),
        (Evidence(NEITHER, days=14), Verdict("keep running", ("primary undecided",))),
        (
            Evidence(NEITHER, days=28, is_ended=True),
            Verdict("do not ship", ("no effect of the size looked for",)),
        ),
        (
            Evidence(NEITHER, days=14, is_futile=True),
            Verdict("do not ship", ("futile", "primary undecided")),
        ),
        (Evidence(None), Verdict("keep running", ("no data",))),
    ],
)
def test_verdict_follows_the_rule(evidence: Evidence, expected: Verdict) -> None:
    assert verdict(evidence, rule=Rule()) == expected


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"split_p": 0.0009}, "broken split"),
        ({"multiple_share": 0.011}, "units in several variants"),
        ({"bias_p": 0.0009}, "difference before exposure"),
    ],
)
def test_no_verdict_on_a_broken_experiment(broken: dict[str, float], reason: str) -> None:
    won = {"primary": WIN, "guardrails": (SAFE,), "days": 30, "is_ended": True}
    assert verdict(Evidence(**won, **broken), rule=Rule()) == Verdict("invalid", (reason,))


def test_verdict_knows_when_lower_is_better() -> None:
    assert verdict(Evidence(LOSS, days=14), rule=Rule(better="lower")).status == "ship"
    assert verdict(Evidence(WIN, days=14), rule=Rule(better="lower")).reasons == ("primary worse",)


def test_a_rule_may_ask_only_that_no_guardrail_is_harmed() -> None:
    rule = Rule(needs_safe_guardrails=False)
    assert verdict(Evidence(WIN, (UNSURE,), days=14), rule=rule).status == "ship"
