"""Six worlds of daily noise, without any event."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from metrics.series import Days, Factored, Floats, factored, regressors

MONDAY = np.datetime64("2026-01-05")
WEEK = np.array([0.1, 0.15, 0.12, 0.1, 0.0, -0.3, -0.35])  # log of a weekday over the mean


@dataclass(frozen=True, slots=True)
class World:
    """One kind of noise.

    Attributes:
        name: In words.
        draw: (rng, series, days) → values on the working scale.
    """

    name: str
    draw: Callable[[np.random.Generator, int, int], Floats]


def autoregressive(rng: np.random.Generator, series: int, days: int, memory: float) -> Floats:
    """AR(1) with innovations of standard deviation 1, from its stationary start."""
    from scipy.signal import lfilter

    innovations = rng.normal(size=(series, days))
    innovations[:, 0] /= np.sqrt(1 - memory**2)
    return lfilter([1.0], [1.0, -memory], innovations, axis=1)


def _wandering(rng: np.random.Generator, series: int, days: int) -> Floats:
    steps = 0.15 * rng.normal(size=(series, days))
    return rng.normal(size=(series, days)) + steps.cumsum(axis=1)


def _counts(rng: np.random.Generator, series: int, days: int) -> Floats:
    """Orders of a shop: few a day, by weekday, better and worse weeks."""
    mood = 0.05 * autoregressive(rng, series, days, 0.7)
    mean = 40 * np.exp(np.resize(WEEK, days) + mood)
    return np.log1p(rng.poisson(mean))


WORLDS = (
    World("white noise", lambda rng, *shape: rng.normal(size=shape)),
    World("AR(1), .3", lambda rng, series, days: autoregressive(rng, series, days, 0.3)),
    World("AR(1), .6", lambda rng, series, days: autoregressive(rng, series, days, 0.6)),
    World("white noise on a random walk, .15", _wandering),
    World("heavy tails (t, 3 degrees)", lambda rng, *shape: rng.standard_t(3, shape)),
    World("counts by weekday, 40 a day", _counts),
)


def dates(count: int) -> Days:
    """Days from a Monday on."""
    return MONDAY + np.arange(count)


def mean_engine(before: int, after: int) -> Factored:
    """Ready to predict the mean of the days after."""
    days = dates(before + after)
    return factored(days, regressors(days, before), before, np.full((1, after), 1 / after))


def p_values(values: Floats, before: int, after: int) -> Floats:
    """(series,) of the mean of the last days, against the days before them."""
    engine = mean_engine(before, after)
    known = values[:, -before - after : -after]
    return engine.predict(known).p_values(values[:, -after:].mean(axis=1)[:, None])[:, 0]
