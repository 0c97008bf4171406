"""How much of a change a segment explains, and how much its share of the whole surprises."""

from math import log


def explanatory_power(
    expected: float, actual: float, total_expected: float, total_actual: float
) -> float | None:
    """A segment's part of the change of the whole; over all segments the parts add up to 1.

    Args:
        expected: What was expected of the segment.
        actual: What it is.
        total_expected: What was expected of the whole.
        total_actual: What that is.

    Returns:
        The part; above 1 or below 0 where segments cancel. None when the whole did not change.

    References:
        Bhagwan et al. (2014), "Adtributor", NSDI, eq. 2.

    Examples:
        >>> explanatory_power(94, 47, 100, 50)
        0.94
    """
    change = total_actual - total_expected
    return (actual - expected) / change if change != 0 else None


def surprise(
    expected: float, actual: float, total_expected: float, total_actual: float
) -> float | None:
    """How unlike its expected share of the whole a segment's share is; 0: as expected.

    A segment that moved with all the others explains much and surprises nobody: the cause lies
    elsewhere. The sum over a dimension's segments is the Jensen-Shannon divergence, up to ln 2.

    Args:
        expected: What was expected of the segment, 0 or more.
        actual: What it is, 0 or more.
        total_expected: What was expected of the whole.
        total_actual: What that is.

    Returns:
        The segment's term, in nats; None when a whole is not above 0 or a segment below 0.

    References:
        Bhagwan et al. (2014), "Adtributor", NSDI, eq. 4-6. Lin (1991), IEEE Trans. Inf. Theory
        37:145-151.

    Examples:
        >>> round(surprise(25, 0, 100, 50), 6)
        0.086643
    """
    if min(total_expected, total_actual) <= 0 or min(expected, actual) < 0:
        return None
    then, now = expected / total_expected, actual / total_actual
    return _half_term(then, then + now) + _half_term(now, then + now)


def _half_term(share: float, both: float) -> float:
    return 0.5 * share * log(2 * share / both) if share > 0 else 0.0
