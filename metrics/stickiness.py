"""How large a part of the people active in a month is there on an average day."""

from collections.abc import Sequence

from metrics.rates import ratio


def stickiness(daily_users: Sequence[int], window_users: int | None) -> float | None:
    """Mean daily active users of a window over the different people active in it.

    0.5 means: whoever is active in 28 days is active on 14 of them, on average. Dividing the last
    day's DAU by MAU, as some suites do, shows a weekday's shape instead. It says nothing about
    how the days are spread over people; the histogram of active days does.

    Args:
        daily_users: Active people of each day of the window, all days, in any order.
        window_users: Different people active in the window; None when it cannot be known.

    Returns:
        A fraction of 1; None when nobody was active or the window is not known.

    Raises:
        ValueError: There are no days, or a day has more people than the window.

    Examples:
        >>> stickiness([2, 4, 3], 6)
        0.5
        >>> stickiness([0, 0], 0) is None
        True
    """
    if not daily_users:
        raise ValueError("a window has at least one day, got none")
    if window_users is None:
        return None
    if max(daily_users) > window_users:
        raise ValueError(f"a day has {max(daily_users)} people, its window only {window_users}")
    return ratio(sum(daily_users) / len(daily_users), window_users)


def rolling_stickiness(
    daily_users: Sequence[int], window_users: Sequence[int | None], *, window_days: int
) -> tuple[float | None, ...]:
    """Stickiness of the window that ends with each day.

    Args:
        daily_users: Active people of consecutive days.
        window_users: Different people of the window ending with each of those days.
        window_days: Length of the window, at least 1.

    Returns:
        One fraction for each day; None for the first `window_days - 1` days, whose window is not
        covered, and where stickiness is undefined.

    Examples:
        >>> rolling_stickiness([2, 4, 3], [2, 5, 6], window_days=3)
        (None, None, 0.5)
    """
    if len(daily_users) != len(window_users):
        raise ValueError(f"got {len(daily_users)} days but {len(window_users)} windows")
    return tuple(
        stickiness(daily_users[end - window_days : end], window_users[end - 1])
        if end >= window_days
        else None
        for end in range(1, len(daily_users) + 1)
    )
