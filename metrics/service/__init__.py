"""Is the service fast and correct enough, and when does growth break it?"""

from metrics.service.apdex import Apdex, apdex
from metrics.service.burn_history import Episode, episodes, rolling
from metrics.service.capacity import (
    CapacityDates,
    FirstPassage,
    LoadCurve,
    capacity_dates,
    first_passage,
    load_curve,
)
from metrics.service.latencies import ERROR, bucket, merged, middle, quantile, within
from metrics.service.regressions import Regression, failing_more, slower
from metrics.service.slo import (
    WINDOWS,
    Alert,
    Budget,
    Window,
    burn_alerts,
    burn_rate,
    detection_seconds,
    error_budget,
)

__all__ = [
    "ERROR",
    "WINDOWS",
    "Alert",
    "Apdex",
    "Budget",
    "CapacityDates",
    "Episode",
    "FirstPassage",
    "LoadCurve",
    "Regression",
    "Window",
    "apdex",
    "bucket",
    "burn_alerts",
    "burn_rate",
    "capacity_dates",
    "detection_seconds",
    "episodes",
    "error_budget",
    "failing_more",
    "first_passage",
    "load_curve",
    "merged",
    "middle",
    "quantile",
    "rolling",
    "slower",
    "within",
]
