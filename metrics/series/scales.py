"""Working scales: on them changes are multiples, noise is even, and nothing crosses a limit."""

from typing import Literal

import numpy as np

from metrics.series.calendar import Floats

Scale = Literal["count", "duration", "rate", "value"]


def working(values: Floats, *, scale: Scale, trials: Floats | None = None) -> Floats:
    """Values as the engine reads them: log1p of counts, log of durations, logit of rates.

    Args:
        values: (…,) counts from 0; durations above 0; for rates the counts out of `trials`; any
            finite value for "value", which is left as it is. NaN, unknown, stays NaN.
        scale: What the values are.
        trials: Of the same shape, for rates only: how many could have. Half a success and half a
            failure are added, so that 0 of 50 and 50 of 50 are finite; 0 trials are NaN.

    Raises:
        ValueError: Values outside their range, or rates without trials.

    References:
        Haldane (1956), Ann. Hum. Genet. 20:309 (the halves).

    Examples:
        >>> working(np.array([0.0, 99.0]), scale="count").round(3).tolist()
        [0.0, 4.605]
        >>> working(np.array([5.0]), scale="rate", trials=np.array([10.0])).tolist()
        [0.0]
    """
    known = values[np.isfinite(values)]
    if scale == "value":
        return np.asarray(values, dtype=np.float64)
    if scale == "rate":
        return _logits(values, trials)
    if np.any(known < 0) or (scale == "duration" and np.any(known == 0)):
        raise ValueError(f"a {scale} must be {'0 or more' if scale == 'count' else 'above 0'}")
    return np.log1p(values) if scale == "count" else np.log(values)


def natural(values: Floats, *, scale: Scale) -> Floats:
    """Back from the working scale: counts, durations, rates as fractions, or values."""
    if scale == "count":
        return np.expm1(values)
    if scale == "duration":
        return np.exp(values)
    if scale == "rate":
        return 1 / (1 + np.exp(-values))
    return values


def _logits(values: Floats, trials: Floats | None) -> Floats:
    if trials is None:
        raise ValueError("rates need the trials they are out of")
    if np.any((values < 0) | (values > trials)):
        raise ValueError("successes must lie between 0 and their trials")
    tried = np.where(trials > 0, trials, np.nan)
    odds: Floats = np.log((values + 0.5) / (tried - values + 0.5))
    return odds
