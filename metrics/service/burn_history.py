"""When would alerts on the error budget have fired, and how far was it spent, hour by hour?"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from metrics.series.calendar import Floats
from metrics.service.slo import CLOSE, FEWEST_EVENTS, PERIOD, WINDOWS, Window

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Episode:
    """Hours without a break in which an alert of one severity fired.

    Attributes:
        severity: "page" or "ticket".
        first: Position of the first hour.
        last: Position of the last one, included.
        worst: Highest burn rate of a long window that fired.
        bad: Bad events in its hours.
    """

    severity: str
    first: int
    last: int
    worst: float
    bad: float


def rolling(values: Floats, hours: int) -> Floats:
    """Sums of so many hours that end with each hour; fewer at the beginning.

    Examples:
        >>> rolling(np.array([1.0, 2, 3, 4]), 2).tolist()
        [1.0, 3.0, 5.0, 7.0]
    """
    sums = np.concatenate([np.zeros(1), np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    found: Floats = sums[ends] - sums[np.maximum(ends - hours, 0)]
    return found


def episodes(
    bad: Floats,
    events: Floats,
    *,
    objective: float,
    period: timedelta = PERIOD,
    fewest: float = FEWEST_EVENTS,
) -> tuple[Episode, ...]:
    """The times at which the alerts of `burn_alerts` would have fired, had they been there.

    Hours are all that is known, so short windows of minutes are taken as one hour: an alert is
    found up to an hour later, and lasts up to an hour longer, than by the minute.

    Args:
        bad: (n,) bad events of each hour, neighbouring hours without gaps.
        events: (n,) all of them.
        objective: As in `error_budget`.
        period: Of the budget.
        fewest: Events that the long window needs.

    Raises:
        ValueError: Lengths that differ, or an objective outside 0 to 1.

    References:
        Beyer et al. (2018), "The site reliability workbook", chapter 5, table 5-8.

    Examples:
        >>> events = np.full(100, 1000.0)
        >>> bad = np.where(np.arange(100) == 50, 350.0, 0.0)
        >>> [(one.severity, one.first) for one in episodes(bad, events, objective=0.999)]
        [('page', 50), ('ticket', 50)]
    """
    if len(bad) != len(events):
        raise ValueError(f"{len(bad)} hours of bad events do not fit {len(events)} of all")
    if not 0 < objective < 1:
        raise ValueError(f"objective must be a fraction below 1, like 0.999, got {objective}")
    burns = {"page": np.zeros(len(bad)), "ticket": np.zeros(len(bad))}
    for window in WINDOWS:
        fires = _fires(window, bad, events, objective, period, fewest)
        burns[window.severity] = np.maximum(burns[window.severity], fires)
    return tuple(
        Episode(severity, first, last, float(burn[first : last + 1].max()),
                float(bad[first : last + 1].sum()))
        for severity, burn in burns.items()
        for first, last in _runs(burn > 0)
    )  # fmt: skip


def _fires(
    window: Window,
    bad: Floats,
    events: Floats,
    objective: float,
    period: timedelta,
    fewest: float,
) -> Floats:
    """The long window's burn rate where the alert fires, else 0."""
    rates = []
    for span in (window.long, window.short):
        hours = max(1, round(span / HOUR))
        seen = rolling(events, hours)
        share = np.divide(rolling(bad, hours), seen, out=np.zeros(len(bad)), where=seen > 0)
        rates.append(share / (1 - objective))
    enough = rolling(events, max(1, round(window.long / HOUR))) >= fewest
    is_fast = np.minimum(*rates) >= window.burn(period) * CLOSE
    return np.where(is_fast & enough, rates[0], 0.0)


def _runs(is_on: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last position of each run."""
    edges = np.diff(np.concatenate([[False], is_on, [False]]).astype(np.int8))
    firsts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return [(int(first), int(end) - 1) for first, end in zip(firsts, ends, strict=True)]
