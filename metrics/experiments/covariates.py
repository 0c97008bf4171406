"""Covariates made ready: ratios as if they were means, and gaps that stay visible."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.experiments.moments import JointMoments


def linearised_ratios(
    of: JointMoments,
    *,
    pairs: tuple[tuple[int, int], ...] = ((0, 1), (2, 3)),
    means: tuple[int, ...] = (),
) -> JointMoments:
    """Ratios as if they were means: so that a ratio can be adjusted by its own past.

    Args:
        of: Joint moments of numerators and denominators per unit.
        pairs: (numerator, denominator) of each ratio; the outcome first, then covariates.
        means: Further covariates that are no ratios and stay as they are, behind the ratios.

    Raises:
        ValueError: A denominator's mean is 0.

    References:
        Deng, Knoblich and Lu (2018), KDD, equation 3; Budylin, Drutsa, Katsev and Tsoy (2018),
        WSDM, "Consistent transformation of ratio metrics", section 4.

    Examples:
        >>> from metrics.experiments.moments import joint_moments
        >>> four = joint_moments([[1, 0, 3, 2], [2, 1, 4, 3], [1, 1, 2, 2], [1, 2, 3, 2]])
        >>> linearised_ratios(four).means
        (0.6, 0.75)
    """
    if of.means is None:
        return JointMoments(of.n, None, None)
    if any(of.means[below] == 0 for _, below in pairs):
        raise ValueError("a ratio needs a denominator whose mean is not 0")
    ratios = tuple(of.means[above] / of.means[below] for above, below in pairs)
    values = (*ratios, *(of.means[at] for at in means))
    if of.covariances is None:
        return JointMoments(of.n, values, None)
    gradient = np.zeros((len(values), len(of.means)))
    for row, at in enumerate(means, start=len(pairs)):
        gradient[row, at] = 1.0
    for row, ((above, below), ratio) in enumerate(zip(pairs, ratios, strict=True)):
        gradient[row, above] += 1 / of.means[below]
        gradient[row, below] -= ratio / of.means[below]
    table = gradient @ np.array(of.covariances) @ gradient.T
    return JointMoments(of.n, values, tuple(tuple(row) for row in table.tolist()))


def with_indicators(covariates: Sequence[ArrayLike]) -> list[NDArray[np.float64]]:
    """Covariates without gaps: a missing one becomes 0, beside a column that says it was missing.

    New users have no past. Dropping them would change the question; filling in a mean would hide
    that they differ. Columns that miss nothing get no indicator.

    Args:
        covariates: Shape (n,) each; NaN where missing.

    References:
        Zhao and Ding (2024), JASA 119:450-460 (the missingness-indicator method).

    Examples:
        >>> [column.tolist() for column in with_indicators([[1.0, float("nan")], [2.0, 3.0]])]
        [[1.0, 0.0], [0.0, 1.0], [2.0, 3.0]]
    """
    columns = []
    for covariate in covariates:
        values = np.asarray(covariate, dtype=float)
        is_missing = np.isnan(values)
        columns.append(np.where(is_missing, 0.0, values))
        if is_missing.any():
            columns.append(is_missing.astype(float))
    return columns
