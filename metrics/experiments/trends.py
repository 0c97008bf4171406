"""Novelty and learning: does the effect fade or grow the longer people have had the change?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from metrics.experiments.differences import Difference, has_spread
from metrics.experiments.distributions import tail_p_value


@dataclass(frozen=True, slots=True)
class Trend:
    """How the effect moves by days since exposure.

    Attributes:
        slope: Change of the effect per day, in the metric's unit.
        standard_error: Of the slope.
        p_value: That the effect does not move.
        first: Effect on the first day by the line.
        last: Effect on the last day by the line.
    """

    slope: float
    standard_error: float
    p_value: float
    first: float
    last: float


def trend(days: Sequence[float], differences: Sequence[Difference]) -> Trend | None:
    """The slope of the daily effect by days since exposure: novelty when it heads for 0.

    Days that rest on different units (one exposure cohort each) are independent, as this assumes.
    When the same units are followed day after day, give each unit a slope of its own and compare
    that as any other metric: it needs no assumption about days.

    Args:
        days: Days since exposure, 0 for the day itself.
        differences: The effect of each; a day without a known spread is left out.

    Raises:
        ValueError: Different lengths.

    Returns:
        None when fewer than three days are known.

    References:
        Hohnhold, O'Brien and Tang (2015), KDD, "Focus on the long-term: it's good for users and
        business", section 3 (learning curves). Weighted least squares.

    Examples:
        >>> from metrics.experiments.arms import Arm
        >>> from metrics.experiments.differences import difference
        >>> control = Arm(900, 10.0, 0.01, 899)
        >>> effects = [difference(control, Arm(900, 11 - 0.2 * d, 0.01, 899)) for d in range(5)]
        >>> found = trend(range(5), effects)
        >>> round(found.slope, 3), round(found.p_value, 6), round(found.last, 3)
        (-0.2, 8e-06, 0.2)
    """
    known = [(d, one) for d, one in zip(days, differences, strict=True) if has_spread(one)]
    if len({day for day, _ in known}) < 3:
        return None
    at = np.array([day for day, _ in known], dtype=float)
    effect = np.array([one.value for _, one in known], dtype=float)
    weight = 1 / np.array([one.variance for _, one in known], dtype=float)
    centre = weight @ at / weight.sum()
    spread = weight @ (at - centre) ** 2
    slope = float(weight @ ((at - centre) * effect) / spread)
    error = 1 / sqrt(float(spread))
    middle = float(weight @ effect / weight.sum())
    return Trend(
        slope=slope,
        standard_error=error,
        p_value=tail_p_value(slope / error),
        first=middle + slope * float(at.min() - centre),
        last=middle + slope * float(at.max() - centre),
    )
