"""Where a daily series goes from here: expected values, intervals, and whole paths."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from metrics.series.accuracy import Accuracy, accuracy, seasonal_naive
from metrics.series.bma_t import Factored, factored
from metrics.series.calendar import Days, Floats, regressors
from metrics.series.scales import Scale, natural

MOST_OF_HISTORY = 0.5  # a horizon longer than half of what is known is guessing


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What days to come will be.

    Attributes:
        days: (h,) the days.
        expected: (h,) medians, in the metric's own unit.
        low: (h,) lower ends of the intervals, each day's own.
        high: (h,) upper ends.
    """

    days: Days
    expected: Floats
    low: Floats
    high: Floats


def forecast(
    days: Days,
    values: Floats,
    horizon: int,
    *,
    scale: Scale = "count",
    holidays: Mapping[str, Days] | None = None,
    is_growing: bool = False,
    confidence: float = 0.95,
) -> Forecast:
    """Expected values and intervals of the next days.

    It knows weekdays, holidays and (from 400 days on) the season, and no trend but what the noise
    remembers: growth that must go on is not promised, unless asked for. Read its `back_test` first.

    Args:
        days: (n,) known days, rising; gaps are allowed.
        values: (n,) on the working scale.
        horizon: Days ahead, at most half as many as are known.
        scale: What the working scale is of.
        holidays: As in `regressors`.
        is_growing: Let the growth of the known days, as uncertain as it is, go on: a straight line
            on the working scale, which is growth by the same factor for counts and durations.
        confidence: Of the intervals.

    Raises:
        ValueError: A horizon beyond half the history or below 1, a constant series, a confidence
            outside 0 to 1.

    References:
        metrics.series.bma_t.

    Examples:
        >>> days = np.arange("2026-01-01", "2026-03-26", dtype="datetime64[D]")
        >>> values = np.log1p(np.random.default_rng(1).poisson(400, 84))
        >>> found = forecast(days, values, 7)
        >>> bool(np.all((found.low < 400) & (found.high > 400)))
        True
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    engine, coming = _prepared(days, horizon, holidays, is_growing=is_growing)
    predicted = engine.predict(values[None, :])
    if predicted.is_constant[0]:
        raise ValueError("a series that never varied has no noise to forecast from")
    tail = (1 - confidence) / 2
    low, middle, high = (
        natural(predicted.quantiles(chance)[0], scale=scale) for chance in (tail, 0.5, 1 - tail)
    )
    return Forecast(days=coming, expected=middle, low=low, high=high)


def paths(
    days: Days,
    values: Floats,
    horizon: int,
    *,
    scale: Scale = "count",
    holidays: Mapping[str, Days] | None = None,
    is_growing: bool = False,
    count: int = 2_000,
    seed: int = 1,
) -> Floats:
    """Whole futures, drawn together: what is needed for "when will it first cross …".

    Days of one path belong together, so that a maximum or a first passage can be read from it,
    which intervals of single days cannot give.

    Args:
        days: As in `forecast`.
        values: As in `forecast`.
        horizon: As in `forecast`.
        scale: As in `forecast`.
        holidays: As in `forecast`.
        is_growing: As in `forecast`.
        count: Paths.
        seed: Of the draws; equal seeds give equal paths.

    Returns:
        (count, horizon), in the metric's own unit.

    Raises:
        ValueError: As `forecast`.

    Examples:
        >>> days = np.arange("2026-01-01", "2026-03-26", dtype="datetime64[D]")
        >>> paths(days, np.random.default_rng(1).normal(6, 0.1, 84), 5, count=10).shape
        (10, 5)
    """
    engine, _ = _prepared(days, horizon, holidays, is_growing=is_growing)
    predicted = engine.predict(values[None, :])
    if predicted.is_constant[0]:
        raise ValueError("a series that never varied has no noise to forecast from")
    rng = np.random.default_rng(seed)
    kinds = rng.choice(len(engine.kinds), count, p=predicted.weights[0])
    found = np.empty((count, horizon))
    for kind in np.unique(kinds):
        which = np.flatnonzero(kinds == kind)
        one = engine.kinds[kind]
        spread = predicted.scales[0, kind, 0] / np.sqrt(one.variances[0])  # of the noise itself
        normal = rng.standard_normal((len(which), horizon)) @ one.joint().T
        mixing = np.sqrt(engine.degrees / rng.chisquare(engine.degrees, (len(which), 1)))
        found[which] = predicted.locations[0, kind] + spread * mixing * normal
    return natural(found, scale=scale)


def back_test(
    days: Days,
    values: Floats,
    horizon: int,
    *,
    scale: Scale = "count",
    holidays: Mapping[str, Days] | None = None,
    is_growing: bool = False,
    history: int = 84,
    confidence: float = 0.95,
) -> tuple[Accuracy, Accuracy]:
    """Forecast from past days what is known by now: our accuracy, and that of "as a week ago".

    Args:
        days: (n,) neighbouring days, more than history + horizon.
        values: (n,) on the working scale.
        horizon: Days ahead; also the step between origins.
        scale: What the working scale is of.
        holidays: As in `regressors`.
        is_growing: As in `forecast`.
        history: Days that each forecast learns from.
        confidence: Of the intervals.

    Returns:
        Ours and the seasonal naive one's, each the mean over origins.

    Raises:
        ValueError: A gap, too few days for one origin, or as `forecast`.

    References:
        Tashman (2000), Int. J. Forecasting 16:437-450 (rolling origins).

    Examples:
        >>> days = np.arange("2026-01-01", "2026-06-01", dtype="datetime64[D]")
        >>> values = np.log1p(np.random.default_rng(1).poisson(400, len(days)))
        >>> ours, naive = back_test(days, values, 14)
        >>> ours.mase < naive.mase
        True
    """
    if np.any(np.diff(days.astype(np.int64)) != 1):
        raise ValueError("a back-test needs neighbouring days: leave out what lies before a gap")
    origins = range(history, len(days) - horizon + 1, horizon)
    if not origins:
        raise ValueError(f"{len(days)} days have no room for {history} + {horizon}")
    ours, naive = [], []
    for origin in origins:
        known, coming = slice(origin - history, origin), slice(origin, origin + horizon)
        found = forecast(
            days[known], values[known], horizon, scale=scale, holidays=holidays,
            is_growing=is_growing, confidence=confidence,
        )  # fmt: skip
        seen, training = natural(values[coming], scale=scale), natural(values[known], scale=scale)
        ours.append(
            accuracy(
                seen, found.expected, training=training, interval=(found.low, found.high),
                confidence=confidence,
            )
        )  # fmt: skip
        naive.append(accuracy(seen, seasonal_naive(training, horizon), training=training))
    return _mean(ours), _mean(naive)


def _mean(found: list[Accuracy]) -> Accuracy:
    def mean(name: str) -> float | None:
        values = [getattr(one, name) for one in found]
        known = [value for value in values if value is not None]
        return float(np.mean(known)) if known else None

    return Accuracy(*(mean(name) for name in Accuracy.__slots__))  # type: ignore[arg-type]


def _prepared(
    days: Days,
    horizon: int,
    holidays: Mapping[str, Days] | None,
    *,
    is_growing: bool,
) -> tuple[Factored, Days]:
    if not 1 <= horizon <= MOST_OF_HISTORY * len(days):
        raise ValueError(
            f"the horizon must be 1 to half of the {len(days)} known days, got {horizon}"
        )
    coming = days[-1] + np.arange(1, horizon + 1)
    every = np.concatenate([days, coming])
    ramp = np.arange(len(every), dtype=np.float64)[:, None] / len(days) if is_growing else None
    columns = regressors(every, len(days), holidays=holidays, controls=ramp)
    return factored(every, columns, len(days), np.eye(horizon)), coming
