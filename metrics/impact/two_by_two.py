"""Before and after, with and without: the difference of two differences."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.impact.simplex import Floats


@dataclass(frozen=True, slots=True)
class TwoByTwo:
    """A difference in differences from single observations.

    Attributes:
        effect: Change of the treated less change of the others, in the outcome's unit.
        error: Its standard error; None without degrees of freedom left.
        low: Lower end of the interval; None with error.
        high: Upper end; None with error.
        p_value: Two-sided; None with error.
    """

    effect: float
    error: float | None
    low: float | None
    high: float | None
    p_value: float | None


def two_by_two(
    outcome: Floats,
    is_treated: NDArray[np.bool_],
    is_after: NDArray[np.bool_],
    *,
    covariates: Floats | None = None,
    confidence: float = 0.95,
) -> TwoByTwo:
    """Did the treated change more than the others did?

    Misleads when both would have moved apart anyway, and when observations of one segment go
    together: the error then is too small, and `collapsed` is the one to use.

    Args:
        outcome: (n,) one for each observation.
        is_treated: (n,) whether it belongs to the treated side.
        is_after: (n,) whether it was made after the date.
        covariates: (n, k) that may differ between the four groups; the constant is added.
        confidence: Of the interval.

    Raises:
        ValueError: One of the four groups is empty, or columns repeat each other.

    References:
        Angrist and Pischke (2009), "Mostly harmless econometrics", section 5.2. Homoskedastic
        errors, as printed in Wooldridge, "Introductory econometrics", chapter 13.

    Examples:
        >>> after = np.array([False, False, True, True] * 2)
        >>> treated = np.array([False] * 4 + [True] * 4)
        >>> round(two_by_two(np.array([1, 3, 2, 4, 5, 7, 9, 11.0]), treated, after).effect, 9)
        3.0
    """
    both = is_treated & is_after
    if len({(bool(a), bool(b)) for a, b in zip(is_treated, is_after, strict=True)}) < 4:
        raise ValueError("treated and others must both be seen before and after")
    base = [np.ones(len(outcome)), is_treated, is_after, both]
    columns = np.column_stack([*base, *([] if covariates is None else covariates.T)]).astype(float)
    if np.linalg.matrix_rank(columns / np.abs(columns).max(axis=0)) < columns.shape[1]:
        raise ValueError("a covariate repeats other columns")
    basis, triangle = np.linalg.qr(columns)
    coefficients = np.linalg.solve(triangle, basis.T @ outcome)
    effect, degrees = float(coefficients[3]), len(outcome) - columns.shape[1]
    residuals = outcome - columns @ coefficients
    variance = float((residuals**2).sum()) / degrees if degrees > 0 else 0.0
    error = float(np.sqrt(variance * (np.linalg.inv(triangle)[3] ** 2).sum()))
    if error == 0:
        return TwoByTwo(effect, None, None, None, None)
    from scipy.special import stdtr, stdtrit

    reach = error * float(stdtrit(degrees, (1 + confidence) / 2))
    p_value = 2 * float(stdtr(degrees, -abs(effect / error)))
    return TwoByTwo(effect, error, effect - reach, effect + reach, p_value)
