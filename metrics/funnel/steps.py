"""How many reached each step of a funnel, and how long it took them."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from metrics.funnel.attempts import Attempts
from metrics.rates import NOT_MEASURABLE, Rate, rate

MICROSECONDS = 1_000_000  # in a second
MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds
# Where bins of spans begin, in seconds; the last one has no end.
SPANS = np.array([
    0, 1, 2, 5, 10, 20, 30,
    *(MINUTE * n for n in (1, 2, 5, 10, 20, 30)), *(HOUR * n for n in (1, 2, 4, 8)),
    *(DAY * n for n in (1, 2, 4, 7, 14, 30, 60, 90, 180)),
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a funnel.

    Attributes:
        count: Attempts that reached it: with unique counting, people.
        dropped: Of those, that did not reach the next one; None for the last step.
        from_previous: Share of those at the step before; undefined for the first step.
        from_first: Share of those at the first step.
        median_seconds: From the step before, over those who reached this one; None for the first
            step and when nobody reached it.
        mean_seconds: The same, the mean.
    """

    count: int
    dropped: int | None
    from_previous: Rate
    from_first: Rate
    median_seconds: float | None
    mean_seconds: float | None


def steps(attempts: Attempts, *, confidence: float = 0.95) -> tuple[Step, ...]:
    """Each step's count, conversion and time, from the attempts that count.

    The intervals take attempts as independent: true when people are counted, not when each of
    several attempts of one person is.

    Args:
        attempts: Those that count.
        confidence: Of the intervals, strictly between 0 and 1.

    Raises:
        ValueError: `confidence` lies outside its range.

    Examples:
        >>> from metrics.funnel import Funnel, Log, attempts
        >>> log = Log(np.array([1, 1, 2]), np.array([0, 9, 0]), np.array([1, 2, 1], dtype="u1"))
        >>> [step.count for step in steps(attempts(log, Funnel(2)))]
        [2, 1]
    """
    width = attempts.rows.shape[1]
    counts = [int((attempts.levels > step).sum()) for step in range(width)]
    return tuple(
        Step(
            count=count,
            dropped=count - counts[place + 1] if place + 1 < width else None,
            from_previous=(
                rate(count, counts[place - 1], confidence=confidence) if place else NOT_MEASURABLE
            ),
            from_first=rate(count, counts[0], confidence=confidence),
            median_seconds=_or_none(_median, attempts, place),
            mean_seconds=_or_none(_mean, attempts, place),
        )
        for place, count in enumerate(counts)
    )


def seconds_between(attempts: Attempts, from_step: int, to_step: int) -> NDArray[np.float64]:
    """Seconds between two steps, counted from 0, of the attempts that reached the later one.

    Raises:
        ValueError: Not 0 <= from_step < to_step < number of steps.
    """
    width = attempts.rows.shape[1]
    if not 0 <= from_step < to_step < width:
        raise ValueError(f"need two steps in order, 0 to {width - 1}: got {from_step}, {to_step}")
    reached = attempts.times[attempts.levels > to_step]
    return (reached[:, to_step] - reached[:, from_step]) / MICROSECONDS


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many took how long.

    Attributes:
        starts: Seconds at which each bin begins; a bin ends where the next one begins.
        counts: Attempts in each bin; the last bin holds the longest time.
        width: Seconds; None without attempts, or where bins differ in width.
        mean: Seconds; None without attempts.
        median: Seconds; None without attempts.
    """

    starts: tuple[float, ...]
    counts: tuple[int, ...]
    width: int | None
    mean: float | None
    median: float | None


def histogram(seconds: NDArray[np.float64], *, bins: int | None = None) -> Histogram:
    """Times to convert in bins of whole seconds, from the shortest to the longest.

    Args:
        seconds: (n,) one per attempt.
        bins: How many, at least 1; one more closes the last at the longest time. None: the cube
            root of n, rounded up.

    Raises:
        ValueError: `bins` is below 1.

    References:
        The rule of the bins is PostHog's (time to convert, automatic bins).

    Examples:
        >>> histogram(np.array([3600, 2220, 82800])).starts
        (2220.0, 42510.0, 82800.0)
    """
    if bins is not None and bins < 1:
        raise ValueError(f"a histogram has at least one bin, got {bins}")
    if not len(seconds):
        return Histogram((), (), width=None, mean=None, median=None)
    shortest, longest = float(seconds.min()), float(seconds.max())
    many = bins or ceil(round(len(seconds) ** (1 / 3), 9))
    width = max(ceil((longest - shortest) / many), 1)
    place = ((seconds - shortest) // width).astype(np.intp)
    counts = np.bincount(place, minlength=many + 1 if longest > shortest else 1)
    return Histogram(
        starts=tuple(shortest + width * bin_ for bin_ in range(len(counts))),
        counts=tuple(int(count) for count in counts),
        width=width,
        mean=float(seconds.mean()),
        median=float(np.median(seconds)),
    )


def spans(seconds: NDArray[np.float64]) -> Histogram:
    """Times to convert in bins as people say them: from 10 s, 20 s, 30 s, a minute, two, five.

    Times of people spread over many powers of ten, so bins of one width put nearly all of them
    into the first. A time on an edge belongs to the bin that it begins.

    Args:
        seconds: (n,) one per attempt.

    Examples:
        >>> found = spans(np.array([3.0, 5.0, 59.0, 60.0]))
        >>> found.starts, found.counts
        ((2.0, 5.0, 10.0, 20.0, 30.0, 60.0), (1, 1, 0, 0, 1, 1))
    """
    if not len(seconds):
        return Histogram((), (), width=None, mean=None, median=None)
    place = np.searchsorted(SPANS, seconds, side="right") - 1
    first, last = int(place.min()), int(place.max())
    counts = np.bincount(place - first, minlength=last - first + 1)
    return Histogram(
        starts=tuple(float(start) for start in SPANS[first : last + 1]),
        counts=tuple(int(count) for count in counts),
        width=None,
        mean=float(seconds.mean()),
        median=float(np.median(seconds)),
    )


def _or_none(
    statistic: Callable[[NDArray[np.float64]], float], attempts: Attempts, place: int
) -> float | None:
    if place == 0:
        return None
    seconds = seconds_between(attempts, place - 1, place)
    return statistic(seconds) if len(seconds) else None


def _median(seconds: NDArray[np.float64]) -> float:
    return float(np.median(seconds))


def _mean(seconds: NDArray[np.float64]) -> float:
    return float(np.mean(seconds))
