"""Churn that is none: a customer who was moved to another account."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.revenue.movements import CHURN, NEW, Movements

NO_KEY = -1


@dataclass(frozen=True, slots=True)
class Migration:
    """A churn and a new that look like one customer.

    Attributes:
        churned: Account that left.
        joined: Account that came.
        days: From leaving to coming; negative when the new one came first.
        lost: A month, what the one paid.
        won: A month, what the other pays.
    """

    churned: int
    joined: int
    days: int
    lost: float
    won: float


def migrations(
    moved: Movements,
    keys: NDArray[np.integer],
    *,
    within_days: int = 31,
    tolerance: float = 0.2,
    most_per_key: int = 5,
) -> tuple[Migration, ...]:
    """Pairs of a churn and a new that share a key, come close together and pay about the same.

    A new billing system, a rename or a merger looks like a customer lost and another won. These are
    candidates for a person to look at, not corrections: nothing is taken out of any number.

    Args:
        moved: Movements of one period or more, in one currency.
        keys: (m,) what links accounts, for each movement: an account key of the user's own, an
            e-mail domain; -1: none.
        within_days: At most so many days between the two.
        tolerance: The amounts differ by at most this fraction of the larger one.
        most_per_key: A key that more churns, or more news, share is no customer's own (a public
            mail provider) and is left out.

    Raises:
        ValueError: A key is missing for a movement; an option outside its range.

    Examples:
        >>> moved = Movements(
        ...     np.array([1, 2]), np.array([10, 12]), np.array([4, 0], dtype=np.int8),
        ...     np.array([-50.0, 49.0]),
        ... )
        >>> migrations(moved, np.array([77, 77]))
        (Migration(churned=1, joined=2, days=2, lost=50.0, won=49.0),)
    """
    if len(keys) != len(moved):
        raise ValueError(f"got {len(keys)} keys for {len(moved)} movements")
    if within_days < 0 or not 0 <= tolerance < 1:
        raise ValueError(f"need days >= 0 and a fraction, got {within_days} and {tolerance}")
    found: list[Migration] = []
    left = np.flatnonzero((moved.kinds == CHURN) & (keys != NO_KEY))
    came = np.flatnonzero((moved.kinds == NEW) & (keys != NO_KEY))
    for key in np.intersect1d(keys[left], keys[came]):
        lost, won = left[keys[left] == key], came[keys[came] == key]
        if max(len(lost), len(won)) <= most_per_key:
            found += _pairs(moved, lost, won, within_days, tolerance)
    return tuple(sorted(found, key=lambda one: (one.churned, one.joined)))


def _pairs(
    moved: Movements,
    lost: NDArray[np.intp],
    won: NDArray[np.intp],
    within_days: int,
    tolerance: float,
) -> list[Migration]:
    """The closest pairs in time first; an account is in one pair only."""
    candidates = [
        Migration(
            int(moved.accounts[out]),
            int(moved.accounts[back]),
            int(moved.days[back] - moved.days[out]),
            -float(moved.amounts[out]),
            float(moved.amounts[back]),
        )
        for out in lost
        for back in won
    ]
    pairs: list[Migration] = []
    for one in sorted(candidates, key=lambda one: (abs(one.days), one.churned, one.joined)):
        is_alike = abs(one.lost - one.won) <= tolerance * max(one.lost, one.won)
        is_taken = any(pair.churned == one.churned or pair.joined == one.joined for pair in pairs)
        if abs(one.days) <= within_days and is_alike and not is_taken:
            pairs.append(one)
    return pairs
