"""Bayesian readings: how likely the change is better, and what a wrong choice would cost."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from metrics.experiments.distributions import require_fraction

NODES = 200  # points of Gauss-Legendre for each stretch where a density rises or falls
TAIL = 1e-14  # what is left out of a posterior at each end


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is believed about an effect after the data.

    Attributes:
        mean: Posterior mean, in the unit of the effect (a lift: 0.05 is 5 %).
        standard_deviation: Of the posterior, same unit.
        low: Lower end of the credible interval.
        high: Upper end.
        better: Probability that the effect is above 0.
        loss_if_kept: Expected loss of keeping the control, same unit, >= 0.
        loss_if_shipped: Expected loss of shipping the change, >= 0.
    """

    mean: float
    standard_deviation: float
    low: float
    high: float
    better: float
    loss_if_kept: float
    loss_if_shipped: float


@dataclass(frozen=True, slots=True)
class SharePosterior:
    """What is believed about two shares after the data.

    Attributes:
        better: Probability that the treated share is larger.
        loss_if_kept: Expected loss of keeping the control, a fraction of 1 (0.01 is one point).
        loss_if_shipped: Expected loss of shipping the change, likewise.
    """

    better: float
    loss_if_kept: float
    loss_if_shipped: float


def normal_posterior(
    estimate: float,
    standard_error: float,
    *,
    prior_mean: float = 0.0,
    prior_variance: float | None = None,
    confidence: float = 0.95,
) -> Posterior:
    """An effect seen through a prior belief: large surprises are pulled towards what is usual.

    With a prior from past experiments (`past_effects`), this is also the cure for the winner's
    curse. Without one (flat), it says what the interval says, in other words. Looking every day
    and stopping at "95 % better" errs more often than 5 % whatever the prior.

    Args:
        estimate: The lift or difference seen.
        standard_error: Of the estimate, above 0.
        prior_mean: Usual effect, same unit.
        prior_variance: Variance of usual effects, above 0; None is a flat prior.
        confidence: Level of the credible interval.

    Raises:
        ValueError: standard_error or prior_variance not above 0; confidence outside its range.

    References:
        Deng (2015), WWW companion, "Objective Bayesian two sample hypothesis testing for online
        controlled experiments", section 3. Stucchio (2015), "Bayesian A/B testing at VWO" (loss).

    Examples:
        >>> one = normal_posterior(0.05, 0.02, prior_variance=0.02**2)
        >>> round(one.mean, 4), round(one.better, 4), round(one.loss_if_shipped, 5)
        (0.025, 0.9615, 0.00022)
    """
    from scipy.special import ndtr, ndtri

    require_fraction("confidence", confidence)
    if standard_error <= 0:
        raise ValueError(f"standard_error must be above 0, got {standard_error}")
    if prior_variance is not None and prior_variance <= 0:
        raise ValueError(f"prior_variance must be above 0, or None if flat, got {prior_variance}")
    precision = 1 / standard_error**2
    of_prior = 0.0 if prior_variance is None else 1 / prior_variance
    mean = (estimate * precision + prior_mean * of_prior) / (precision + of_prior)
    spread = 1 / sqrt(precision + of_prior)
    z = mean / spread
    density = float(np.exp(-(z**2) / 2) / sqrt(2 * np.pi))
    better, reach = float(ndtr(z)), spread * float(ndtri((1 + confidence) / 2))
    return Posterior(
        mean=mean,
        standard_deviation=spread,
        low=mean - reach,
        high=mean + reach,
        better=better,
        loss_if_kept=max(0.0, spread * (density + z * better)),
        loss_if_shipped=max(0.0, spread * (density - z * float(ndtr(-z)))),
    )


def share_posterior(
    control: tuple[int, int],
    treated: tuple[int, int],
    *,
    prior: tuple[float, float] = (1.0, 1.0),
) -> SharePosterior:
    """How likely the treated share is the larger one, with the same Beta prior on both.

    Exact for any count; the normal posterior fails for a handful of successes.

    Args:
        control: (part, whole) of the control arm.
        treated: (part, whole) of the treated arm.
        prior: Successes and failures believed before the data, both above 0; (1, 1) is uniform.

    Raises:
        ValueError: A part outside 0 to its whole, a prior not above 0.

    References:
        Miller (2015), "Formulas for Bayesian A/B testing", equation 6, here by quadrature.

    Examples:
        >>> one = share_posterior((4, 53), (8, 55))
        >>> round(one.better, 3)
        0.867
    """
    from scipy.special import betainc, betaincinv, betaln

    if min(prior) <= 0:
        raise ValueError(f"prior must be above 0, got {prior}")
    shapes = []
    for part, whole in (control, treated):
        if not 0 <= part <= whole:
            raise ValueError(f"part must be between 0 and whole, got {part} of {whole}")
        shapes.append((part + prior[0], whole - part + prior[1]))
    at, width = _quadrature(
        sorted(float(betaincinv(*shape, tail)) for shape in shapes for tail in (TAIL, 1 - TAIL))
    )
    below = [betainc(*shape, at) for shape in shapes]
    a, b = shapes[1]
    density = np.exp((a - 1) * np.log(at) + (b - 1) * np.log1p(-at) - betaln(a, b))
    return SharePosterior(
        better=min(1.0, float(np.sum(width * density * below[0]))),
        loss_if_kept=float(np.sum(width * below[0] * (1 - below[1]))),
        loss_if_shipped=float(np.sum(width * below[1] * (1 - below[0]))),
    )


def _quadrature(ends: list[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points and weights over the stretches between the ends."""
    nodes, weights = _legendre()
    middles = [(low + high) / 2 + (high - low) / 2 * nodes for low, high in pairwise(ends)]
    widths = [(high - low) / 2 * weights for low, high in pairwise(ends)]
    return np.concatenate(middles), np.concatenate(widths)


@cache
def _legendre() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights
