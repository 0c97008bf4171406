"""Chances of a drifting score crossing bounds at given looks: what group-sequential designs need.

The score S(t) = Z sqrt(t) gains independent normal increments with mean drift x dt and variance dt.
Between looks, its distribution over the region that continues is a set of points with masses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

POINTS = 121  # of Simpson's rule, at least; more where looks follow closely
MOST_POINTS = 1_201
PER_STEP = 3.0  # points within one standard deviation of an increment
FAR = 8.5  # standard deviations: beyond it lies a chance of 1e-17


@dataclass(frozen=True, slots=True)
class Score:
    """Where the score may be among the paths that have not stopped.

    Attributes:
        at: Information fraction of the last look; 0 at the start.
        points: Values of the score, shape (m,).
        masses: Their chances, shape (m,); their sum is the chance of not having stopped.
    """

    at: float
    points: NDArray[np.float64]
    masses: NDArray[np.float64]


START = Score(0.0, np.zeros(1), np.ones(1))


def above(score: Score, z: float, *, at: float, drift: float = 0.0) -> float:
    """The chance of going on until the next look and being above z there.

    Args:
        score: After the last look.
        z: Bound on the z scale.
        at: Information fraction of the next look, above the last.
        drift: Expected z at information 1.
    """
    from scipy.special import ndtr

    step = at - score.at
    distance = (z * sqrt(at) - score.points - drift * step) / sqrt(step)
    return float(score.masses @ ndtr(-distance))


def below(score: Score, z: float, *, at: float, drift: float = 0.0) -> float:
    """The chance of going on until the next look and being below z there; see `above`."""
    mirrored = Score(score.at, -score.points, score.masses)
    return above(mirrored, -z, at=at, drift=-drift)


def continued(score: Score, bounds: tuple[float, float], *, at: float, drift: float = 0.0) -> Score:
    """The score after one more look, among the paths within the bounds.

    Args:
        score: After the last look.
        bounds: Lower and upper z between which the experiment goes on; infinite where none.
        at: Information fraction of this look, above the last.
        drift: Expected z at information 1.

    References:
        Armitage, McPherson and Rowe (1969), JRSS A 132:235-244. Jennison and Turnbull (2000),
        "Group sequential methods", chapter 19 (recursive integration).
    """
    step = at - score.at
    reach = FAR * sqrt(at)
    middle = drift * at
    low = max(bounds[0] * sqrt(at), middle - reach)
    high = min(bounds[1] * sqrt(at), middle + reach)
    if high <= low:
        return Score(at, np.array([low]), np.zeros(1))
    points, weights = _simpson(low, high, sqrt(step))
    distance = (points[:, None] - (score.points + drift * step)[None, :]) / sqrt(step)
    density = np.exp(-(distance**2) / 2) @ score.masses / sqrt(2 * np.pi * step)
    return Score(at, points, weights * density)


def crossing_chances(
    fractions: Sequence[float],
    bounds: Sequence[tuple[float, float]],
    *,
    drift: float = 0.0,
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The chance, at each look, to be the first outside its bounds: (below, above).

    Args:
        fractions: Information fractions of the looks, above 0 and rising.
        bounds: Lower and upper z of each look; infinite where none.
        drift: Expected z at information 1; 0 when nothing is going on.

    Raises:
        ValueError: fractions do not rise, or bounds are of another length.

    References:
        Armitage, McPherson and Rowe (1969), JRSS A 132:235-244, table 2 (the example).

    Examples:
        >>> naive = [(-1.96, 1.96)] * 10
        >>> under, over = crossing_chances([look / 10 for look in range(1, 11)], naive)
        >>> round(sum(under) + sum(over), 3)
        0.193
    """
    require_rising(fractions)
    if len(bounds) != len(fractions):
        raise ValueError(f"{len(fractions)} looks need as many bounds, got {len(bounds)}")
    score, lower, upper = START, [], []
    for at, (low, high) in zip(fractions, bounds, strict=True):
        lower.append(below(score, low, at=at, drift=drift))
        upper.append(above(score, high, at=at, drift=drift))
        score = continued(score, (low, high), at=at, drift=drift)
    return tuple(lower), tuple(upper)


def require_rising(fractions: Sequence[float]) -> None:
    """Refuse looks that are not in order.

    Raises:
        ValueError: A fraction is not above 0 and above the one before.
    """
    if any(b <= a for a, b in zip([0.0, *fractions], fractions, strict=False)):
        raise ValueError(f"looks must be above 0 and rise, got {list(fractions)}")


def _simpson(
    low: float, high: float, step: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points and weights of Simpson's rule, fine enough for increments of this spread."""
    wanted = int((high - low) / step * PER_STEP) // 2 * 2 + 1
    count = max(POINTS, min(MOST_POINTS, wanted))
    points = np.linspace(low, high, count)
    weights = np.full(count, 2.0)
    weights[1::2] = 4.0
    weights[[0, -1]] = 1.0
    return points, weights * (high - low) / (count - 1) / 3
