"""How often a score puts two customers in the order in which they left."""

import numpy as np
from numpy.typing import NDArray

from metrics.survival.lifetimes import Floats, Lifetimes

PAIRS_AT_ONCE = 4_000_000


def concordance(
    lifetimes: Lifetimes, risk: Floats, *, strata: NDArray[np.integer] | None = None
) -> float | None:
    """Share of comparable pairs in which the one with the higher risk left first.

    A pair is comparable when it is known who left first: one left while the other was still under
    observation. Equal risks count half. 0.5 is chance; None: no pair is comparable.

    Args:
        lifetimes: One row per customer.
        risk: (n,) the score; higher means sooner.
        strata: (n,) pairs only within equal values; None: all pairs.

    References:
        Harrell, Lee and Mark (1996), Stat. Med. 15:361-387.

    Examples:
        >>> seen = Lifetimes(np.array([1.0, 2, 3]), np.array([1, 1, 0]) > 0)
        >>> concordance(seen, np.array([3.0, 2, 1]))
        1.0
    """
    groups = np.zeros(len(lifetimes)) if strata is None else strata
    right = pairs = 0.0
    for group in np.unique(groups):
        here = groups == group
        one, two = _counted(lifetimes.only(here), risk[here])
        right, pairs = right + one, pairs + two
    return right / pairs if pairs else None


def _counted(lifetimes: Lifetimes, risk: Floats) -> tuple[float, float]:
    """(pairs in order, comparable pairs); each who left is held against all who stayed longer."""
    right = pairs = 0.0
    left = np.flatnonzero(lifetimes.is_event)
    chunk = max(PAIRS_AT_ONCE // max(len(lifetimes), 1), 1)
    for start in range(0, len(left), chunk):
        row = left[start : start + chunk, None]
        longer = lifetimes.durations > lifetimes.durations[row]
        longer |= (lifetimes.durations == lifetimes.durations[row]) & ~lifetimes.is_event
        if lifetimes.entries is not None:
            longer &= lifetimes.entries < lifetimes.durations[row]
        pairs += float(longer.sum())
        right += float((longer & (risk[row] > risk)).sum())
        right += float((longer & (risk[row] == risk)).sum()) / 2
    return right, pairs
