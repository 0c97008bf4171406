"""Where one visit ends and the next begins."""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=24)
MICROSECOND = timedelta(microseconds=1)


def session_numbers(
    units: NDArray[np.integer],
    times: NDArray[np.int64],
    *,
    idle: timedelta = IDLE,
    longest: timedelta = LONGEST,
) -> NDArray[np.int64]:
    """Which session each event belongs to, numbered from 0 in the order of the rows.

    A session ends when more than `idle` passes without an event, and at the latest `longest` after
    it began. Midnight ends nothing. Use a session id instead where the product sends one.

    Args:
        units: (n,) who did it, ascending.
        times: (n,) microseconds since 1970, UTC, ascending within a unit.
        idle: Above zero.
        longest: Above zero.

    Raises:
        ValueError: A span that is not above zero, or rows that are not sorted.

    References:
        The cap of 24 hours is PostHog's ("Sessions"); 30 minutes are every suite's default.

    Examples:
        >>> minutes = np.array([0, 20, 51, 0]) * 60_000_000
        >>> session_numbers(np.array([1, 1, 1, 2]), minutes).tolist()
        [0, 0, 1, 2]
    """
    if idle <= timedelta(0) or longest <= timedelta(0):
        raise ValueError(f"idle and longest must be above zero, got {idle} and {longest}")
    same = units[1:] == units[:-1]
    waited = np.diff(times)
    if np.any(units[1:] < units[:-1]) or np.any(same & (waited < 0)):
        raise ValueError("sessions need rows sorted by unit, then time")
    is_first = np.ones(len(units), dtype=np.bool_)
    is_first[1:] = ~same | (waited > idle // MICROSECOND)
    # Cut what is still too long at the first event beyond the cap, until nothing is.
    while True:
        start = np.maximum.accumulate(np.where(is_first, np.arange(len(units)), 0))
        is_late = times - times[start] >= longest // MICROSECOND
        cuts = np.flatnonzero(is_late & (start < np.arange(len(units))))
        cuts = cuts[np.unique(start[cuts], return_index=True)[1]]
        if not len(cuts):
            return np.cumsum(is_first) - 1
        is_first[cuts] = True
