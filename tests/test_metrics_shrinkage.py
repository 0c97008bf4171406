"""metrics.shrinkage and metrics.concentration: properties, edges, and what they refuse."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.concentration import concentration
from metrics.shrinkage import beta_binomial, james_stein, laplace

SHARES = st.lists(st.integers(0, 40), min_size=4, max_size=12)


@given(SHARES)
def test_james_stein_keeps_the_mean_and_the_order(hits: list[int]) -> None:
    shares = [one / 40 for one in hits]
    found = james_stein(shares, 40)
    assert np.mean(found.values) == pytest.approx(found.mean)
    assert 0 <= found.keep <= 1
    assert [*np.argsort(found.values, kind="stable")] == [*np.argsort(shares, kind="stable")] or (
        found.keep < 1e-6
    )


def test_groups_that_chance_explains_become_one() -> None:
    assert james_stein([0.5, 0.5, 0.5, 0.5], 10).keep == 0


def test_beta_binomial_of_equal_groups_is_narrow() -> None:
    found = beta_binomial([10] * 8, [40] * 8)
    assert found.mean == pytest.approx(0.25, abs=1e-3)
    assert found.a + found.b > 1e4


@settings(max_examples=30)
@given(mean=st.floats(0.05, 0.6), size=st.sampled_from([5.0, 20.0, 80.0]), seed=st.integers(0, 99))
def test_beta_binomial_finds_what_groups_were_drawn_from(
    mean: float, size: float, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    truth = chance.beta(mean * size, (1 - mean) * size, 600)
    found = beta_binomial(chance.binomial(200, truth).tolist(), [200] * 600)
    assert found.mean == pytest.approx(mean, abs=0.05)
    assert found.a + found.b == pytest.approx(size, rel=0.35)


def test_a_group_of_nobody_is_like_the_others() -> None:
    found = beta_binomial([2, 30, 55, 4], [100, 100, 100, 10])
    others = sum(weight * a / (a + b) for a, b, weight in found.plausible)
    assert found.shrunk(0, 0).value == pytest.approx(others)


def test_plausible_spreads_are_a_distribution_around_the_likeliest() -> None:
    found = beta_binomial([10, 20, 30, 40, 50], [100] * 5)
    assert sum(weight for _, _, weight in found.plausible) == pytest.approx(1)
    sizes = [a + b for a, b, _ in found.plausible]
    assert min(sizes) < found.a + found.b < max(sizes)


def test_more_people_are_pulled_less() -> None:
    found = beta_binomial([2, 30, 55, 4], [100, 100, 100, 10])
    few, many = found.shrunk(9, 10), found.shrunk(900, 1000)
    assert found.shrunk(0, 0).value < few.value < many.value < 0.9
    assert many.high - many.low < few.high - few.low


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=40), st.floats(0.01, 100))
def test_concentration_does_not_depend_on_scale_or_order(
    amounts: list[float], scale: float
) -> None:
    amounts = [round(one, 3) for one in amounts]
    found = concentration(amounts)
    turned = concentration([one * scale for one in reversed(amounts)])
    if found.gini is None:
        assert sum(amounts) == 0
    else:
        assert turned.gini == pytest.approx(found.gini, abs=1e-9)
        assert turned.hhi == pytest.approx(found.hhi)
        assert 0 <= found.gini <= 1 - 1 / len(amounts) + 1e-12
        assert 1 / len(amounts) - 1e-12 <= found.hhi <= 1 + 1e-12


def test_equal_amounts_are_not_concentrated() -> None:
    found = concentration([3, 3, 3, 3, 3])
    assert (found.gini, found.hhi, found.head) == pytest.approx((0, 0.2, 0.8))


@given(st.lists(st.integers(0, 50), min_size=2, max_size=20).filter(any))
def test_gini_is_the_mean_difference(amounts: list[int]) -> None:
    # Gini's own definition: mean absolute difference ÷ twice the mean.
    values = np.array(amounts, dtype=float)
    expected = np.abs(values[:, None] - values[None, :]).mean() / (2 * values.mean())
    assert concentration(amounts).gini == pytest.approx(expected)


def test_one_feature_has_no_corrected_gini() -> None:
    assert concentration([5]).gini_corrected is None
    assert concentration([0, 0]).head is None


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: james_stein([0.1, 0.2, 0.3], 9), "at least 4 groups, got 3"),
        (lambda: james_stein([0.1, 0.2, 0.3, 2], 9), "between 0 and 1"),
        (lambda: beta_binomial([1], [2]), "at least two groups"),
        (lambda: beta_binomial([3, 1], [2, 2]), "between 0 and its whole"),
        (lambda: beta_binomial([3, 1], [4]), "2 parts but 1 wholes"),
        (lambda: beta_binomial([1, 2], [9, 9]).shrunk(3, 2), "got 3 of 2"),
        (lambda: beta_binomial([1, 2], [9, 9]).shrunk(1, 2, confidence=80), "got 80"),
        (lambda: laplace(3, 2), "got 3 of 2"),
        (lambda: concentration([-1]), "0 or more"),
        (lambda: concentration([1], most=80), "got 80"),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
