"""How likely was each person to use it? The model behind the weights."""

from math import pi, sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Link = Literal["logit", "probit"]

STEPS = 60  # of Fisher scoring: ten are usual


def chance(index: Floats, link: Link) -> tuple[Floats, Floats]:
    """(n,) probability of use and its slope, at a linear index."""
    if link == "logit":
        share = 1 / (1 + np.exp(-np.clip(index, -30, 30)))
        return share, share * (1 - share)
    from scipy.special import ndtr

    bounded = np.clip(index, -8, 8)
    return np.asarray(ndtr(bounded)), np.exp(-(bounded**2) / 2) / sqrt(2 * pi)


def residual(index: Floats, used: Floats, link: Link) -> Floats:
    """(n,) the part of each person's score that multiplies their columns."""
    share, slope = chance(index, link)
    return np.asarray((used - share) * slope / (share * (1 - share)))


def use_model(columns: Floats, used: Floats, link: Link) -> Floats:
    """Coefficients by maximum likelihood (Fisher scoring).

    Args:
        columns: (n, q), the intercept among them.
        used: (n,) 0 or 1.
        link: Of the probability.

    Raises:
        ValueError: The columns tell who used it perfectly.

    References:
        McCullagh and Nelder (1989), Generalized Linear Models, section 2.5.
    """
    found = np.zeros(columns.shape[1])
    for _ in range(STEPS):
        share, slope = chance(columns @ found, link)
        weight = slope**2 / (share * (1 - share))
        information = (columns * weight[:, None]).T @ columns
        step = np.linalg.solve(information, columns.T @ residual(columns @ found, used, link))
        found = found + step
        if np.abs(step).max() < 1e-9 * (1 + np.abs(found).max()):
            return found
    raise ValueError("use is predicted perfectly by the columns: there is nobody to compare with")
