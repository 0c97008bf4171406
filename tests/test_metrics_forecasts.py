"""metrics.series: forecasts, their futures, their test on the past, and the local level."""

import numpy as np
import pytest

from metrics.series import (
    Predictions,
    accuracy,
    back_test,
    forecast,
    local_level,
    paths,
    seasonal_naive,
    structural_predictions,
)

MONDAY = np.datetime64("2026-01-05")


def dates(count: int) -> np.ndarray:
    return MONDAY + np.arange(count)


def noise(count: int, *, series: int = 1, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(5, 1, (series, count))


def test_paths_have_the_forecasts_quantiles() -> None:
    values = np.log1p(np.random.default_rng(3).poisson(300, 84))
    said = forecast(dates(84), values, 14)
    drawn = paths(dates(84), values, 14, count=20_000)
    for chance, line in ((0.025, said.low), (0.5, said.expected), (0.975, said.high)):
        assert np.quantile(drawn, chance, axis=0) == pytest.approx(line, rel=0.01)


def test_paths_remember() -> None:
    walk = np.cumsum(noise(84) - 5)
    drawn = paths(dates(84), walk, 5, scale="value", count=4_000)
    assert np.corrcoef(drawn[:, 3], drawn[:, 4])[0, 1] > 0.6
    again = paths(dates(84), walk, 5, scale="value", count=4_000)
    assert np.array_equal(drawn, again)


def test_a_horizon_beyond_half_the_history_is_refused() -> None:
    with pytest.raises(ValueError, match="half of the 84 known days, got 43"):
        forecast(dates(84), noise(84)[0], 43)
    with pytest.raises(ValueError, match="never varied"):
        forecast(dates(84), np.ones(84), 7)
    with pytest.raises(ValueError, match="never varied"):
        paths(dates(84), np.ones(84), 7)


def test_a_back_test_needs_room_and_neighbouring_days() -> None:
    with pytest.raises(ValueError, match="have no room for 84"):
        back_test(dates(90), noise(90)[0], 7)
    gap = np.delete(dates(120), 50)
    with pytest.raises(ValueError, match="neighbouring days"):
        back_test(gap, noise(119)[0], 7)


def test_accuracy_is_what_its_names_say() -> None:
    found = accuracy(
        np.array([2.0, 4.0]), np.array([3.0, 4.0]), training=np.array([1.0, 3.0, 5.0]), season=1,
        interval=(np.array([2.5, 3.0]), np.array([3.5, 5.0])), confidence=0.9,
    )  # fmt: skip
    assert (found.mae, found.mase, found.mape) == (0.5, 0.25, 25.0)
    assert found.coverage == 0.5
    # Gneiting and Raftery's score: widths 1 and 2, and 2/.1 × .5 for the value below, over 2.
    assert found.msis == pytest.approx((1 + 10 + 2) / 2 / 2)
    zero = accuracy(np.zeros(1), np.zeros(1), training=np.ones(3), season=1)
    assert (zero.mape, zero.smape, zero.mase, zero.coverage) == (None, None, None, None)


def test_accuracy_refuses_what_does_not_fit() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        accuracy(np.ones(2), np.ones(3), training=np.ones(9))
    with pytest.raises(ValueError, match="a season of 7"):
        seasonal_naive(np.ones(3), 2)


# --- the local level


def test_the_local_level_maximises_statsmodels_likelihood() -> None:
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    rng = np.random.default_rng(5)
    values = np.cumsum(rng.normal(0, 0.5, 150)) + rng.normal(0, 1, 150)
    found = local_level(values)
    model = UnobservedComponents(values, "llevel", use_exact_diffuse=True)
    best = model.loglike([found.irregular, found.level])
    for factor in (0.9, 1.1):
        assert model.loglike([factor * found.irregular, found.level]) < best
        assert model.loglike([found.irregular, factor * found.level]) < best


def test_a_freer_level_makes_wider_intervals() -> None:
    values, columns, week = noise(60)[0], np.ones((67, 1)), np.full((1, 7), 1 / 7)
    widths = []
    for guess in (0.01, 0.1, 0.5):
        found = structural_predictions(values, columns, week, level_sd=guess)
        assert isinstance(found, Predictions)
        widths.append(float((found.quantiles(0.9) - found.quantiles(0.1))[0, 0]))
    assert widths == sorted(widths)


def test_models_of_levels_refuse_what_they_cannot_fit() -> None:
    with pytest.raises(ValueError, match="at least 4 known values"):
        local_level(np.ones(10))
    with pytest.raises(ValueError, match="level_sd must be above 0, got 0"):
        structural_predictions(noise(60)[0], np.ones((61, 1)), np.ones((1, 1)), level_sd=0)
    with pytest.raises(ValueError, match="do not fit columns"):
        structural_predictions(noise(60)[0], np.ones((60, 1)), np.ones((1, 1)))
