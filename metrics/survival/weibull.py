"""Whether the risk of leaving rises or falls with age, in one number."""

from dataclasses import dataclass

import numpy as np

from metrics.survival.lifetimes import Floats, Lifetimes


@dataclass(frozen=True, slots=True)
class Weibull:
    """S(t) = exp(−(t ÷ scale)^shape).

    Attributes:
        scale: Age by which 63.2 % have left.
        shape: Above 1 the risk rises with age, below 1 it falls.
        log_likelihood: At the fit.
    """

    scale: float
    shape: float
    log_likelihood: float

    def survival(self, ages: Floats) -> Floats:
        """Share still there at each age."""
        shares: Floats = np.exp(-((ages / self.scale) ** self.shape))
        return shares


def weibull(lifetimes: Lifetimes) -> Weibull:
    """Fit a Weibull curve to lifetimes: a smooth summary, never a projection to trust alone.

    Args:
        lifetimes: One row per customer; durations above 0.

    Raises:
        ValueError: A duration of 0, or nobody who left.

    References:
        Kalbfleisch and Prentice (2002), The Statistical Analysis of Failure Time Data, section 2.2.
    """
    if not lifetimes.is_event.any() or lifetimes.durations.min() <= 0:
        raise ValueError("a Weibull curve needs durations above 0, and somebody who left")
    from scipy.optimize import minimize

    events = lifetimes.is_event.astype(np.float64)
    logs = np.log(lifetimes.durations)
    entries = np.zeros(len(lifetimes)) if lifetimes.entries is None else lifetimes.entries

    def negative_log_likelihood(parameters: Floats) -> float:
        log_scale, log_shape = parameters
        shape = np.exp(log_shape)
        hazard = log_shape - log_scale + (shape - 1) * (logs - log_scale)
        passed = np.exp(shape * (logs - log_scale)) - (entries / np.exp(log_scale)) ** shape
        return float(-(events @ hazard - passed.sum()))

    start = np.array([float(logs.mean()), 0.0])
    found = minimize(negative_log_likelihood, start, method="Nelder-Mead",
                     options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000})  # fmt: skip
    scale, shape = np.exp(found.x)
    return Weibull(float(scale), float(shape), -float(found.fun))
