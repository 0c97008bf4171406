"""Whole distributions compared: which arm's units tend to have more?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True, slots=True)
class RankTest:
    """The Mann-Whitney comparison of two arms.

    Attributes:
        superiority: Chance that a unit of the treated arm has more than one of the control arm,
            ties counted half; None when an arm is empty.
        p_value: Two-sided, with tie and continuity correction; None likewise, or when all values
            are equal.
    """

    superiority: float | None
    p_value: float | None


def rank_test(control: ArrayLike, treated: ArrayLike) -> RankTest:
    """Whether units of one arm tend to have more, whatever the scale.

    It answers another question than the mean: revenue may rise on average while most units spend
    less. Use it beside the means of heavy-tailed metrics, not in their place.

    Args:
        control: Shape (n,), one value per unit.
        treated: Shape (m,).

    References:
        Mann and Whitney (1947), Annals of Math. Stat. 18:50-60.

    Examples:
        >>> test = rank_test([1.0, 2.0, 3.0, 4.0], [3.0, 5.0, 6.0, 7.0])
        >>> test.superiority, round(test.p_value, 3)
        (0.90625, 0.081)
    """
    a, b = np.asarray(control, dtype=float), np.asarray(treated, dtype=float)
    if a.size == 0 or b.size == 0:
        return RankTest(None, None)
    from scipy.stats import mannwhitneyu

    if np.ptp(np.concatenate((a, b))) == 0:
        return RankTest(0.5, None)
    found = mannwhitneyu(b, a, method="asymptotic")
    return RankTest(float(found.statistic) / (a.size * b.size), float(found.pvalue))
