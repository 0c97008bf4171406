"""What could have been known on a day, and what happened after: what a risk model learns from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Question:
    """What is predicted. Days are whole.

    Attributes:
        window: Features look back over (day − window, day].
        gap: Time left to act: who leaves within (day, day + gap] is no case.
        horizon: The label is leaving within (day + gap, day + gap + horizon].

    Raises:
        ValueError: A window or horizon below 1, or a gap below 0.
    """

    window: int = 28
    gap: int = 7
    horizon: int = 28

    def __post_init__(self) -> None:
        if self.window < 1 or self.horizon < 1 or self.gap < 0:
            raise ValueError(f"need window and horizon of 1 or more and a gap of 0 or more: {self}")


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Rows of (account, day) at which the account paid and its future is known.

    Attributes:
        accounts: (n,) number of the account.
        days: (n,) the landmark, days since 1970.
        leaves: (n,) whether it left within the horizon.
    """

    accounts: NDArray[np.integer]
    days: Days
    leaves: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.accounts)


def landmarks(
    accounts: NDArray[np.integer],
    started: Days,
    left: Days,
    days: list[int],
    question: Question,
    *,
    complete_until: int,
) -> Landmarks:
    """The rows to learn from: each account on each day, where it could still be acted on.

    A row is left out when the account did not pay for a whole window before the day, when it leaves
    within the gap, and when its horizon is not over: not yet having left is no answer.

    Args:
        accounts: (a,) number of each account.
        started: (a,) its first paid day.
        left: (a,) the first day it paid nothing any more; the largest int64: it still pays.
        days: The landmarks.
        question: Window, gap and horizon.
        complete_until: Day after the last complete one.

    Raises:
        ValueError: Columns of different length.

    Examples:
        >>> rows = landmarks(np.array([1, 2]), np.array([0, 0]), np.array([60, 900]), [40],
        ...                  Question(28, 7, 28), complete_until=100)
        >>> rows.leaves.tolist()
        [True, False]
    """
    if not len(accounts) == len(started) == len(left):
        raise ValueError(f"columns differ: {len(accounts)}, {len(started)}, {len(left)}")
    parts = []
    for day in sorted(days):
        end = day + question.gap + question.horizon
        if end >= complete_until:
            continue
        is_case = (started <= day - question.window + 1) & (left > day + question.gap)
        chosen = np.flatnonzero(is_case)
        parts.append((accounts[chosen], np.full(len(chosen), day), left[chosen] <= end))
    if not parts:
        return Landmarks(accounts[:0], started[:0], np.empty(0, dtype=np.bool_))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Landmarks(columns[0], columns[1].astype(np.int64), columns[2])


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Which rows a model learns from, and which it is judged on.

    Attributes:
        learns: (n,) older landmarks of some accounts.
        judges: (n,) later landmarks of the other accounts. Rows of neither side are not used.
    """

    learns: NDArray[np.bool_]
    judges: NDArray[np.bool_]


def sides(
    rows: Landmarks, question: Question, *, judged_from: int, share: float = 0.3, seed: int = 0
) -> Sides:
    """Learn from the past of some accounts, judge on the future of others.

    A model that is judged on accounts it learned from, or on the same weeks, remembers them instead
    of predicting. Outcomes of the learning side end before the judging side begins.

    Args:
        rows: Landmarks.
        question: Window, gap and horizon.
        judged_from: First landmark of the judging side.
        share: Of accounts on the judging side, between 0 and 1.
        seed: Which accounts; the same seed keeps an account where it is when rows are added.

    Raises:
        ValueError: A share that does not lie between 0 and 1.

    References:
        Van Houwelingen (2007), Scand. J. Stat. 34:70-85 (landmarking).
    """
    if not 0 < share < 1:
        raise ValueError(f"share must be between 0 and 1, got {share}")
    is_judged = _scattered(rows.accounts, seed) < share
    is_over = rows.days + question.gap + question.horizon < judged_from
    return Sides(learns=~is_judged & is_over, judges=is_judged & (rows.days >= judged_from))


def _scattered(accounts: NDArray[np.integer], seed: int) -> NDArray[np.float64]:
    """(n,) a number from 0 to 1 for each account, as if at random, always the same (splitmix64)."""
    mixed = accounts.astype(np.uint64) + np.uint64((seed * 0x9E3779B97F4A7C15) % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)) / 2.0**53
