"""Two experiments at once: does one change what the other does?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from metrics.experiments.distributions import tail_p_value
from metrics.experiments.moments import Moments


@dataclass(frozen=True, slots=True)
class Interaction:
    """The difference of differences of two experiments that ran together.

    Attributes:
        effect: Effect of the first change among those who also had the second, minus its effect
            among those who had not; in the metric's unit; None when a cell is empty.
        standard_error: None when a cell has fewer than two units or nothing varies.
        z: effect / standard_error.
        p_value: That the changes do not touch each other.
    """

    effect: float | None
    standard_error: float | None
    z: float | None
    p_value: float | None


def interaction(
    *,
    neither: Moments,
    first_only: Moments,
    second_only: Moments,
    both: Moments,
) -> Interaction:
    """Whether two changes reinforce or hinder each other.

    Rarely do they; but where one hides a button that the other moves, each result holds only for
    the mix that was tested. With many pairs, adjust the p-values.

    Args:
        neither: Units in both control arms.
        first_only: Units with the first change alone.
        second_only: Units with the second change alone.
        both: Units with both.

    References:
        Kohavi, Tang and Xu (2020), "Trustworthy online controlled experiments", chapter 4
        (concurrent experiments); a 2 x 2 factorial contrast.

    Examples:
        >>> cell = lambda n, mean, var: Moments(n, mean, var)
        >>> found = interaction(neither=cell(1000, 10.0, 4.0), first_only=cell(1010, 10.5, 4.2),
        ...                     second_only=cell(990, 10.2, 4.1), both=cell(1005, 10.4, 4.3))
        >>> round(found.effect, 2), round(found.z, 3), round(found.p_value, 4)
        (-0.3, -2.33, 0.0198)
    """
    cells = (both, first_only, second_only, neither)
    means = [cell.mean for cell in cells if cell.mean is not None]
    if len(means) < len(cells):
        return Interaction(None, None, None, None)
    effect = (means[0] - means[2]) - (means[1] - means[3])
    variances = [cell.variance / cell.n for cell in cells if cell.variance is not None]
    if len(variances) < len(cells) or sum(variances) <= 0:
        return Interaction(effect, None, None, None)
    error = sqrt(sum(variances))
    return Interaction(effect, error, effect / error, tail_p_value(effect / error))


def assignment_independence(counts: Sequence[Sequence[int]]) -> float | None:
    """Whether two experiments were assigned independently: p-value of Pearson's chi-square.

    A small value means that one experiment's arms hold unlike mixes of the other's (a shared hash,
    a filter behind the first), so that their effects cannot be told apart.

    Args:
        counts: Units by variant of the first (rows) and of the second (columns).

    Raises:
        ValueError: Rows of different length, or a count below 0.

    References:
        Pearson (1900), Philosophical Magazine 50:157-175.

    Examples:
        >>> assignment_independence([[250, 250], [250, 250]])
        1.0
        >>> assignment_independence([[250, 0], [250, 0]]) is None
        True
    """
    from scipy.special import chdtrc

    table = np.array([list(row) for row in counts], dtype=float)
    if table.ndim != 2 or np.any(table < 0):
        raise ValueError(f"counts must be a table of numbers >= 0, got {counts}")
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape, default=0) < 2:
        return None
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    statistic = float(np.sum((table - expected) ** 2 / expected))
    return float(chdtrc((table.shape[0] - 1) * (table.shape[1] - 1), statistic))
