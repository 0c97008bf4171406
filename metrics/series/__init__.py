"""Daily series: what days would have been without an event, and whole futures."""

from metrics.series.accuracy import Accuracy, accuracy, seasonal_naive
from metrics.series.bma_t import FEWEST_DAYS, GOOD_DAYS, Factored, factored, noise_names
from metrics.series.calendar import Days, Floats, regressors
from metrics.series.forecast import Forecast, back_test, forecast, paths
from metrics.series.interruption import Interruption, compared, interruption, shown
from metrics.series.local_level import LocalLevel, local_level, structural_predictions
from metrics.series.mixture import Predictions
from metrics.series.scales import Scale, natural, working
from metrics.series.unusual import Surprise, surprises

__all__ = [
    "FEWEST_DAYS",
    "GOOD_DAYS",
    "Accuracy",
    "Days",
    "Factored",
    "Floats",
    "Forecast",
    "Interruption",
    "LocalLevel",
    "Predictions",
    "Scale",
    "Surprise",
    "accuracy",
    "back_test",
    "compared",
    "factored",
    "forecast",
    "interruption",
    "local_level",
    "natural",
    "noise_names",
    "paths",
    "regressors",
    "seasonal_naive",
    "shown",
    "structural_predictions",
    "surprises",
    "working",
]
