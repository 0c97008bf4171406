"""What happened after a day, against what would have happened without: one series, interrupted."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from metrics.series.bma_t import factored
from metrics.series.calendar import Days, Floats, regressors
from metrics.series.mixture import Predictions
from metrics.series.scales import Scale, natural

POWER = 0.8


@dataclass(frozen=True, slots=True)
class Interruption:
    """How far the days after an event lie from what the days before it promised.

    Attributes:
        days: Days after the event that were compared.
        actual: Their mean, on the working scale.
        expected: What was expected of that mean; None when the series never varied before.
        effect: actual − expected; None with expected.
        low: Lower end of its interval; None with expected.
        high: Its upper end.
        total: effect × days, where the working scale is the natural one; else None.
        relative: The effect as a fraction of what was expected: 0.02 is 2 % more; of rates, of
            the odds. None with expected, and on the scale "value" when that is not above 0.
        relative_low: Lower end of its interval; None with relative.
        relative_high: Its upper end.
        p_value: Two-sided; None with expected.
        visible: The smallest effect, on the working scale, that 80 % of such comparisons would
            have shown at this confidence; None with expected.
    """

    days: int
    actual: float
    expected: float | None
    effect: float | None
    low: float | None
    high: float | None
    total: float | None
    relative: float | None
    relative_low: float | None
    relative_high: float | None
    p_value: float | None
    visible: float | None


def interruption(
    days: Days,
    values: Floats,
    before: int,
    *,
    scale: Scale = "count",
    holidays: Mapping[str, Days] | None = None,
    controls: Floats | None = None,
    is_weekly: bool = True,
    confidence: float = 0.95,
) -> Interruption:
    """Compare the mean of the days after an event with what the days before it promised.

    Without a control this says "changed after", never "because of": whatever else happened then is
    in it too. A control must be a series that the event could not touch.

    Args:
        days: (n,) calendar days, rising, the day of the event itself left out; gaps are allowed.
        values: (n,) on the working scale (see `working`).
        before: How many of the days lie before the event; 28 for a verdict, better 84.
        scale: What the working scale is of; decides what `relative` means.
        holidays: As in `regressors`.
        controls: (n, k), as in `regressors`.
        is_weekly: As in `regressors`.
        confidence: Of the intervals.

    Raises:
        ValueError: No day after the event, too few before, unknown values, or a confidence
            outside 0 to 1.

    References:
        metrics.series.bma_t.

    Examples:
        >>> days = np.arange("2026-01-01", "2026-04-11", dtype="datetime64[D]")
        >>> values = np.random.default_rng(1).normal(0, 1, 100)
        >>> values[70:] += 3
        >>> found = interruption(days, values, 70, scale="value")
        >>> found.low < 3 < found.high
        True
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    after = len(days) - before
    if after < 1 or len(values) != len(days):
        raise ValueError(f"{len(days)} days, {before} before, do not fit {len(values)} values")
    columns = regressors(
        days, before, holidays=holidays, controls=controls, is_weekly=is_weekly
    )
    engine = factored(days, columns, before, np.full((1, after), 1 / after))
    seen = float(values[before:].mean())
    predicted = engine.predict(values[None, :before])
    return compared(predicted, seen, days=after, scale=scale, confidence=confidence)


def compared(
    predicted: Predictions, seen: float, *, days: int, scale: Scale, confidence: float = 0.95
) -> Interruption:
    """What was seen against a prediction of it, whichever model made that.

    Args:
        predicted: Of the mean of the days after, for one series.
        seen: That mean, on the working scale.
        days: How many days it is of.
        scale: As in `interruption`.
        confidence: Of the intervals.

    References:
        The view of CausalImpact's users: `structural_predictions` in place of the engine's.

    Examples:
        >>> from metrics.series.local_level import structural_predictions
        >>> values = np.random.default_rng(1).normal(10, 1, 60)
        >>> expected = structural_predictions(values, np.ones((67, 1)), np.full((1, 7), 1 / 7))
        >>> found = compared(expected, 13.0, days=7, scale="value")
        >>> found.low < 3 < found.high
        True
    """
    if predicted.is_constant[0]:
        return Interruption(days, seen, *[None] * 10)
    tail = (1 - confidence) / 2
    expected = float(predicted.means[0, 0])
    ends = [float(predicted.quantiles(chance)[0, 0]) for chance in (1 - tail, tail)]
    effect, low, high = (seen - one for one in (expected, *ends))
    relative = [_relative(one, expected, scale) for one in (effect, low, high)]
    reach = (ends[0] - ends[1]) / 2 + float(predicted.quantiles(POWER)[0, 0]) - expected
    return Interruption(
        days=days,
        actual=seen,
        expected=expected,
        effect=effect,
        low=low,
        high=high,
        total=effect * days if scale == "value" else None,
        relative=relative[0],
        relative_low=relative[1],
        relative_high=relative[2],
        p_value=float(predicted.p_values(np.array([[seen]]))[0, 0]),
        visible=reach,
    )


def _relative(effect: float, expected: float, scale: Scale) -> float | None:
    if scale != "value":
        # log1p: of the counts plus one, which is the counts' own where they are many.
        return float(np.expm1(effect))
    return effect / expected if expected > 0 else None


def shown(effect: Interruption, scale: Scale) -> tuple[float, float | None]:
    """What was seen and what was expected, in the metric's own unit (means of logs: medians)."""
    actual = float(natural(np.array(effect.actual), scale=scale))
    if effect.expected is None:
        return actual, None
    return actual, float(natural(np.array(effect.expected), scale=scale))
