"""When is a silent user gone? Churn without contracts, from the gaps between active days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.rates import NOT_MEASURABLE, Rate, rate

Counts = NDArray[np.int64]
GONE = 0.10  # of the silent, how many may still come back for the others to be called gone


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """How long users were silent, counted by whole days: next active day less the last one.

    Attributes:
        closed: (g,) how many gaps of 0, 1, 2, … days ended with a return; none has 0.
        open: (g,) how many users were last active 0, 1, 2, … days before the last complete day.
    """

    closed: Counts
    open: Counts

    def __post_init__(self) -> None:
        if len(self.closed) != len(self.open):
            raise ValueError(f"got {len(self.closed)} and {len(self.open)} lengths of gaps")
        if len(self.closed) and self.closed[0]:
            raise ValueError("a gap that ended has at least 1 day: give each active day once")


def gaps(users: NDArray[np.integer], days: NDArray[np.integer], *, last_day: int) -> Gaps:
    """The gaps between active days, and each user's open one.

    Args:
        users: (n,) who was active, ascending.
        days: (n,) on which day, ascending within a user, each once; none after `last_day`.
        last_day: The last complete day.

    Raises:
        ValueError: Rows that are not sorted or not distinct, or that lie after the last day.

    Examples:
        >>> found = gaps(np.array([1, 1, 2]), np.array([0, 3, 4]), last_day=5)
        >>> found.closed.tolist(), found.open.tolist()
        ([0, 0, 0, 1], [0, 1, 1, 0])
    """
    if len(users) != len(days):
        raise ValueError(f"got {len(users)} users but {len(days)} days")
    same = users[1:] == users[:-1]
    lengths = np.diff(days)
    if np.any(users[1:] < users[:-1]) or np.any(same & (lengths < 1)):
        raise ValueError("gaps need distinct rows sorted by user, then day")
    if len(days) and days.max() > last_day:
        raise ValueError(f"day {days.max()} lies after the last complete day {last_day}")
    waits = last_day - days[np.append(~same, True)[: len(days)]]
    longest = int(max(lengths[same].max(initial=0), waits.max(initial=0)))
    return Gaps(
        np.bincount(lengths[same], minlength=longest + 1),
        np.bincount(waits, minlength=longest + 1),
    )


@dataclass(frozen=True, slots=True)
class ReturnPoint:
    """What becomes of users who have been silent for so many days.

    Attributes:
        silent_days: Days without activity.
        at_risk: Gaps seen to last that long and longer.
        returns: Share of them that end with a return within the horizon; None: not seen yet.
    """

    silent_days: int
    at_risk: int
    returns: float | None


def return_curve(gaps: Gaps, *, horizon: int = 28) -> tuple[ReturnPoint, ...]:
    """Of those silent for d days, how many come back within a horizon: 1 − S(d + H) ÷ S(d).

    Gaps that are still open count until the last complete day and then drop out (Kaplan-Meier);
    percentiles of the gaps that ended would leave out exactly those who never came back. It counts
    gaps: who comes and goes often has many.

    Args:
        gaps: How long users were silent.
        horizon: H, in days, at least 1.

    Raises:
        ValueError: A horizon below 1.

    References:
        Kaplan and Meier (1958), JASA 53:457-481.

    Examples:
        >>> silence = Gaps(np.array([0, 6, 2, 0, 0]), np.array([0, 0, 0, 0, 4]))
        >>> curve = return_curve(silence, horizon=2)
        >>> [None if point.returns is None else round(point.returns, 3) for point in curve]
        [0.667, 0.333, 0.0, None, None]
    """
    if horizon < 1:
        raise ValueError(f"horizon must be at least 1 day, got {horizon}")
    total = gaps.closed + gaps.open
    at_risk = np.cumsum(total[::-1])[::-1]  # gaps of at least d days
    staying = np.cumprod(1 - gaps.closed / np.maximum(at_risk, 1))
    return tuple(
        ReturnPoint(
            day,
            int(at_risk[day] - gaps.closed[day] - gaps.open[day]),
            float(1 - staying[day + horizon] / staying[day])
            if day + horizon < len(staying) and staying[day] > 0
            else None,
        )
        for day in range(len(staying))
    )


def threshold(curve: Sequence[ReturnPoint], *, most: float = GONE, fewest: int = 20) -> int | None:
    """Days of silence after which a user is called gone: the first with at most 10 % returning.

    Args:
        curve: Of the returns.
        most: Share that may still return, between 0 and 1.
        fewest: Gaps that must have lasted that long for their share to count.

    Returns:
        Days, at least 1; None: within what is seen, more than that keep returning.

    Raises:
        ValueError: `most` outside its range.

    Examples:
        >>> points = [ReturnPoint(0, 90, 0.6), ReturnPoint(1, 60, 0.2), ReturnPoint(2, 50, 0.1)]
        >>> threshold(points)
        2
    """
    if not 0 <= most <= 1:
        raise ValueError(f"most must be between 0 and 1, got {most}")
    gone = (
        point.silent_days
        for point in curve
        if point.silent_days >= 1
        and point.at_risk >= fewest
        and point.returns is not None
        and point.returns <= most
    )
    return next(gone, None)


@dataclass(frozen=True, slots=True)
class CallErrors:
    """Both ways in which calling users gone after so many days is wrong.

    Attributes:
        called: Gaps that lasted longer than the threshold: called gone once.
        returned: Share of them that ended with a return so far: called too early.
        silent: Users silent for 1 day up to the threshold: not called yet.
        silent_gone: How many of those to expect not to return within the horizon: called too late;
            None: not measurable for some of them.
    """

    called: int
    returned: Rate
    silent: int
    silent_gone: float | None


def call_errors(gaps: Gaps, curve: Sequence[ReturnPoint], days: int) -> CallErrors:
    """How often calling a user gone after some days is too early, and how often too late.

    Args:
        gaps: How long users were silent.
        curve: Of their returns.
        days: The threshold, at least 1.

    Raises:
        ValueError: A threshold below 1.
    """
    if days < 1:
        raise ValueError(f"the threshold must be at least 1 day, got {days}")
    back = int(gaps.closed[days + 1 :].sum())
    called = back + int(gaps.open[days + 1 :].sum())
    waiting = [(int(gaps.open[point.silent_days]), point.returns) for point in curve[1 : days + 1]]
    known = [users * (1 - returns) for users, returns in waiting if returns is not None]
    is_known = all(returns is not None for users, returns in waiting if users)
    return CallErrors(
        called=called,
        returned=rate(back, called),
        silent=sum(users for users, _ in waiting),
        silent_gone=sum(known) if is_known else None,
    )


@dataclass(frozen=True, slots=True)
class UsageChurn:
    """Who fell silent in one interval of days.

    Attributes:
        end: Day after the interval's last.
        active_before: Users active in the interval before.
        dormant: Of those, silent throughout this one; None: an interval is not wholly seen.
        resurrected: Active now, not in the interval before, but earlier; None with dormant.
        new: Active for the first time ever: too young to be lost yet; None with dormant.
        rate: dormant ÷ active before.
    """

    end: int
    active_before: int
    dormant: int | None
    resurrected: int | None
    new: int | None
    rate: Rate


def usage_churn(
    users: NDArray[np.integer],
    days: NDArray[np.integer],
    ends: Sequence[int],
    *,
    interval: int,
    complete: tuple[int, int],
) -> tuple[UsageChurn, ...]:
    """Churn of usage: users of one interval who are silent throughout the next.

    Use the threshold of `return_curve` as interval. Intervals that reach beyond the data on either
    side are undefined, not zero.

    Args:
        users: (n,) who was active, any order.
        days: (n,) on which day.
        ends: Day after each interval's last.
        interval: Its days, at least 1.
        complete: First complete day, and the day after the last one.

    Raises:
        ValueError: An interval below 1, or columns of different length.

    Examples:
        >>> found = usage_churn(
        ...     np.array([1, 1, 2]), np.array([0, 7, 3]), [14], interval=7, complete=(0, 14)
        ... )
        >>> found[0].dormant, found[0].rate.value
        (1, 0.5)
    """
    if interval < 1:
        raise ValueError(f"an interval has at least one day, got {interval}")
    if len(users) != len(days):
        raise ValueError(f"got {len(users)} users but {len(days)} days")
    everybody, user = np.unique(users, return_inverse=True)
    first = np.full(len(everybody), np.iinfo(np.int64).max)
    np.minimum.at(first, user, days)

    def active(start: int, end: int) -> NDArray[np.bool_]:
        found = np.zeros(len(everybody), dtype=np.bool_)
        found[user[(days >= start) & (days < end)]] = True
        return found

    found = []
    for end in ends:
        start = end - interval
        before, now = active(start - interval, start), active(start, end)
        if start - interval < complete[0] or end > complete[1]:
            found.append(UsageChurn(end, int(before.sum()), None, None, None, NOT_MEASURABLE))
            continue
        is_new = now & (first >= start)
        dormant, count = int((before & ~now).sum()), int(before.sum())
        back = int((now & ~before & ~is_new).sum())
        found.append(
            UsageChurn(end, count, dormant, back, int(is_new.sum()), rate(dormant, count))
        )
    return tuple(found)
