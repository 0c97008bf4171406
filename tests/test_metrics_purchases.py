"""metrics.purchases against the CDNOW figures of the papers, at its edges, and what it refuses.

cdnow.csv is the 1/10 sample of CDNOW customers (Fader and Hardie), as bundled with lifetimes 0.11.3
(MIT licence): repeat purchases, time of the last one, weeks observed, mean value of a repeat.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from metrics.purchases import (
    BetaGeometric,
    Buyers,
    ParetoNbd,
    beta_geometric,
    gamma_gamma,
    pareto_nbd,
)
from tests.reference_lifetimes import table


def cdnow() -> Buyers:
    columns = table("cdnow")
    return Buyers(columns["x"], columns["t_x"], columns["T"])


def buyer(x: float, t_x: float, observed: float) -> Buyers:
    return Buyers(np.array([x]), np.array([t_x]), np.array([observed]))


EXAMPLE = buyer(2, 30.43, 38.86)
ONE_TIME = buyer(0, 0, 38.86)


def test_bg_nbd_of_cdnow() -> None:
    # Fader, Hardie and Lee (2005): r .243, alpha 4.414, a .793, b 2.426, log-likelihood -9582.4.
    fit = beta_geometric(cdnow())
    assert (fit.r, fit.alpha, fit.a, fit.b) == pytest.approx(
        (0.24259, 4.41353, 0.79289, 2.42575), abs=2e-3
    )
    assert fit.log_likelihood == pytest.approx(-9582.4256, abs=1e-3)


def test_mbg_nbd_of_cdnow() -> None:
    # lifetimes 0.11.3, ModifiedBetaGeoFitter.
    fit = beta_geometric(cdnow(), variant="mbg")
    assert (fit.r, fit.alpha, fit.a, fit.b) == pytest.approx(
        (0.5248377, 6.1829885, 0.8913563, 1.6140000), abs=1e-4
    )
    assert fit.expected(EXAMPLE, 39)[0] == pytest.approx(1.26267, abs=1e-4)
    assert fit.alive(EXAMPLE)[0] == pytest.approx(0.70613, abs=1e-4)


def test_one_time_buyers_are_alive_only_in_bg() -> None:
    assert beta_geometric(cdnow()).alive(ONE_TIME)[0] == 1
    # lifetimes 0.11.3, ModifiedBetaGeoFitter.
    alive = beta_geometric(cdnow(), variant="mbg").alive(ONE_TIME)[0]
    assert alive == pytest.approx(0.38972, abs=1e-4)


def test_pareto_nbd_of_cdnow() -> None:
    # Fader, Hardie and Lee (2005), table 2: r .553, alpha 10.578, s .606, beta 11.669, -9595.0.
    fit = pareto_nbd(cdnow())
    assert (fit.r, fit.alpha, fit.s, fit.beta) == pytest.approx(
        (0.553, 10.578, 0.606, 11.669), abs=2e-3
    )
    assert fit.log_likelihood == pytest.approx(-9595.0, abs=0.05)


@pytest.mark.parametrize(("alpha", "beta"), [(12.0, 5.0), (5.0, 12.0), (7.0, 7.0)])
def test_pareto_alive_is_the_integral_over_customers(alpha: float, beta: float) -> None:
    # Schmittlein et al.: given rates l of buying and m of leaving, alive e^-(l+m)T, and dead by
    # now m / (l + m) (e^-(l+m)t - e^-(l+m)T), both times l^x; here over both Gammas, on a grid.
    r, s, x, recency, observed = 0.8, 0.7, 3, 20.0, 39.0
    grid = (np.arange(1500) + 0.5) / 1500
    buys = stats.gamma.ppf(grid, r, scale=1 / alpha)[:, None]
    leaves = stats.gamma.ppf(grid, s, scale=1 / beta)[None, :]
    both = buys + leaves
    alive = buys**x * np.exp(-both * observed)
    dead = buys**x * leaves / both * (np.exp(-both * recency) - np.exp(-both * observed))
    model = ParetoNbd(r, alpha, s, beta, 0.0)
    found = model.alive(buyer(x, recency, observed))[0]
    assert found == pytest.approx(alive.sum() / (alive + dead).sum(), abs=2e-3)


def test_gamma_gamma_of_cdnow() -> None:
    # Fader, Hardie and Lee (2005, RFM and CLV): p 6.25, q 3.74, gamma 15.44 over 946 repeaters.
    columns = table("cdnow")
    repeats = columns["x"] > 0
    fit = gamma_gamma(columns["x"][repeats], columns["mean_value"][repeats])
    assert (fit.p, fit.q, fit.v) == pytest.approx((6.25, 3.74, 15.44), abs=0.01)
    assert fit.expected(np.array([0.0]), np.array([0.0]))[0] == pytest.approx(fit.mean)


def test_gamma_gamma_without_a_mean_says_so() -> None:
    from metrics.purchases import GammaGamma

    assert GammaGamma(1.0, 0.9, 1.0, 0.0).mean is None


BUYERS = st.tuples(st.integers(1, 20), st.floats(0.5, 40), st.floats(0, 40))
MODELS = (
    BetaGeometric("bg", 0.24, 4.4, 0.79, 2.43, 0.0),
    BetaGeometric("mbg", 0.52, 6.2, 0.89, 1.61, 0.0),
    ParetoNbd(0.55, 10.6, 0.61, 11.7, 0.0),
    ParetoNbd(0.55, 3.0, 1.0, 11.7, 0.0),
)


@pytest.mark.parametrize("model", MODELS, ids=["bg", "mbg", "pareto", "pareto-s1"])
@given(one=BUYERS, horizon=st.floats(0, 50))
def test_expectations_are_finite_and_grow(
    model: Any, one: tuple[int, float, float], horizon: float
) -> None:
    x, recency, silent = one
    here = buyer(x, recency, recency + silent)
    alive = model.alive(here)[0]
    assert 0 <= alive <= 1
    now, later = model.expected(here, horizon)[0], model.expected(here, horizon + 1)[0]
    assert -1e-9 <= now <= later + 1e-9


@pytest.mark.parametrize("model", MODELS, ids=["bg", "mbg", "pareto", "pareto-s1"])
@given(one=BUYERS, more=st.floats(0.1, 20))
def test_the_longer_silent_the_less_alive(
    model: Any, one: tuple[int, float, float], more: float
) -> None:
    x, recency, silent = one
    now = model.alive(buyer(x, recency, recency + silent))[0]
    later = model.alive(buyer(x, recency, recency + silent + more))[0]
    assert later <= now + 1e-9


@settings(max_examples=5)
@given(scale=st.sampled_from([0.25, 7.0, 30.0]))
def test_the_unit_of_time_does_not_matter(scale: float) -> None:
    few = cdnow()
    one = beta_geometric(Buyers(few.repeats, few.recency * scale, few.observed * scale))
    assert one.alpha / scale == pytest.approx(4.4135, rel=2e-3)
    assert one.r == pytest.approx(0.2426, rel=2e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: buyer(-1, 0, 1), "whole numbers"),
        (lambda: buyer(1.5, 1, 1), "whole numbers"),
        (lambda: buyer(1, 0, 1), "recency is above 0"),
        (lambda: buyer(0, 1, 1), "recency is above 0"),
        (lambda: buyer(1, 3, 2), "cannot come after"),
        (lambda: Buyers(np.array([1.0]), np.array([1.0, 2.0]), np.array([3.0])), "one length"),
        (lambda: beta_geometric(ONE_TIME), "nobody came back"),
        (lambda: pareto_nbd(ONE_TIME), "nobody came back"),
        (lambda: MODELS[0].expected(EXAMPLE, -1), "0 or more, got -1"),
        (lambda: MODELS[2].expected(EXAMPLE, -1), "0 or more, got -1"),
        (lambda: gamma_gamma(np.array([0.0]), np.array([1.0])), "one purchase or more"),
        (lambda: gamma_gamma(np.array([1.0]), np.array([1.0, 2.0])), "1 counts but 2"),
        (lambda: gamma_gamma(np.array([]), np.array([])), "nobody to learn from"),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
