"""The four kinds of data that a product's metrics are: normal, binary, revenue-like, clustered."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Draw = Callable[[np.random.Generator, int, int], tuple[Array, Array]]

CHUNK = 4_000_000  # values drawn at once: 32 MB, which stays in reach of the cache


@dataclass(frozen=True, slots=True)
class Population:
    """A metric whose units can be drawn.

    Attributes:
        name: As a table calls it.
        draw: (generator, samples, units) to numerators and denominators, each samples by units;
            the denominator of a mean is 1.
        mean: True value of the metric.
        is_ratio: Whether the denominator varies.
    """

    name: str
    draw: Draw
    mean: float
    is_ratio: bool = False


@dataclass(frozen=True, slots=True)
class Samples:
    """Many samples of one size, summed up, each of shape (samples,).

    Attributes:
        n: Units of each sample.
        mean: Values of the metric.
        variance: Variance of a unit: of the value, or linearised for a ratio (delta method).
    """

    n: Array
    mean: Array
    variance: Array


def _normal(rng: np.random.Generator, samples: int, units: int) -> tuple[Array, Array]:
    values = rng.normal(10.0, 6.0, (samples, units))
    return values, np.ones(1)


def _binary(rng: np.random.Generator, samples: int, units: int) -> tuple[Array, Array]:
    values = (rng.random((samples, units), dtype=np.float32) < 0.1).astype(float)
    return values, np.ones(1)


def _revenue(rng: np.random.Generator, samples: int, units: int) -> tuple[Array, Array]:
    values = np.zeros((samples, units))
    buys = rng.random((samples, units), dtype=np.float32) < 0.1
    values[buys] = rng.lognormal(3.0, 0.8, int(buys.sum()))
    return values, np.ones(1)


def _clustered(rng: np.random.Generator, samples: int, units: int) -> tuple[Array, Array]:
    """Sums of a value over a user's sessions, and sessions; sessions of a user are alike."""
    sessions = 1.0 + rng.poisson(2.0, (samples, units)).astype(float)
    own = rng.normal(0.0, 1.0, (samples, units))
    noise = rng.normal(0.0, 1.0, (samples, units)) * np.sqrt(sessions)
    return sessions * (2.0 + own) + noise, sessions


POPULATIONS = (
    Population("normal", _normal, 10.0),
    Population("binary", _binary, 0.1),
    Population("zero-inflated lognormal", _revenue, 0.1 * float(np.exp(3.0 + 0.8**2 / 2))),
    Population("clustered", _clustered, 2.0, is_ratio=True),
)


def sampled(
    of: Population, rng: np.random.Generator, *, samples: int, units: int, scale: float = 1.0
) -> Samples:
    """Many samples of a metric, its values multiplied by `scale` (a true lift of scale - 1)."""
    means, variances = np.empty(samples), np.empty(samples)
    step = max(1, CHUNK // units)
    for start in range(0, samples, step):
        stop = min(samples, start + step)
        above, below = of.draw(rng, stop - start, units)
        means[start:stop], variances[start:stop] = _summed(above * scale, below)
    return Samples(np.full(samples, float(units)), means, variances)


def _summed(above: Array, below: Array) -> tuple[Array, Array]:
    if below.size == 1:
        return above.mean(axis=1), above.var(axis=1, ddof=1)
    ratio = above.sum(axis=1) / below.sum(axis=1)
    linear = (above - ratio[:, None] * below) / below.mean(axis=1)[:, None]
    return ratio, np.sum(linear**2, axis=1) / (above.shape[1] - 1)
