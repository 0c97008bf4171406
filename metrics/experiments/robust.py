"""Regression adjustment from one row per unit, with variances that no spread can fool."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.experiments.differences import Difference

Robust = Literal["HC0", "HC1", "HC2", "HC3"]
MOST_LEVERAGE = 1 - 1e-10  # a unit that alone decides its own fit says nothing about spread


def robust_adjusted(
    outcome: ArrayLike,
    is_treated: ArrayLike,
    *,
    covariates: Sequence[ArrayLike],
    variance: Robust = "HC2",
    is_interacted: bool = True,
) -> Difference:
    """The adjusted difference from rows: the slow, exact companion of `regression_adjusted`.

    For small experiments (hundreds of units) or units of great leverage. Misleads when a covariate
    can be moved by the change.

    Args:
        outcome: Shape (n,), finite.
        is_treated: Shape (n,), true in the treated arm.
        covariates: k arrays of shape (n,), known before the exposure, finite.
        variance: The heteroskedasticity-consistent estimator; HC2 is unbiased when arms share one
            spread, HC3 is cautious.
        is_interacted: Slopes per arm (Lin); false gives one slope (ANCOVA).

    Raises:
        ValueError: An arm has fewer than k + 2 units.

    References:
        Lin (2013), Annals of Applied Statistics 7:295-318. MacKinnon and White (1985), Journal of
        Econometrics 29:305-325. Samii and Aronow (2012), Stat. Prob. Lett. 82:365-370 (HC2).

    Examples:
        >>> y, x = [1.0, 2.1, 2.9, 4.2, 3.0, 5.1, 6.9, 9.2], [1.0, 2, 3, 4, 2, 3, 4, 5]
        >>> one = robust_adjusted(y, [0, 0, 0, 0, 1, 1, 1, 1], covariates=[x])
        >>> round(one.value, 6), one.df
        (1.96, 4)
    """
    y, arm = np.asarray(outcome, dtype=float), np.asarray(is_treated, dtype=bool)
    x = np.array([np.asarray(c, dtype=float) for c in covariates]).reshape(-1, y.size).T
    smaller = int(min(arm.sum(), (~arm).sum()))
    if smaller < len(covariates) + 2:
        raise ValueError(f"an arm needs {len(covariates) + 2} units, the smaller has {smaller}")
    centred = x - x.mean(axis=0)
    columns = [np.ones(len(y)), arm.astype(float), *centred.T]
    if is_interacted:
        columns += [column * arm for column in centred.T]
    coefficients, table, rank = _fit(np.array(columns).T, y, variance)
    control, gap = float(coefficients[0]), float(coefficients[1])
    return Difference(
        n=len(y),
        control=control,
        treated=control + gap,
        value=gap,
        variance=float(table[1, 1]),
        df=len(y) - rank,
        base=control,
        base_variance=float(table[0, 0]),
        covariance=float(table[0, 1]),
    )


def _fit(
    design: NDArray[np.float64], outcome: NDArray[np.float64], variance: Robust
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Coefficients, their robust covariances, and the rank of the design."""
    inverse = np.linalg.pinv(design)
    coefficients = inverse @ outcome
    residual = outcome - design @ coefficients
    leverage = np.minimum(np.einsum("ij,ji->i", design, inverse), MOST_LEVERAGE)
    n, rank = len(outcome), int(np.linalg.matrix_rank(design))
    weight = {
        "HC0": np.ones(n),
        "HC1": np.full(n, n / max(1, n - rank)),
        "HC2": 1 / (1 - leverage),
        "HC3": 1 / (1 - leverage) ** 2,
    }[variance]
    return coefficients, (inverse * (weight * residual**2)) @ inverse.T, rank
