"""The textbook's interrupted time series: a step, and a change of slope, in a count's rate."""

from dataclasses import dataclass

import numpy as np

from metrics.impact.simplex import Floats


@dataclass(frozen=True, slots=True)
class RateRatio:
    """A rate after over the rate before, all else equal.

    Attributes:
        value: 0.9 is 10 % less.
        low: Lower end of its interval.
        high: Upper end.
        p_value: Two-sided.
    """

    value: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class StepChange:
    """What a segmented regression finds after an event.

    Attributes:
        level: The step, at once and for good.
        slope: Change of the rate a period, from the event on; None when not asked for.
        dispersion: Spread of the counts over that of chance alone; 1 for a Poisson process.
    """

    level: RateRatio
    slope: RateRatio | None
    dispersion: float


def step_change(
    counts: Floats,
    before: int,
    *,
    exposure: Floats | None = None,
    controls: Floats | None = None,
    has_slope: bool = False,
    confidence: float = 0.95,
) -> StepChange:
    """A straight trend with a step in it, for those who must compare with published studies.

    It takes neighbouring periods for independent, so on daily series it calls more than half of
    all ordinary dates significant: never a verdict here. `interruption` is the one to read.

    Args:
        counts: (n,) events of each period, 0 or more.
        before: Periods before the event, at least 2.
        exposure: (n,) people or time that each count is out of, above 0; None: all equal.
        controls: (n, k) columns that the rate may follow too, such as sines of the season.
        has_slope: Whether the trend may change too; the step is then that at the event.
        confidence: Of the intervals.

    Raises:
        ValueError: Too few periods on a side, negative counts, or an exposure not above 0.

    References:
        Lopez Bernal, Cummins and Gasparrini (2017), Int. J. Epidemiol. 46:348-355 (quasi-Poisson
        with offset). Wagner et al. (2002), J. Clin. Pharm. Ther. 27:299-309.

    Examples:
        >>> found = step_change(np.array([100.0, 104, 99, 101, 52, 49, 51, 48]), 4)
        >>> 0.4 < found.level.value < 0.6
        True
    """
    after, size = len(counts) - before, np.ones(len(counts)) if exposure is None else exposure
    if before < 2 or after < (2 if has_slope else 1):
        raise ValueError(f"too few periods: {before} before and {after} after")
    if np.any(counts < 0) or np.any(size <= 0) or len(size) != len(counts):
        raise ValueError("counts must be 0 or more, and each have an exposure above 0")
    from statsmodels.api import GLM, families

    at = np.arange(len(counts), dtype=np.float64)
    is_after = (at >= before).astype(np.float64)
    # Counted from the last period before, as the tutorial does: the step is that of its trend.
    bend = [is_after * (at - before + 1)] if has_slope else []
    columns = [np.ones(len(counts)), is_after, *bend, at, *([] if controls is None else controls.T)]
    model = GLM(counts, np.column_stack(columns), family=families.Poisson(), offset=np.log(size))
    fit = model.fit(scale="X2", use_t=False)
    ends = np.exp(fit.conf_int(alpha=1 - confidence))
    ratios = [
        RateRatio(float(np.exp(fit.params[k])), float(ends[k][0]), float(ends[k][1]),
                  float(fit.pvalues[k]))
        for k in range(1, 2 + has_slope)
    ]  # fmt: skip
    return StepChange(ratios[0], ratios[1] if has_slope else None, float(fit.scale))
