"""How different would the outcome be, had everybody used it, or nobody?"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from metrics.causal.use_model import Link, chance, residual, use_model

Floats = NDArray[np.float64]

TRIMMED = 0.01  # smallest chance of using it, or of not, that a weight is made of


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference adjusted for what is known of people.

    Attributes:
        value: Mean outcome if all used it less if nobody did, in the outcome's unit.
        error: Standard error, that of the fitted models included.
        low: Lower end of the interval.
        high: Upper end.
        without: Mean outcome if nobody used it.
        naive: Users' mean less the others', unadjusted.
        trimmed: People whose chance of using it was beyond the limit, and was set to it.
    """

    value: float
    error: float
    low: float
    high: float
    without: float
    naive: float
    trimmed: int


def doubly_robust(
    outcome: Floats,
    used: NDArray[np.bool_],
    outcome_known: Floats,
    use_known: Floats,
    *,
    confidence: float = 0.95,
    trim: float = TRIMMED,
    link: Link = "logit",
) -> Effect:
    """The difference, right if either the model of use or that of the outcome is (AIPW).

    It removes what is in the columns and nothing else: a hidden motivation stays in it. In
    simulations with one, its 95 % interval held the truth in 15 % of cases. Supporting evidence
    only: show it beside placebo features (`centred`) and the `e_value`.

    Args:
        outcome: (n,) such as retained (0 or 1) or a number.
        used: (n,) whether the person used the feature before the outcome's window.
        outcome_known: (n, p) columns of the outcome model, without an intercept; linear.
        use_known: (n, q) columns of the model of use, without an intercept.
        confidence: Two-sided, between 0 and 1.
        trim: Smallest chance of use, or of not; 0 trims nobody.
        link: Of the model of use.

    Raises:
        ValueError: Columns of different length, or one of the groups too small to fit.

    References:
        Robins, Rotnitzky and Zhao (1994), JASA 89:846-866. Standard error from the stacked
        estimating equations: Stefanski and Boos (2002), American Statistician 56:29-38; the
        example is Cattaneo (2010), J. Econometrics 155:138-154, as in Stata's `teffects aipw`.
    """
    y, d, x, z = _checked(outcome, used, outcome_known, use_known)
    fitted_use = use_model(z, d, link)
    outcomes = _linear(x[d == 1], y[d == 1]), _linear(x[d == 0], y[d == 0])
    theta = np.concatenate([fitted_use, *outcomes])
    cut = z.shape[1], z.shape[1] + x.shape[1]

    def scores(point: Floats) -> Floats:
        gamma, with_it, without = np.split(point[:-2], cut)
        score = np.clip(chance(z @ gamma, link)[0], trim, 1 - trim)
        fitted, other = x @ with_it, x @ without
        all_use = fitted + d * (y - fitted) / score
        none_use = other + (1 - d) * (y - other) / (1 - score)
        return np.column_stack(
            [
                z * residual(z @ gamma, d, link)[:, None],
                x * (d * (y - fitted))[:, None],
                x * ((1 - d) * (y - other))[:, None],
                all_use - point[-2],
                none_use - point[-1],
            ]
        )

    return _effect(scores, theta, y, d, _beyond(chance(z @ fitted_use, link)[0], trim), confidence)


def inverse_weighted(
    outcome: Floats,
    used: NDArray[np.bool_],
    use_known: Floats,
    *,
    confidence: float = 0.95,
    trim: float = TRIMMED,
    link: Link = "logit",
) -> Effect:
    """The difference of means weighted by the inverse chance of what people did (IPW).

    Right if the model of use is; unsteady where that chance is near 0 or 1.

    Args:
        outcome: (n,).
        used: (n,).
        use_known: (n, q) columns of the model of use, without an intercept.
        confidence: Two-sided, between 0 and 1.
        trim: Smallest chance of use, or of not; 0 trims nobody.
        link: Of the model of use.

    Raises:
        ValueError: Columns of different length, or one of the groups too small to fit.

    References:
        Hirano, Imbens and Ridder (2003), Econometrica 71:1161-1189. Normalised weights: Busso,
        DiNardo and McCrary (2014), Review of Economics and Statistics 96:885-897.
    """
    y, d, _, z = _checked(outcome, used, use_known, use_known)
    gamma = use_model(z, d, link)

    def scores(point: Floats) -> Floats:
        score = np.clip(chance(z @ point[:-2], link)[0], trim, 1 - trim)
        return np.column_stack(
            [
                z * residual(z @ point[:-2], d, link)[:, None],
                d * (y - point[-2]) / score,
                (1 - d) * (y - point[-1]) / (1 - score),
            ]
        )

    return _effect(scores, gamma, y, d, _beyond(chance(z @ gamma, link)[0], trim), confidence)


def regression_adjusted(
    outcome: Floats, used: NDArray[np.bool_], outcome_known: Floats, *, confidence: float = 0.95
) -> Effect:
    """The difference of what two regressions, of users and of others, expect of everybody (RA).

    Right if the outcome is linear in the columns.

    Args:
        outcome: (n,).
        used: (n,).
        outcome_known: (n, p) columns, without an intercept.
        confidence: Two-sided, between 0 and 1.

    Raises:
        ValueError: Columns of different length, or one of the groups too small to fit.

    References:
        Imbens and Rubin (2015), Causal Inference, section 8.
    """
    y, d, x, _ = _checked(outcome, used, outcome_known, outcome_known)
    theta = np.concatenate([_linear(x[d == 1], y[d == 1]), _linear(x[d == 0], y[d == 0])])

    def scores(point: Floats) -> Floats:
        with_it, without = np.split(point[:-2], 2)
        fitted, other = x @ with_it, x @ without
        return np.column_stack(
            [
                x * (d * (y - fitted))[:, None],
                x * ((1 - d) * (y - other))[:, None],
                fitted - point[-2],
                other - point[-1],
            ]
        )

    return _effect(scores, theta, y, d, 0, confidence)


def _effect(
    scores: Callable[[Floats], Floats],
    theta: Floats,
    y: Floats,
    d: Floats,
    trimmed: int,
    confidence: float,
) -> Effect:
    """The two means that solve the last two equations, with the sandwich of all of them."""
    point = np.append(theta, [0.0, 0.0])
    at_zero, at_one = scores(point), scores(np.append(theta, [1.0, 1.0]))
    slope = (at_one - at_zero)[:, -2:].sum(axis=0)
    point[-2:] = -at_zero[:, -2:].sum(axis=0) / slope
    rows, size = scores(point), len(point)
    bread = np.empty((size, size))
    for column in range(size):
        step = np.zeros(size)
        step[column] = 1e-5 * max(1.0, abs(float(point[column])))
        ahead, behind = scores(point + step).mean(axis=0), scores(point - step).mean(axis=0)
        bread[:, column] = (ahead - behind) / (2 * step[column])
    inverse = np.linalg.inv(bread)
    covariance = inverse @ (rows.T @ rows / len(y)) @ inverse.T / len(y)
    contrast = np.append(np.zeros(size - 2), [1.0, -1.0])
    value, error = float(point[-2] - point[-1]), sqrt(float(contrast @ covariance @ contrast))
    margin = NormalDist().inv_cdf((1 + confidence) / 2) * error
    naive = float(y[d == 1].mean() - y[d == 0].mean())
    return Effect(value, error, value - margin, value + margin, float(point[-1]), naive, trimmed)


def _checked(
    outcome: Floats, used: NDArray[np.bool_], x: Floats, z: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    count, ones = len(outcome), np.ones((len(outcome), 1))
    if not len(used) == len(x) == len(z) == count:
        raise ValueError("outcome, use and columns need one row per person")
    fewest = 2 + max(x.shape[1], z.shape[1])
    if not fewest <= int(used.sum()) <= count - fewest:
        raise ValueError(f"needs {fewest} people on either side, got {int(used.sum())} of {count}")
    return outcome.astype(float), used.astype(float), np.hstack([ones, x]), np.hstack([ones, z])


def _linear(x: Floats, y: Floats) -> Floats:
    return np.asarray(np.linalg.lstsq(x, y)[0])


def _beyond(share: Floats, trim: float) -> int:
    return int(((share < trim) | (share > 1 - trim)).sum())
