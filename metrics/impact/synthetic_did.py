"""A second opinion: segments and days both weighted, and only differences compared."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.impact.panel import Panel
from metrics.impact.simplex import Floats, simplex_weights

MOST_PLACEBOS = 200
TIME_RIDGE = 1e-6  # in standard deviations of daily changes: only makes the weights unique


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticDid:
    """A difference in differences between weighted segments and weighted periods.

    Attributes:
        effect: Mean effect on the treated after the date.
        error: Standard error from placebos; None when untreated segments are not more than the
            treated ones.
        low: Lower end of the interval; None with error.
        high: Upper end; None with error.
        unit_weights: (untreated,) adding up to 1.
        time_weights: (periods before,) adding up to 1.
    """

    effect: float
    error: float | None
    low: float | None
    high: float | None
    unit_weights: Floats
    time_weights: Floats


def synthetic_did(panel: Panel, *, confidence: float = 0.95, seed: int = 1) -> SyntheticDid:
    """Treated segments against others that moved alike, after against days that were alike.

    Segments may differ in level, unlike in a synthetic control, and trends need be parallel only
    for the weighted ones, unlike in a plain difference in differences.

    Args:
        panel: One date, at least 2 periods before and 2 untreated units.
        confidence: Of the interval.
        seed: Of the placebos, where they are too many to try all.

    Raises:
        ValueError: Several dates, or too few periods or units.

    References:
        Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), AER 111:4088-4118: algorithm 1,
        eq. 4-7; error: algorithm 4 (placebo). Weights here are exact, not iterated.

    Examples:
        >>> outcomes = np.array([[5.0, 6, 7, 10], [1, 2, 3, 4], [0, 2, 1, 3], [2, 3, 4, 5]])
        >>> round(synthetic_did(Panel(outcomes, np.array([3, -1, -1, -1]))).effect, 2)
        2.0
    """
    date = panel.only_date()
    treated, others = panel.outcomes[panel.is_treated], panel.outcomes[~panel.is_treated]
    if date < 2 or len(others) < 2:
        raise ValueError(
            f"needs 2 periods before and 2 untreated units, got {date} and {len(others)}"
        )
    effect, units, times = _effect(treated, others, date)
    error = _placebo_error(others, len(treated), date, seed)
    if error is None:
        return SyntheticDid(effect, None, None, None, units, times)
    from scipy.special import ndtri

    reach = error * float(ndtri((1 + confidence) / 2))
    return SyntheticDid(effect, error, effect - reach, effect + reach, units, times)


def _effect(treated: Floats, others: Floats, date: int) -> tuple[float, Floats, Floats]:
    after = others.shape[1] - date
    noise = float(np.diff(others[:, :date], axis=1).std(ddof=1)) if others[:, :date].size > 2 else 0
    strength = (len(treated) * after) ** 0.25 * noise
    units = _centred_weights(others[:, :date].T, treated[:, :date].mean(axis=0), strength)
    times = _centred_weights(others[:, :date], others[:, date:].mean(axis=1), TIME_RIDGE * noise)
    changes = np.concatenate(
        [rows[:, date:].mean(axis=1) - rows[:, :date] @ times for rows in (treated, others)]
    )
    own, theirs = changes[: len(treated)].mean(), units @ changes[len(treated) :]
    return float(own - theirs), units, times


def _centred_weights(columns: Floats, target: Floats, strength: float) -> Floats:
    """With an intercept, by taking means out; the ridge grows with the rows, as in eq. 4."""
    centred = columns - columns.mean(axis=0)
    return simplex_weights(centred, target - target.mean(), ridge=strength**2 * len(target))


def _placebo_error(others: Floats, treated: int, date: int, seed: int) -> float | None:
    """How the effect scatters when untreated segments are taken for treated ones."""
    if len(others) <= treated + 1:
        return None
    rng = np.random.default_rng(seed)
    chosen: list[NDArray[np.intp]]
    if treated == 1:
        chosen = [np.array([at]) for at in range(len(others))]
    else:
        chosen = [
            rng.choice(len(others), treated, replace=False) for _ in range(MOST_PLACEBOS)
        ]
    found = [_effect(others[one], np.delete(others, one, axis=0), date)[0] for one in chosen]
    return float(np.std(found))
