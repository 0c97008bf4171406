"""What is known of each buyer: how often, how recently, how long observed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Buyers:
    """One row per customer, in one unit of time (weeks, days) since their first purchase.

    Attributes:
        repeats: (n,) purchases after the first one, 0 or more.
        recency: (n,) time of the last purchase; 0 where there was no repeat.
        observed: (n,) time up to now, at or after the last purchase.

    Raises:
        ValueError: Columns of different length, or values outside these ranges.
    """

    repeats: Floats
    recency: Floats
    observed: Floats

    def __post_init__(self) -> None:
        lengths = {len(self.repeats), len(self.recency), len(self.observed)}
        if len(lengths) > 1:
            raise ValueError(f"columns must have one length, got {sorted(lengths)}")
        if np.any(self.repeats < 0) or np.any(self.repeats != np.floor(self.repeats)):
            raise ValueError("repeats must be whole numbers of 0 or more")
        if np.any((self.recency > 0) != (self.repeats > 0)):
            raise ValueError("recency is above 0 exactly where there was a repeat purchase")
        if np.any(self.recency > self.observed):
            raise ValueError("the last purchase cannot come after the time observed")

    def __len__(self) -> int:
        return len(self.repeats)

    def distinct(self) -> tuple["Buyers", Floats]:
        """The distinct rows, and how many customers each stands for."""
        rows = np.column_stack((self.repeats, self.recency, self.observed))
        found, counts = np.unique(rows, axis=0, return_counts=True)
        return Buyers(found[:, 0], found[:, 1], found[:, 2]), counts.astype(np.float64)


def require_horizon(horizon: float) -> None:
    """Refuse a horizon below 0."""
    if horizon < 0:
        raise ValueError(f"horizon must be 0 or more, got {horizon}")


def most_likely(
    log_likelihood: Callable[[Floats], Floats],
    weights: Floats,
    start: Sequence[float],
) -> tuple[Floats, float]:
    """The parameters, all above 0, under which the customers seen are likeliest.

    Searched on the log scale, first by slope, then by simplex: the surface is flat and curved.

    Raises:
        ValueError: There is nobody to learn from, or no maximum is found.
    """
    from scipy.optimize import minimize

    total = float(weights.sum())
    if total == 0:
        raise ValueError("nobody to learn from")

    def loss(logs: Floats) -> float:
        value = -float(log_likelihood(np.exp(logs)) @ weights) / total
        return value if np.isfinite(value) else 1e6

    bounds = [(-10.0, 15.0)] * len(start)
    rough = minimize(loss, np.log(start), method="L-BFGS-B", bounds=bounds)
    fine = minimize(
        loss, rough.x, method="Nelder-Mead", bounds=bounds,
        options={"xatol": 1e-8, "fatol": 1e-13, "maxiter": 4000, "maxfev": 4000},
    )  # fmt: skip
    if not fine.success:
        raise ValueError(f"no maximum of the likelihood was found: {fine.message}")
    return np.exp(fine.x), -float(fine.fun) * total
