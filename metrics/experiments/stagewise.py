"""What an experiment says once it has stopped at a look, and whether an early sign held."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from metrics.experiments.brownian import START, Score, above, continued, require_rising
from metrics.experiments.distributions import require_fraction
from metrics.experiments.roots import rising_root

FARTHEST = 30.0  # largest drift thought of, in standard errors at the planned end


@dataclass(frozen=True, slots=True)
class Stagewise:
    """The effect at the stop, free of the bias that stopping early brings.

    Attributes:
        p_value: Two-sided; a stop at an earlier look counts as more extreme than a later one.
        estimate: Median-unbiased: as likely too high as too low, in the unit of the effect.
        low: Lower end of the interval that goes with the p-value.
        high: Upper end.
    """

    p_value: float
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Crossing:
    """Whether a line of statistics over looks crossed its bounds, and stayed there.

    Attributes:
        first: Number of the first look at or beyond its bound, from 0; None when never.
        is_beyond: Whether the last look is.
        was_lost: Whether an earlier look was and the last is not: an early sign that did not hold.
    """

    first: int | None
    is_beyond: bool
    was_lost: bool


def stagewise(
    fractions: Sequence[float],
    bounds: Sequence[float | None],
    *,
    estimate: float,
    standard_error: float,
    alpha: float = 0.05,
) -> Stagewise:
    """The p-value, estimate and interval of a two-sided design that stopped at its last look given.

    An effect that made an experiment stop early looks larger than it is; the ordinary estimate and
    interval do not know that. Use it once, at the stop; while looking on, the repeated interval
    (estimate plus or minus bound x standard error) is the valid one.

    Args:
        fractions: Information fractions of the looks up to the stop.
        bounds: z of each look; None where it could not stop. The last is not used.
        estimate: Difference or lift at the stop.
        standard_error: Its standard error, above 0.
        alpha: Error of the interval.

    Raises:
        ValueError: No looks, looks that do not rise, or a standard error not above 0.

    References:
        Tsiatis, Rosner and Mehta (1984), Biometrics 40:797-803. Jennison and Turnbull (2000),
        sections 8.2 to 8.5 (stage-wise ordering).

    Examples:
        >>> one = stagewise([0.5, 1.0], [2.963, 1.969], estimate=2.2, standard_error=1.0)
        >>> round(one.p_value, 4), round(one.estimate, 3), round(one.low, 3)
        (0.0292, 2.192, 0.223)
    """
    require_rising(fractions)
    require_fraction("alpha", alpha)
    if not fractions or standard_error <= 0:
        raise ValueError(f"a look and a standard error above 0 are needed, got {standard_error}")
    z = estimate / standard_error

    paths = _undrifted(fractions, bounds)

    def more_extreme(drift: float) -> float:
        return _chance_above(paths, fractions[-1], z, drift)

    at_none = more_extreme(0.0)
    unit = standard_error * sqrt(fractions[-1])  # effect = drift x unit
    low, middle, high = (
        unit * rising_root(more_extreme, level, low=-FARTHEST, high=FARTHEST)
        for level in (alpha / 2, 0.5, 1 - alpha / 2)
    )
    return Stagewise(min(1.0, 2 * min(at_none, 1 - at_none)), middle, low, high)


def crossing(statistics: Sequence[float | None], bounds: Sequence[float | None]) -> Crossing:
    """Where a series of looks first crossed its bounds, and whether the last look still does.

    With the fixed bound 1.96 it shows how often the ordinary test would have called a winner that
    was none at the end: a third of the real experiments of a large shop did so.

    Args:
        statistics: z at each look; None where it could not be measured.
        bounds: z to reach at each look; None where it cannot stop.

    Raises:
        ValueError: The two differ in length.

    References:
        Liu, Cardoso, Couturier and McCoy (2021), NeurIPS data sets track, "Datasets for online
        controlled experiments" (the ASOS series).

    Examples:
        >>> crossing([0.4, 2.1, 1.2], [1.96, 1.96, 1.96])
        Crossing(first=1, is_beyond=False, was_lost=True)
    """
    beyond = [
        z is not None and bound is not None and abs(z) >= bound
        for z, bound in zip(statistics, bounds, strict=True)
    ]
    first = beyond.index(True) if True in beyond else None
    is_beyond = bool(beyond) and beyond[-1]
    return Crossing(first, is_beyond, first is not None and not is_beyond)


def _undrifted(
    fractions: Sequence[float], bounds: Sequence[float | None]
) -> list[tuple[Score, float, float]]:
    """For each look that can stop, and the last: the score before it, its time and its bound."""
    score, found = START, []
    for at, bound in zip(fractions[:-1], bounds, strict=False):
        if bound is not None:  # a look without a bound changes nothing
            found.append((score, at, bound))
            score = continued(score, (-bound, bound), at=at)
    return [*found, (score, fractions[-1], 0.0)]


def _chance_above(
    paths: Sequence[tuple[Score, float, float]], last: float, z: float, drift: float
) -> float:
    """The chance of a stop above at an earlier look, or of more than z at the last one.

    A drift changes the chance of a path only through where it ends: by exp(drift s - drift² t/2).
    """
    total = 0.0
    for score, at, bound in paths:
        tilt = np.exp(drift * score.points - drift**2 * score.at / 2)
        drifted = Score(score.at, score.points, score.masses * tilt)
        total += above(drifted, z if at == last else bound, at=at, drift=drift)
    return min(1.0, total)
