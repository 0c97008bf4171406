"""Bounds while looking: published tables, identities, and what makes no design."""

from math import exp, inf, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln
from scipy.stats import norm

from metrics.experiments import (
    Crossing,
    anytime,
    anytime_share,
    constant_bounds,
    crossing,
    crossing_chances,
    futility_bounds,
    inflation,
    least_evident_share,
    looks,
    mixture_critical,
    mixture_evidence,
    power_over_looks,
    share_evidence,
    spent,
    stagewise,
    tuning,
)

FIFTHS = [0.2, 0.4, 0.6, 0.8, 1.0]


@pytest.mark.parametrize(
    ("spending", "expected"),
    [
        # R package ldbounds, ldBounds(t = (1:5)/5, iuse = c(1, 1)) and iuse = c(2, 2); the first is
        # table 1 of Reboussin, DeMets, Kim and Lan (2000), Controlled Clinical Trials 21:190-207.
        ("obrien-fleming", [4.8769, 3.3569, 2.6803, 2.2898, 2.0310]),
        ("pocock", [2.4380, 2.4268, 2.4101, 2.3966, 2.3859]),
    ],
)
def test_bounds_match_ldbounds(spending: str, expected: list[float]) -> None:
    found = [look.bound for look in looks(FIFTHS, spending=spending)]
    assert found == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize(
    ("count", "delta", "expected"),
    [
        # Jennison and Turnbull (2000), tables 2.1 (Pocock) and 2.3 (O'Brien-Fleming), alpha .05.
        (10, 0.5, 2.555),
        (20, 0.5, 2.672),
        (5, 0.0, 2.040),
        (10, 0.0, 2.087),
        (20, 0.0, 2.126),
    ],
)
def test_constants_match_jennison_and_turnbull(count: int, delta: float, expected: float) -> None:
    assert constant_bounds(count, delta=delta)[-1] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("looks_made", "expected"),
    # Armitage, McPherson and Rowe (1969), table 2: the error of |z| > 1.96 at each of K looks.
    [(1, 0.05), (2, 0.083), (3, 0.107), (5, 0.142), (10, 0.193), (20, 0.248), (50, 0.320)],
)
def test_peeking_errs_as_often_as_armitage_found(looks_made: int, expected: float) -> None:
    fractions = [k / looks_made for k in range(1, looks_made + 1)]
    under, over = crossing_chances(fractions, [(-1.96, 1.96)] * looks_made)
    assert sum(under) + sum(over) == pytest.approx(expected, abs=1e-3)


@given(
    fractions=st.lists(st.integers(1, 100), min_size=1, max_size=12, unique=True),
    spending=st.sampled_from(["obrien-fleming", "pocock", "power", "hwang-shih-decani"]),
    sides=st.sampled_from(["two-sided", "one-sided"]),
)
def test_any_looks_spend_exactly_alpha(fractions: list[int], spending: str, sides: str) -> None:
    times = [at / max(fractions) for at in sorted(fractions)]
    found = looks(times, spending=spending, sides=sides)
    bounds = [inf if look.bound is None else look.bound for look in found]
    low = [-bound if sides == "two-sided" else -inf for bound in bounds]
    under, over = crossing_chances(times, list(zip(low, bounds, strict=True)))
    assert sum(under) + sum(over) == pytest.approx(0.05, abs=1e-9)
    assert found[-1].spent == pytest.approx(0.05)


def test_one_look_is_the_ordinary_test() -> None:
    (look,) = looks([1.0])
    assert (look.bound, look.nominal_p) == pytest.approx((1.959964, 0.05), abs=1e-6)


def test_over_run_spends_the_rest_at_the_first_look_past_the_plan() -> None:
    found = looks([0.5, 1.3, 1.4])
    under, over = crossing_chances([0.5, 1.3], [(-look.bound, look.bound) for look in found[:2]])
    assert sum(under) + sum(over) == pytest.approx(0.05)
    assert found[2].bound is None


def test_an_end_before_the_plan_spends_the_rest() -> None:
    assert looks([0.5, 0.8])[-1].spent == pytest.approx(0.0244, abs=1e-4)
    assert looks([0.5, 0.8], is_ended=True)[-1].spent == 0.05


def test_a_look_too_early_cannot_stop() -> None:
    assert [look.bound is None for look in looks([0.001, 1.0])] == [True, False]


@pytest.mark.parametrize("fractions", [[0.5, 0.5], [0.0, 1.0], [0.8, 0.4], [-0.1]])
def test_looks_must_rise(fractions: list[float]) -> None:
    with pytest.raises(ValueError, match="above 0 and rise"):
        looks(fractions)
    with pytest.raises(ValueError, match="above 0 and rise"):
        crossing_chances(fractions, [(-2, 2)] * len(fractions))


@given(
    spending=st.sampled_from(["obrien-fleming", "pocock", "power", "hwang-shih-decani"]),
    shape=st.floats(0.5, 4),
    t=st.floats(0, 1),
    more=st.floats(0, 1),
)
def test_spending_rises_from_none_to_all(
    spending: str, shape: float, t: float, more: float
) -> None:
    values = [
        spent(at, alpha=0.025, spending=spending, shape=shape) for at in sorted((0, t, more, 1, 2))
    ]
    assert values == sorted(values)
    assert (values[0], values[-1]) == (0, 0.025)


def test_spending_refuses_what_it_cannot_spend() -> None:
    with pytest.raises(ValueError, match="fraction must be 0 or more"):
        spent(-0.1, alpha=0.05)
    with pytest.raises(ValueError, match="power must be above 0"):
        spent(0.5, alpha=0.05, spending="power", shape=0)
    with pytest.raises(ValueError, match="alpha must be between 0 and 1, got 5"):
        looks([1.0], alpha=5)


@pytest.mark.parametrize(
    ("count", "delta", "power", "expected"),
    # Jennison and Turnbull (2000), tables 2.2 and 2.4, alpha .05.
    [(2, 0.0, 0.8, 1.008), (5, 0.0, 0.8, 1.028), (2, 0.5, 0.8, 1.110), (4, 0.5, 0.8, 1.202)],
)
def test_inflation_matches_jennison_and_turnbull(
    count: int, delta: float, power: float, expected: float
) -> None:
    fractions = [k / count for k in range(1, count + 1)]
    found = inflation(fractions, constant_bounds(count, delta=delta), power=power)
    assert found == pytest.approx(expected, abs=1.5e-3)


def test_a_design_without_bounds_has_no_power() -> None:
    assert power_over_looks([0.5, 1.0], [None, None], drift=3.0) == 0.0


def test_a_large_effect_is_not_lost_between_looks() -> None:
    assert power_over_looks([0.5, 1.0], [None, 1.959964], drift=12.0) == pytest.approx(1.0)


def test_futility_spends_beta_and_leaves_the_error_alone() -> None:
    bounds = [look.bound for look in looks(FIFTHS)]
    drift = 3.1
    floors = futility_bounds(FIFTHS, bounds, drift=drift, beta=0.1)
    assert floors[-1] == bounds[-1]
    assert list(floors) == sorted(floors)
    under, _ = crossing_chances(FIFTHS, list(zip(floors, bounds, strict=True)), drift=drift)
    planned = [spent(at, alpha=0.1) for at in FIFTHS[:-1]]
    assert np.cumsum(under)[:-1].tolist() == pytest.approx(planned, abs=1e-9)


def test_futility_needs_an_effect_to_give_up_on() -> None:
    with pytest.raises(ValueError, match="drift must be above 0"):
        futility_bounds([1.0], [1.96], drift=0)
    with pytest.raises(ValueError, match="need as many bounds"):
        crossing_chances([0.5, 1.0], [(-2, 2)])


def test_stagewise_after_one_look_is_the_ordinary_interval() -> None:
    found = stagewise([1.0], [1.96], estimate=2.5, standard_error=1.0)
    assert (found.estimate, found.low, found.high, found.p_value) == pytest.approx(
        (2.5, 2.5 - 1.959964, 2.5 + 1.959964, 2 * norm.sf(2.5)), abs=1e-6
    )


def test_stagewise_p_value_is_what_was_spent_at_the_bound() -> None:
    # Jennison and Turnbull (2000), section 8.4: on the boundary, p is the error spent so far.
    found = looks(FIFTHS)
    bounds = [look.bound for look in found]
    for last in (2, 3, 5):
        one = stagewise(FIFTHS[:last], bounds[:last], estimate=bounds[last - 1], standard_error=1.0)
        assert one.p_value == pytest.approx(found[last - 1].spent, abs=1e-6)


def test_an_early_stop_is_pulled_towards_nothing() -> None:
    bounds = [look.bound for look in looks(FIFTHS, spending="pocock")]
    found = stagewise(FIFTHS[:4], bounds[:4], estimate=2.6, standard_error=1.0)
    assert found.estimate < 2.6
    mirrored = stagewise(FIFTHS[:4], bounds[:4], estimate=-2.6, standard_error=1.0)
    assert (mirrored.estimate, mirrored.low) == pytest.approx(
        (-found.estimate, -found.high), abs=1e-6
    )


def test_stagewise_needs_a_look_and_an_error() -> None:
    for fractions, error in (([], 1.0), ([1.0], 0.0)):
        with pytest.raises(ValueError, match="a look and a standard error above 0"):
            stagewise(fractions, [], estimate=1.0, standard_error=error)


def test_crossed_then_lost() -> None:
    never = Crossing(first=None, is_beyond=False, was_lost=False)
    lost = Crossing(first=1, is_beyond=False, was_lost=True)
    kept = Crossing(first=1, is_beyond=True, was_lost=False)
    assert crossing([0.1, -2.4, 1.0], [None, 1.96, 1.96]) == lost
    assert crossing([3.0, 2.2], [None, 1.96]) == kept
    assert crossing([None, 1.0], [1.96, 1.96]) == never
    assert crossing([], []) == never


def test_normal_mixture_matches_confseq() -> None:
    # gostevehoward/confseq, test/uniform_boundaries_unittest.cpp, TwoSidedNormalMixture(100, .05).
    rho = tuning(100)
    assert rho == pytest.approx(12.60056, abs=1e-5)
    assert mixture_evidence(1.0, 100, rho=rho) == pytest.approx(-0.6510052, abs=1e-6)
    assert mixture_critical(100, rho=rho) * 10 == pytest.approx(30.35209, abs=1e-5)


@given(
    n=st.floats(10, 1e6),
    planned=st.floats(10, 1e6),
    alpha=st.floats(0.001, 0.2),
    side=st.sampled_from(["two-sided", "greater", "less"]),
)
def test_anytime_p_value_is_alpha_at_the_bound(
    n: float, planned: float, alpha: float, side: str
) -> None:
    critical = anytime(0.0, 1.0, n=n, planned=planned, alpha=alpha, alternative=side).critical
    z = -critical if side == "less" else critical
    found = anytime(z, 1.0, n=n, planned=planned, alpha=alpha, alternative=side)
    assert found.p_value == pytest.approx(alpha, rel=1e-6)
    open_ends = {"two-sided": 0, "greater": 1, "less": 1}[side]
    assert [found.low, found.high].count(None) == open_ends


def test_one_sided_mixtures_are_tuned_at_twice_alpha() -> None:
    # As confseq's OneSidedNormalMixture::best_rho.
    rho = tuning(1_000, alpha=0.1)
    found = anytime(0.0, 1.0, n=1_000, planned=1_000, alternative="greater").critical
    assert found == pytest.approx(mixture_critical(1_000, rho=rho, alternative="greater"))
    assert found < anytime(0.0, 1.0, n=1_000, planned=1_000).critical


@given(planned=st.floats(100, 1e6))
def test_anytime_is_narrowest_near_the_plan(planned: float) -> None:
    def width(tuned: float) -> float:
        return mixture_critical(planned, rho=tuning(tuned))

    # The closed form is the first step of an expansion: within a few per mille of the best.
    assert width(planned) <= 1.005 * min(width(planned * f) for f in np.geomspace(0.2, 5, 41))


def test_anytime_costs_width() -> None:
    found = anytime(0.0, 1.0, n=10_000, planned=10_000)
    assert 1.959964 < found.critical < 3.1


@pytest.mark.parametrize("bad", [{"n": 0}, {"planned": 0}, {"standard_error": 0}])
def test_anytime_needs_information(bad: dict[str, float]) -> None:
    arguments = {"estimate": 1.0, "standard_error": 1.0, "n": 10, "planned": 10} | bad
    with pytest.raises(ValueError, match="must be above 0"):
        anytime(**arguments)


def test_evidence_averages_to_one_without_an_effect() -> None:
    # A mixture of likelihood ratios has mean 1 under the claim: summed over a binomial exactly.
    n, share = 40, 0.3
    seen = np.arange(n + 1) / n
    chances = np.exp([_log_binomial(n, k, share) for k in range(n + 1)])
    evidence = np.exp(share_evidence(seen, n, share=share, planned=40))
    assert float(chances @ evidence) == pytest.approx(1)


def test_evidence_about_a_share_survives_a_tiny_plan() -> None:
    # Tuned to one unit, the prior keeps a thousandth of the claim's variance, as in confseq.
    shape = 1e-3 * 0.25 / 0.5
    expected = betaln(shape + 10, shape) - betaln(shape, shape) + 10 * log(2)
    assert float(share_evidence(1.0, 10, share=0.5, planned=1)) == pytest.approx(expected)


def _log_binomial(n: int, k: int, p: float) -> float:
    from math import lgamma

    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(p) + (n - k) * log(1 - p)


def test_anytime_share_matches_confseq() -> None:
    # confseq unit test: bernoulli_confidence_interval(5, 50, .05, 50) and of 15.
    low, high = anytime_share(5, 50, planned=50), anytime_share(15, 50, planned=50)
    assert (low.low, low.high) == pytest.approx((0.013021, 0.269264), abs=1e-6)
    assert (high.low, high.high) == pytest.approx((0.129556, 0.511896), abs=1e-6)


def test_anytime_share_of_nobody_and_of_everybody() -> None:
    assert anytime_share(0, 0, planned=50).value is None
    assert anytime_share(50, 50, planned=50).high == 1.0
    assert anytime_share(0, 50, planned=50).low == 0.0
    with pytest.raises(ValueError, match="got 3 of 2"):
        anytime_share(3, 2, planned=50)


@given(share=st.floats(0.05, 0.95), n=st.integers(5, 5000))
def test_no_share_is_less_evident_than_the_least_evident(share: float, n: int) -> None:
    least = least_evident_share(n, share=share, planned=100)
    grid = np.linspace(0, 1, 201)
    at_least = share_evidence(least, n, share=share, planned=100)
    assert float(at_least) <= float(share_evidence(grid, n, share=share, planned=100).min()) + 1e-9


def test_mixture_is_the_sequential_probability_ratio_test() -> None:
    # Johari et al. (2022), equation 3, with variance V of the difference and prior N(0, tau^2).
    variance, tau2, gap = 2 / 5000, 1e-4, 0.05
    expected = sqrt(variance / (variance + tau2)) * exp(
        tau2 * gap**2 / (2 * variance * (variance + tau2))
    )
    found = mixture_evidence(gap / sqrt(variance), 1 / variance, rho=1 / tau2)
    assert exp(found) == pytest.approx(expected)
