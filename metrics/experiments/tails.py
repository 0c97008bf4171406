"""Heavy tails: capping a few huge values, and how many units a skewed metric needs."""

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.experiments.moments import Moments

UNITS_PER_SQUARED_SKEWNESS = 355  # per arm, for a 95 % interval whose tails miss by at most .25 %


@dataclass(frozen=True, slots=True)
class Capped:
    """Values with their extremes set to limits.

    Attributes:
        values: The capped values, in the order given.
        low: Lower limit; None when there was none.
        high: Upper limit; None when there was none.
        changed: Values that were set to a limit.
    """

    values: NDArray[np.float64]
    low: float | None
    high: float | None
    changed: int


@dataclass(frozen=True, slots=True)
class SkewCheck:
    """Whether an arm has units enough for its mean to be close to normal.

    Attributes:
        needed: Units that this skewness asks for.
        is_enough: Whether the arm has them; None when the skewness is not known.
    """

    needed: int | None
    is_enough: bool | None


def capped(values: ArrayLike, *, low: float | None = None, high: float | None = None) -> Capped:
    """Values winsorised at quantiles of all units of all arms together.

    One buyer of a thousand licences decides the mean of an arm. Capping answers a slightly
    different question much more surely; show both. The limits come from both arms pooled, because
    limits of each arm's own would hide a change of the tail. Cap a unit's total, not its events.

    Args:
        values: Shape (n,), one per unit, all arms, finite.
        low: Quantile below which values are raised, 0 to 1; None leaves them.
        high: Quantile above which values are lowered; None leaves them.

    Raises:
        ValueError: low is not below high, or either lies outside 0 to 1.

    References:
        Dixon (1960), Annals of Math. Stat. 31:385-391 (winsorising). The quantile interpolates
        linearly, as DuckDB's quantile_cont.

    Examples:
        >>> one = capped([0.0, 1.0, 2.0, 3.0, 100.0], high=0.75)
        >>> one.values.tolist(), one.high, one.changed
        ([0.0, 1.0, 2.0, 3.0, 3.0], 3.0, 1)
    """
    ends = (0.0 if low is None else low), (1.0 if high is None else high)
    if not 0 <= ends[0] < ends[1] <= 1:
        raise ValueError(f"quantiles must rise within 0 and 1, got low {low} and high {high}")
    array = np.asarray(values, dtype=float)
    if array.size == 0:
        return Capped(array, None, None, 0)
    floor = None if low is None else float(np.quantile(array, low))
    ceiling = None if high is None else float(np.quantile(array, high))
    limited = np.clip(array, floor, ceiling) if floor is not None or ceiling is not None else array
    return Capped(limited, floor, ceiling, int(np.sum(limited != array)))


def skew_check(of: Moments) -> SkewCheck:
    """Whether a skewed metric has units enough for the t-test to keep its promise.

    Args:
        of: Moments of one arm, with skewness.

    References:
        Kohavi, Deng, Longbotham and Xu (2014), KDD, "Seven rules of thumb for web site
        experimenters", rule 7.

    Examples:
        >>> skew_check(Moments(n=5000, mean=1.0, variance=9.0, skewness=4.0))
        SkewCheck(needed=5680, is_enough=False)
    """
    if of.skewness is None:
        return SkewCheck(None, None)
    needed = ceil(UNITS_PER_SQUARED_SKEWNESS * of.skewness**2)
    return SkewCheck(needed, of.n >= needed)
