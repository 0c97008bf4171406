"""What would overturn the verdict, and what the checks before it could not have seen."""

from collections.abc import Sequence

import numpy as np

from metrics.impact.simplex import Floats

LARGEST_SLOPE = 1e4  # in standard errors: beyond it no trend can be missed


def breakdown(
    effect: float, reach: float, before: Sequence[float], *, periods_after: int = 1
) -> float | None:
    """How much worse than before must trends part, from period to period, to explain it all?

    1: as much as the worst step between neighbouring periods before treatment would do. Above 1
    the finding survives even that; 0: it is no finding to begin with.

    The bound is the simple, careful one: every period after adds the worst step, all in one
    direction, so a mean over h periods moves by (h + 1) ÷ 2 steps.

    Args:
        effect: Mean effect over the periods after.
        reach: Half the width of its interval.
        before: Event-study effects of the periods before treatment, in order; the base period
            (0, just before treatment) is added.
        periods_after: h, at least 1.

    Returns:
        The factor; None without periods before, or when they lie exactly on one line of steps 0.

    Raises:
        ValueError: No period after.

    References:
        Rambachan and Roth (2023), Rev. Econ. Stud. 90:2555-2591, section 2.4.2 (relative
        magnitudes; here with steps of one size, not their optimal intervals).

    Examples:
        >>> breakdown(3.0, 1.0, [0.5, -0.5])
        2.0
    """
    if periods_after < 1:
        raise ValueError(f"periods_after must be 1 or more, got {periods_after}")
    if not before:
        return None
    worst = float(np.abs(np.diff([*before, 0.0])).max())
    if worst == 0:
        return None
    return max(0.0, abs(effect) - reach) / (worst * (periods_after + 1) / 2)


def missed_trend(covariance: Floats, *, power: float = 0.8, alpha: float = 0.05) -> float | None:
    """The steepest trend that the check before treatment would have overlooked.

    "Trends matched before" says little where this is large: compare it with the effect.

    Args:
        covariance: (k, k) of the event-study effects before treatment, in order, the last one
            just before the base period (distance 1).
        power: Chance at which a trend counts as seen.
        alpha: Of the joint test that all are 0.

    Returns:
        Slope per period, in the outcome's unit; None without periods, or when effects before
        are known exactly.

    Raises:
        ValueError: power not between alpha and 1.

    References:
        Roth (2022), AER: Insights 4:305-322, section 2 (power against linear trends).

    Examples:
        >>> round(missed_trend(np.diag([1.0])), 3)
        2.802
    """
    if not alpha < power < 1:
        raise ValueError(f"power must lie between {alpha} and 1, got {power}")
    count = len(covariance)
    if count == 0 or np.linalg.matrix_rank(covariance) < count:
        return None
    from scipy.optimize import brentq
    from scipy.special import chdtri, chndtr

    distances = -np.arange(count, 0, -1, dtype=np.float64)
    per_slope = float(distances @ np.linalg.solve(covariance, distances))
    critical = float(chdtri(count, alpha))
    shift = brentq(lambda one: 1 - chndtr(critical, count, one) - power, 1e-9, LARGEST_SLOPE)
    return float(np.sqrt(shift / per_slope))
