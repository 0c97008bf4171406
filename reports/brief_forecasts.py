"""What was expected of days that an item is about, from the days before them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metrics.series import natural, working
from reports.brief_tests import expected_days

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metrics.series import Days, Floats
    from reports.brief_series import Measured

LOOK = 140


class Forecasts:
    """Forecasts for one brief; days that are compared with nothing are not learnt from."""

    def __init__(self, days: Days, is_closed: NDArray[np.bool_]) -> None:
        self.days = days
        self.is_closed = is_closed

    def count(self, one: Measured, window: slice) -> float | None:
        """What a count was expected to be over a window; None with too short a past."""
        found = self._expected(one.worked[None, :], window)
        return None if found is None else float(natural(found, scale=one.scale).sum())

    def counts(self, values: Floats, window: slice) -> Floats | None:
        """(s,) the same for (s, n) counts of many series at once, none below 0."""
        found = self._expected(working(values, scale="count"), window)
        if found is None:
            return None
        sums: Floats = natural(found, scale="count").sum(axis=1)
        return np.maximum(sums, 0.0)

    def rate(self, one: Measured, window: slice) -> float | None:
        """What a rate, or a mean, was expected to be on a day of a window."""
        found = self._expected(one.worked[None, :], window)
        return None if found is None else float(natural(found, scale=one.scale).mean())

    def _expected(self, worked: Floats, window: slice) -> Floats | None:
        first = max(0, window.start - LOOK)
        values = np.where(self.is_closed, np.nan, worked)[:, first : window.stop]
        return expected_days(self.days[first : window.stop], values, window.stop - window.start)
