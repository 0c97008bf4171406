"""Weights that are never negative and add up to 1: least squares on the simplex, exactly."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def simplex_weights(donors: Floats, target: Floats, *, ridge: float = 0.0) -> Floats:
    """The average of donors that comes closest to the target.

    Weights cannot leave the donors' range, so nothing is extrapolated; most end up at 0.

    Args:
        donors: (rows, donors).
        target: (rows,).
        ridge: Penalty of the sum of squared weights, 0 or more: spreads them.

    Returns:
        (donors,) weights, 0 or more, their sum 1.

    Raises:
        ValueError: No donors, shapes that do not fit, a negative ridge.

    References:
        Wolfe (1976), Math. Programming 11:128-149 (nearest point of a polytope). Lawson and Hanson
        (1974), "Solving least squares problems", chapter 23. The point of a cone that is nearest to
        (0, 1) has the direction of the hull's point nearest to 0, so one non-negative fit gives it.

    Examples:
        >>> donors = np.array([[0.0, 4.0], [0.0, 8.0]])
        >>> simplex_weights(donors, np.array([1.0, 2.0])).round(9).tolist()
        [0.75, 0.25]
    """
    if donors.ndim != 2 or donors.shape[1] == 0 or donors.shape[0] != len(target):
        raise ValueError(f"donors of {donors.shape} do not fit a target of {target.shape}")
    if ridge < 0:
        raise ValueError(f"ridge must be 0 or more, got {ridge}")
    from scipy.optimize import nnls

    gaps = donors - target[:, None]
    if ridge > 0:
        gaps = np.vstack([gaps, np.sqrt(ridge) * np.eye(donors.shape[1])])
    size = float(np.abs(gaps).max())
    if size == 0:
        return np.full(donors.shape[1], 1 / donors.shape[1])
    rows = np.vstack([gaps / size, np.ones((1, donors.shape[1]))])
    aim = np.zeros(len(rows))
    aim[-1] = 1.0
    cone, _ = nnls(rows, aim, maxiter=50 * donors.shape[1])
    weights: Floats = cone / cone.sum()
    return weights
