"""Whether a product gains people faster than it loses them."""

from metrics.rates import ratio


def pulse(new: int, resurrected: int, dormant: int | None) -> float | None:
    """People won, new or back again, for each one who lapsed: the quick ratio of users.

    Above 1 the base of active people grows. A high value can hide a leak behind many new people;
    look at dormant beside it. Nothing lapsed, or a period that is not over: undefined.

    Args:
        new: People active for the first time ever.
        resurrected: People active again after at least one period without.
        dormant: People active in the period before but not in this one; None: not known yet.

    References:
        Hsu (2015), "Diligence at Social Capital, part 1: accounting for user growth".

    Examples:
        >>> pulse(30, 10, 20)
        2.0
        >>> pulse(30, 10, 0) is None
        True
    """
    return ratio(new + resurrected, dormant)
