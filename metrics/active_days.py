"""What a histogram of active days says about habit."""

from collections.abc import Sequence

from metrics.rates import ratio


def mean_active_days(users: Sequence[int]) -> float | None:
    """Mean number of active days per active person.

    Args:
        users: People with exactly 1, 2, 3, … active days, in that order.

    Returns:
        Days; None when nobody was active.

    Examples:
        >>> mean_active_days([2, 0, 1])
        1.6666666666666667
        >>> mean_active_days([0, 0]) is None
        True
    """
    return ratio(sum(days * people for days, people in enumerate(users, start=1)), sum(users))


def share_at_least(users: Sequence[int], days: int) -> float | None:
    """Share of the active people with at least so many active days.

    Args:
        users: People with exactly 1, 2, 3, … active days, in that order.
        days: From 1 to the length of `users`.

    Raises:
        ValueError: `days` lies outside that range.

    Examples:
        >>> share_at_least([6, 3, 1], 2)
        0.4
    """
    if not 1 <= days <= len(users):
        raise ValueError(f"days must be between 1 and {len(users)}, got {days}")
    return ratio(sum(users[days - 1 :]), sum(users))
