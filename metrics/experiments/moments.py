"""Counts, means and variances that add up: what one scan of the data leaves for all statistics.

Never raw sums of squares: on 1e9 + {0..9} they give variance 0 where it is 9.17.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Moments:
    """One value per unit, summed up.

    Attributes:
        n: Units.
        mean: Their mean, in the metric's unit; None without units.
        variance: Sample variance (divisor n - 1), in the unit squared; None below two units.
        skewness: Sample skewness (as DuckDB's `skewness`), without unit; None when it was not
            asked for, below three units, or when all values are equal.
    """

    n: int
    mean: float | None
    variance: float | None
    skewness: float | None = None


@dataclass(frozen=True, slots=True)
class JointMoments:
    """Several values per unit, summed up: an outcome with covariates, a ratio's two parts.

    Attributes:
        n: Units.
        means: One per variable, in its own unit; None without units.
        covariances: Sample covariances (divisor n - 1), variables by variables; None below two
            units.
    """

    n: int
    means: tuple[float, ...] | None
    covariances: tuple[tuple[float, ...], ...] | None


def moments(values: ArrayLike) -> Moments:
    """The moments of one value per unit.

    Args:
        values: Shape (n,), finite.

    Raises:
        ValueError: A value is missing or infinite; a unit without the thing counts 0, not NaN.

    Examples:
        >>> moments([1e9 + i for i in range(10)]).variance
        9.166666666666666
        >>> moments([])
        Moments(n=0, mean=None, variance=None, skewness=None)
    """
    array = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(array)):
        raise ValueError("values must be finite; a unit that did nothing counts 0")
    n = array.size
    if n == 0:
        return Moments(0, None, None)
    mean = float(array.mean())
    deviation = array - mean
    squares, cubes = float(np.sum(deviation**2)), float(np.sum(deviation**3))
    return Moments(n, mean, squares / (n - 1) if n > 1 else None, _skewness(n, squares, cubes))


def joint_moments(columns: Sequence[ArrayLike]) -> JointMoments:
    """The moments of several values per unit.

    Args:
        columns: One array of shape (n,) per variable, in the order that is read later: the
            outcome first, then covariates; or numerator, denominator.

    Raises:
        ValueError: Columns differ in length, or a value is missing or infinite.

    Examples:
        >>> joint_moments([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]])
        JointMoments(n=3, means=(2.0, 4.0), covariances=((1.0, 2.0), (2.0, 4.0)))
    """
    arrays = [np.asarray(column, dtype=float) for column in columns]
    if len({array.shape for array in arrays}) > 1:
        raise ValueError(f"columns must be of one length, got {[a.size for a in arrays]}")
    table = np.array(arrays)
    if not np.all(np.isfinite(table)):
        raise ValueError("values must be finite; a missing covariate is 0 with an indicator")
    n = table.shape[1]
    if n == 0:
        return JointMoments(0, None, None)
    means = table.mean(axis=1)
    deviation = table - means[:, None]
    products = deviation @ deviation.T
    return JointMoments(n, tuple(means.tolist()), _matrix(products / (n - 1)) if n > 1 else None)


def merged(parts: Sequence[Moments]) -> Moments:
    """The moments of all parts together: days of a week, segments of a population.

    Exact for any split, because only deviations from means are squared.

    Args:
        parts: Moments of disjoint sets of units, in any order.

    References:
        Chan, Golub and LeVeque (1983), The American Statistician 37:242-247. Pébay (2008), Sandia
        report SAND2008-6212, equation 2.1 (third moment).

    Examples:
        >>> merged([moments([1, 2]), moments([3, 4, 5]), moments([])]) == moments([1, 2, 3, 4, 5])
        True
    """
    known = [(p.n, p.mean, p.variance or 0.0, p.skewness) for p in parts if p.mean is not None]
    n = sum(part[0] for part in known)
    if n == 0:
        return Moments(0, None, None)
    mean = sum(size * (of or 0.0) for size, of, _, _ in known) / n
    squares = cubes = 0.0
    has_skewness = True
    for size, of, variance, skewness in known:
        shift, own = (of or 0.0) - mean, (size - 1) * variance
        squares += own + size * shift**2
        cubes += _cubes(size, own, skewness) + 3 * shift * own + size * shift**3
        has_skewness &= skewness is not None or size < 3 or own == 0
    return Moments(
        n,
        mean,
        squares / (n - 1) if n > 1 else None,
        _skewness(n, squares, cubes) if has_skewness else None,
    )


def merged_joint(parts: Sequence[JointMoments]) -> JointMoments:
    """As `merged`, for several values per unit.

    Args:
        parts: Joint moments of disjoint sets of units, variables in one order.

    References:
        Chan, Golub and LeVeque (1983), The American Statistician 37:242-247.

    Examples:
        >>> day_1, day_2 = joint_moments([[1, 2], [3, 3]]), joint_moments([[6], [9]])
        >>> merged_joint([day_1, day_2]) == joint_moments([[1, 2, 6], [3, 3, 9]])
        True
    """
    known = [part for part in parts if part.means is not None]
    n = sum(part.n for part in known)
    if n == 0:
        return JointMoments(0, None, None)
    sizes = np.array([part.n for part in known], dtype=float)
    means = np.array([part.means for part in known])
    mean = sizes @ means / n
    shift = means - mean
    products = (shift * sizes[:, None]).T @ shift
    for part in known:
        if part.covariances is not None:
            products = products + (part.n - 1) * np.array(part.covariances)
    return JointMoments(n, tuple(mean.tolist()), _matrix(products / (n - 1)) if n > 1 else None)


def marginal(joint: JointMoments, at: int = 0) -> Moments:
    """One variable of several, alone.

    Args:
        joint: The moments of all.
        at: Which variable, counted from 0.

    Examples:
        >>> marginal(joint_moments([[1.0, 2.0, 3.0], [5.0, 5.0, 5.0]]), 1)
        Moments(n=3, mean=5.0, variance=0.0, skewness=None)
    """
    mean = None if joint.means is None else joint.means[at]
    variance = None if joint.covariances is None else joint.covariances[at][at]
    return Moments(joint.n, mean, variance)


def _skewness(n: int, squares: float, cubes: float) -> float | None:
    if n < 3 or squares <= 0:
        return None
    return sqrt(n * (n - 1)) / (n - 2) * (cubes / n) / float((squares / n) ** 1.5)


def _cubes(n: int, squares: float, skewness: float | None) -> float:
    """Sum of cubed deviations from the mean; 0 where there is no asymmetry to speak of."""
    if skewness is None:
        return 0.0
    return skewness * (n - 2) / sqrt(n * (n - 1)) * float((squares / n) ** 1.5) * n


def _matrix(array: NDArray[np.float64]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in array.tolist())
