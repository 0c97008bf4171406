"""Was yesterday, or the last week, unlike what the weeks before promised? Thousands of series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metrics.series.bma_t import FEWEST_DAYS, GOOD_DAYS, factored
from metrics.series.calendar import Days, Floats, regressors
from metrics.series.mixture import Predictions

SHOCK, DRIFT_DAYS = 1, 7  # days that each test looks at


@dataclass(frozen=True, slots=True)
class Surprise:
    """How one series' last days compare with what was expected of them.

    Attributes:
        p_value: Of the shock and the drift together, 2 × the smaller; None without a verdict.
        shock_p: Of the last day alone; None without a verdict.
        drift_p: Of the mean of the last seven days; None without a verdict.
        days: Days that tell the change best, 1 or 7: what actual and expected are means of.
        actual: Mean of those days, on the working scale; None when a day is unknown.
        expected: What was expected; None without a verdict.
        low: Lower end of the interval of actual − expected; None without a verdict, or where none
            was asked for.
        high: Its upper end.
    """

    p_value: float | None
    shock_p: float | None
    drift_p: float | None
    days: int
    actual: float | None
    expected: float | None
    low: float | None
    high: float | None


def surprises(
    days: Days,
    values: Floats,
    *,
    holidays: Mapping[str, Days] | None = None,
    history: int = GOOD_DAYS,
    spans: Sequence[int] = (SHOCK, DRIFT_DAYS),
    confidence: float = 0.95,
    interval_below: float = 1.0,
) -> tuple[Surprise, ...]:
    """Test the last day (a shock) and the last seven (a drift) of each series.

    Each is compared with a forecast from the days before it, not with yesterday or with the same
    weekdays: those find something on ordinary days far too often. No verdict with fewer than 28
    known days before, with an unknown day among those looked at, or for a series that never varied.

    Args:
        days: (n,) calendar days without gaps, rising; the last one is the day tested, and final.
        values: (s, n) on the working scale (see `working`); NaN where unknown.
        holidays: As in `regressors`.
        history: Most days to learn from; 84 are enough.
        spans: Which of the two tests, by the days that they look at; one alone costs nothing.
        confidence: Of the intervals.
        interval_below: p-value, before it is doubled, above which no interval is made: intervals
            take half of the time, and few of thousands are told.

    Raises:
        ValueError: Days and values that do not fit, or a confidence outside 0 to 1.

    References:
        metrics.series.bma_t. Combined by Bonferroni, as the two tests share their days.

    Examples:
        >>> days = np.arange("2026-01-01", "2026-03-12", dtype="datetime64[D]")
        >>> noise = np.random.default_rng(1).normal(5, 0.1, (1, 70))
        >>> noise[0, -1] += 1
        >>> found = surprises(days, noise)[0]
        >>> found.p_value < 0.001, found.days
        (True, 1)
    """
    if values.ndim != 2 or values.shape[1] != len(days):
        raise ValueError(f"{len(days)} days do not fit values of {values.shape}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    found: list[Surprise] = [NO_VERDICT] * len(values)
    known = np.isfinite(values[:, -(history + DRIFT_DAYS) :])
    patterns, of_series = np.unique(known, axis=0, return_inverse=True)
    recent = days[-known.shape[1] :]
    for number, pattern in enumerate(patterns):
        which = np.flatnonzero(of_series.ravel() == number)
        group = values[which, -known.shape[1] :]
        answers = _of_pattern(
            recent, group, pattern, holidays, (history, tuple(spans), confidence, interval_below)
        )
        for at, answer in zip(which, answers, strict=True):
            found[at] = answer
    return tuple(found)


NO_VERDICT = Surprise(None, None, None, SHOCK, None, None, None, None)


def _of_pattern(
    days: Days,
    values: Floats,
    known: NDArray[np.bool_],
    holidays: Mapping[str, Days] | None,
    settings: tuple[int, tuple[int, ...], float, float],
) -> list[Surprise]:
    """Series that are known on the same days share a calendar, and are done at once."""
    history, spans, *interval = settings
    tests = []
    for span in spans:
        before = np.flatnonzero(known[:-span])[-history:]
        if not known[-span:].all() or len(before) < FEWEST_DAYS:
            continue
        chosen = np.concatenate([before, np.arange(len(days) - span, len(days))])
        columns = regressors(days[chosen], len(before), holidays=holidays)
        engine = factored(days[chosen], columns, len(before), np.full((1, span), 1 / span))
        tests.append((span, engine.predict(values[:, before]), values[:, -span:].mean(axis=1)))
    if not tests:
        return [NO_VERDICT] * len(values)
    return _answers(tests, *interval)


def _answers(
    tests: list[tuple[int, Predictions, Floats]], confidence: float, interval_below: float
) -> list[Surprise]:
    p_values = np.stack([one.p_values(seen[:, None])[:, 0] for _, one, seen in tests])
    best = np.argmin(np.where(np.isnan(p_values), 2.0, p_values), axis=0)
    answers: list[Surprise] = [NO_VERDICT] * len(best)
    for number, (span, predicted, seen) in enumerate(tests):
        which = np.flatnonzero(best == number)
        telling = predicted.only(which)
        is_told = p_values[number, which] <= interval_below
        low, high = _ends(telling, is_told, (1 - confidence) / 2)
        ends = (telling.means[:, 0], low, high)
        for at, *expected in zip(which, *ends, strict=True):
            tried = [_known(p) for p in p_values[:, at]]
            of_span = dict(zip((days for days, _, _ in tests), tried, strict=True))
            answers[at] = _answer(of_span, span, float(seen[at]), expected)
    return answers


def _answer(
    tried: dict[int, float | None], span: int, seen: float, expected: Sequence[float]
) -> Surprise:
    known = [p for p in tried.values() if p is not None]
    if not known:
        return replace(NO_VERDICT, actual=seen)
    return Surprise(
        p_value=min(1.0, len(tried) * min(known)),
        shock_p=tried.get(SHOCK),
        drift_p=tried.get(DRIFT_DAYS),
        days=span,
        actual=seen,
        expected=float(expected[0]),
        low=_known(seen - float(expected[2])),
        high=_known(seen - float(expected[1])),
    )


def _ends(
    telling: Predictions, is_told: NDArray[np.bool_], tail: float
) -> tuple[Floats, Floats]:
    """Both ends of what was expected; NaN where nobody asks for them."""
    low, high = np.full((2, len(is_told)), np.nan)
    told = telling.only(np.flatnonzero(is_told))
    low[is_told] = told.quantiles(tail)[:, 0]
    high[is_told] = told.quantiles(1 - tail)[:, 0]
    return low, high


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
