"""How far forecasts were off, on scales that compare series of different size."""

from dataclasses import dataclass

import numpy as np

from metrics.series.calendar import Floats


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Errors of one forecast.

    Attributes:
        rmse: Root of the mean squared error, in the values' unit.
        mae: Mean absolute error, in the values' unit.
        mape: Mean absolute error over the value, in percent; None when a value is 0.
        smape: The same over the mean of value and forecast, in percent; None when both are 0.
        mase: mae over that of "same as one season ago" within the training days: below 1 is
            better than that. None when the training days repeat exactly.
        coverage: Share of values inside their interval; None without intervals.
        msis: Mean interval score, scaled like mase; None without intervals, or as mase.
    """

    rmse: float
    mae: float
    mape: float | None
    smape: float | None
    mase: float | None
    coverage: float | None
    msis: float | None


def accuracy(
    actual: Floats,
    forecast: Floats,
    *,
    training: Floats,
    season: int = 7,
    interval: tuple[Floats, Floats] | None = None,
    confidence: float = 0.95,
) -> Accuracy:
    """Compare a forecast with what came.

    Args:
        actual: (h,) what came.
        forecast: (h,) what was said.
        training: (n,) what was known; more than a season.
        season: Values in a season: 7 for days, 1 for none.
        interval: Lower and upper ends, (h,) each.
        confidence: Of the interval.

    Raises:
        ValueError: Lengths that do not fit.

    References:
        Hyndman and Koehler (2006), Int. J. Forecasting 22:679-688 (MASE). Gneiting and Raftery
        (2007), JASA 102:359-378, eq. 43 (interval score). Makridakis, Spiliotis and Assimakopoulos
        (2020), Int. J. Forecasting 36:54-74 (sMAPE of M4).

    Examples:
        >>> found = accuracy(np.array([3.0, 5.0]), np.array([4.0, 4.0]),
        ...                  training=np.array([1.0, 2.0, 4.0]), season=1)
        >>> found.mae, round(found.mase, 3), found.smape
        (1.0, 0.667, 25.396825396825395)
    """
    if actual.shape != forecast.shape or len(actual) == 0 or len(training) <= season:
        raise ValueError(
            f"{len(actual)} values, {len(forecast)} forecasts and {len(training)} training "
            f"values of season {season} do not fit"
        )
    errors = np.abs(actual - forecast)
    sizes = np.abs(actual) + np.abs(forecast)
    unit = float(np.abs(training[season:] - training[:-season]).mean())
    covered, score = (None, None) if interval is None else _interval(actual, interval, confidence)
    return Accuracy(
        rmse=float(np.sqrt((errors**2).mean())),
        mae=float(errors.mean()),
        mape=float(100 * (errors / np.abs(actual)).mean()) if np.all(actual != 0) else None,
        smape=float(200 * (errors / sizes).mean()) if np.all(sizes > 0) else None,
        mase=float(errors.mean() / unit) if unit > 0 else None,
        coverage=covered,
        msis=score / unit if score is not None and unit > 0 else None,
    )


def seasonal_naive(training: Floats, horizon: int, *, season: int = 7) -> Floats:
    """The forecast that every other must beat: the same as one season ago.

    Raises:
        ValueError: Less than one season known, or no horizon.

    Examples:
        >>> seasonal_naive(np.array([1.0, 2.0, 3.0]), 4, season=2).tolist()
        [2.0, 3.0, 2.0, 3.0]
    """
    if not 1 <= season <= len(training) or horizon < 1:
        raise ValueError(f"a season of {season} needs as many values, got {len(training)}")
    return np.resize(training[-season:], horizon)


def _interval(
    actual: Floats, interval: tuple[Floats, Floats], confidence: float
) -> tuple[float, float]:
    low, high = interval
    under, over = np.maximum(low - actual, 0), np.maximum(actual - high, 0)
    score = high - low + 2 / (1 - confidence) * (under + over)
    return float(((under == 0) & (over == 0)).mean()), float(score.mean())
