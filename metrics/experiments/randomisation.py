"""A/A checks: does the machinery call nothing when nothing was done, on this product's own data?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.rates import Rate, rate


@dataclass(frozen=True, slots=True)
class AaCheck:
    """How p-values behave over many splits of units that all got the same.

    Attributes:
        splits: Splits with a known p-value.
        false_positives: Share of them at or below alpha, with its interval; alpha should lie in it.
        p_value: That p-values are uniform (Kolmogorov-Smirnov); None without splits.
        is_calibrated: Whether neither contradicts; None without splits.
    """

    splits: int
    false_positives: Rate
    p_value: float | None
    is_calibrated: bool | None


def split_p_values(
    n: tuple[ArrayLike, ArrayLike],
    *,
    means: tuple[ArrayLike, ArrayLike],
    variances: tuple[ArrayLike, ArrayLike],
) -> NDArray[np.float64]:
    """Welch's p-values of many splits, segments or metrics at once.

    Args:
        n: Units of both arms, each of shape (k,).
        means: Their means.
        variances: Their sample variances (divisor n - 1).

    Returns:
        Shape (k,); NaN where a split cannot be tested, because an array has no None.

    References:
        Welch (1947), Biometrika 34:28-35.

    Examples:
        >>> means, variances = ([0.75, 1], [2.33, 1]), ([3.2, 0], [4.0, 0])
        >>> p = split_p_values(([10, 10], [10, 10]), means=means, variances=variances)
        >>> p.round(4).tolist()
        [0.0792, nan]
    """
    from scipy.special import stdtr

    (n0, n1), (m0, m1), (v0, v1) = (
        (np.asarray(a, dtype=float), np.asarray(b, dtype=float)) for a, b in (n, means, variances)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = v0 / n0, v1 / n1
        df = (a + b) ** 2 / (a**2 / (n0 - 1) + b**2 / (n1 - 1))
        return np.asarray(2 * stdtr(df, -np.abs(m1 - m0) / np.sqrt(a + b)))


def aa_check(p_values: Sequence[float] | NDArray[np.float64], *, alpha: float = 0.05) -> AaCheck:
    """Whether p-values of splits without a difference are what they promise.

    Units are split again and again by a hash with another salt; every split is an experiment in
    which nothing happened. Too many small p-values mean that the metric's variance is wrong for
    these data (users counted as independent sessions, a heavy tail) and that no result can be
    trusted. Splits of the same units hang together a little; with 500 of them it does not matter.

    Args:
        p_values: One per split; NaN where not known.
        alpha: The level that is counted.

    References:
        Kohavi, Tang and Xu (2020), chapter 19 ("The A/A test"). Deng, Xu, Kohavi and Walker (2013).

    Examples:
        >>> check = aa_check([(i + 0.5) / 500 for i in range(500)])
        >>> check.false_positives.value, check.is_calibrated
        (0.05, True)
        >>> aa_check([0.01] * 30 + [0.6] * 70).is_calibrated
        False
    """
    known = np.asarray(p_values, dtype=float)
    known = known[~np.isnan(known)]
    share = rate(int(np.sum(known <= alpha)), known.size, confidence=0.99)
    if known.size == 0:
        return AaCheck(0, share, None, None)
    p_value = _uniform_p_value(np.sort(known))
    is_near = share.low is not None and share.high is not None and share.low <= alpha <= share.high
    return AaCheck(known.size, share, p_value, is_near and p_value >= 0.01)


def _uniform_p_value(ordered: NDArray[np.float64]) -> float:
    """Two-sided Kolmogorov-Smirnov test against the uniform distribution, exact up to n = 2000."""
    from scipy.stats import kstwo

    n = ordered.size
    steps = np.arange(1, n + 1) / n
    largest = max(float(np.max(steps - ordered)), float(np.max(ordered - steps + 1 / n)))
    return float(kstwo.sf(largest, n))
