"""Is the service fast and correct enough, and when does growth break it?"""

from metrics.service.apdex import Apdex, apdex
from metrics.service.capacity import (
    CapacityDates,
    FirstPassage,
    LoadCurve,
    capacity_dates,
    first_passage,
    load_curve,
)
from metrics.service.latencies import ERROR, bucket, merged, middle, quantile, within
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
    "FirstPassage",
    "LoadCurve",
    "Window",
    "apdex",
    "bucket",
    "burn_alerts",
    "burn_rate",
    "capacity_dates",
    "detection_seconds",
    "error_budget",
    "first_passage",
    "load_curve",
    "merged",
    "middle",
    "quantile",
    "within",
]
