"""Is a version slower, or does it fail more often, than what was served before it?"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from metrics.series.calendar import Floats

FEWEST_DAYS = 3  # on a side: below it, days say nothing about how days differ


@dataclass(frozen=True, slots=True)
class Regression:
    """One figure of one route, in a version and before it.

    Attributes:
        before: Typical value of a day before (of durations the geometric mean; of shares failed
            over all); None when there was nothing.
        after: The same of the version's days.
        change: after ÷ before − 1 of durations, after − before of shares; None when unknown.
        low: Lower end of its interval; None with p_value.
        high: Upper end; None with p_value.
        p_value: Two-sided, days as units; None with fewer than 3 days on a side, or when no day
            differs from another.
        days_before: Days before.
        days_after: Days of the version.
    """

    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    p_value: float | None
    days_before: int
    days_after: int


def slower(before: Floats, after: Floats, *, confidence: float = 0.95) -> Regression:
    """Did a latency change? Days are the units, as requests of one day share its troubles.

    Misleads when load or traffic changed at the same time: it compares, it does not explain.

    Args:
        before: (n,) a quantile of each day before, above 0, in ms.
        after: (m,) of each day of the version.
        confidence: Of the interval.

    Raises:
        ValueError: A duration that is not above 0.

    References:
        Welch (1947), Biometrika 34:28-35, on logarithms.

    Examples:
        >>> found = slower(np.array([100.0, 104, 98, 101]), np.array([150.0, 149, 155, 151]))
        >>> round(found.change, 2), found.p_value < 0.001
        (0.5, True)
    """
    if np.any(before <= 0) or np.any(after <= 0):
        raise ValueError("durations must be above 0 ms")
    logs = np.log(before), np.log(after)
    typical = [float(np.exp(one.mean())) if len(one) else None for one in logs]
    means = [(float(one.mean()), _variance(one)) if len(one) else (0.0, None) for one in logs]
    low, high, p_value = _welch(means[0], means[1], (len(before), len(after)), confidence)
    return Regression(
        before=typical[0],
        after=typical[1],
        change=typical[1] / typical[0] - 1 if typical[0] and typical[1] else None,
        low=None if low is None else float(np.expm1(low)),
        high=None if high is None else float(np.expm1(high)),
        p_value=p_value,
        days_before=len(before),
        days_after=len(after),
    )


def failing_more(
    before: tuple[Floats, Floats], after: tuple[Floats, Floats], *, confidence: float = 0.95
) -> Regression:
    """Did the share of failed requests change? A ratio of sums, with days as clusters.

    Args:
        before: Failed and all requests of each day before.
        after: The same of the version's days.
        confidence: Of the interval.

    Raises:
        ValueError: More failed than all, on a day.

    References:
        Cochran (1977), "Sampling techniques", eq. 6.13 (variance of a ratio). Welch (1947).

    Examples:
        >>> days = np.array([1000.0, 900, 1100, 1000])
        >>> found = failing_more((days * 0.003, days), (days * 0.06 + np.array([1, 0, 2, 1]), days))
        >>> round(found.change, 3), found.p_value < 0.001
        (0.058, True)
    """
    for failed, requests in (before, after):
        if np.any(failed > requests) or np.any(failed < 0):
            raise ValueError("failed requests must lie between 0 and all requests of the day")
    sides = [_share(*side) for side in (before, after)]
    (was, was_variance), (now, now_variance) = sides
    counts = len(before[0]), len(after[0])
    low, high, p_value = _welch(
        (was or 0.0, was_variance), (now or 0.0, now_variance), counts, confidence
    )
    change = now - was if was is not None and now is not None else None
    return Regression(was, now, change, low, high, p_value, *counts)


def _variance(values: Floats) -> float | None:
    """Of the mean."""
    return float(values.var(ddof=1)) / len(values) if len(values) >= FEWEST_DAYS else None


def _share(failed: Floats, requests: Floats) -> tuple[float | None, float | None]:
    """A ratio of sums, and its variance over days."""
    whole = float(requests.sum())
    if not whole:
        return None, None
    share, days = float(failed.sum()) / whole, len(failed)
    if days < FEWEST_DAYS:
        return share, None
    spread = float(((failed - share * requests) ** 2).sum()) * days / (days - 1)
    return share, spread / whole**2


def _welch(
    before: tuple[float, float | None],
    after: tuple[float, float | None],
    counts: tuple[int, int],
    confidence: float,
) -> tuple[float | None, float | None, float | None]:
    """Interval and p-value of after − before."""
    if before[1] is None or after[1] is None or before[1] + after[1] <= 0:
        return None, None, None
    from scipy.special import stdtr, stdtrit

    parts = before[1], after[1]
    error = sqrt(sum(parts))
    degrees = sum(parts) ** 2 / sum(
        part**2 / (count - 1) for part, count in zip(parts, counts, strict=True)
    )
    difference = after[0] - before[0]
    reach = float(stdtrit(degrees, (1 + confidence) / 2)) * error
    p_value = 2 * float(stdtr(degrees, -abs(difference) / error))
    return difference - reach, difference + reach, p_value
