"""Tails and quantiles of the normal and of Student's t, and what every test asks of them.

scipy is imported on first use: it takes a quarter of a second, which a page without a test saves.
"""

from math import inf, isinf
from typing import Literal

Alternative = Literal["two-sided", "greater", "less"]


def tail_p_value(
    statistic: float, *, df: float = inf, alternative: Alternative = "two-sided"
) -> float:
    """The p-value of a standardised statistic, from the survival function.

    Taken from the tail itself, because 1 - cdf is exactly 0 from about 8 standard errors on.

    Args:
        statistic: Estimate divided by its standard error.
        df: Degrees of freedom of Student's t, above 0; infinite for the normal.
        alternative: "greater" asks for the upper tail, "less" for the lower one.

    Examples:
        >>> round(tail_p_value(1.959964), 6), tail_p_value(11.4) > 0
        (0.05, True)
        >>> round(tail_p_value(-1.8608, df=17.776), 4)
        0.0794
    """
    from scipy.special import ndtr, stdtr

    lower = -abs(statistic)
    if alternative != "two-sided":
        lower = statistic if alternative == "less" else -statistic
    tail = float(ndtr(lower) if isinf(df) else stdtr(df, lower))
    return min(1.0, 2 * tail) if alternative == "two-sided" else tail


def critical_value(
    confidence: float, *, df: float = inf, alternative: Alternative = "two-sided"
) -> float:
    """How many standard errors an interval reaches from its estimate.

    Args:
        confidence: Level of the interval, strictly between 0 and 1.
        df: Degrees of freedom, above 0; infinite for the normal.
        alternative: A one-sided interval leaves the whole error on one side.

    Raises:
        ValueError: confidence lies outside its range.

    Examples:
        >>> round(critical_value(0.95), 6), round(critical_value(0.95, alternative="less"), 6)
        (1.959964, 1.644854)
        >>> round(critical_value(0.95, df=10), 4)
        2.2281
    """
    from scipy.special import ndtri, stdtrit

    require_fraction("confidence", confidence)
    level = (1 + confidence) / 2 if alternative == "two-sided" else confidence
    return float(ndtri(level) if isinf(df) else stdtrit(df, level))


def as_rare(z: float, *, df: float) -> float:
    """The value of Student's t that is as rare as this z: a sequential bound for few units.

    Args:
        z: A bound on the normal scale, above 0.
        df: Degrees of freedom, above 0; infinite leaves z as it is.

    Examples:
        >>> round(as_rare(1.959964, df=10), 4)
        2.2281
    """
    from scipy.special import ndtr, stdtrit

    return z if isinf(df) else -float(stdtrit(df, ndtr(-z)))


def require_fraction(name: str, value: float) -> None:
    """Refuse a level, power or alpha that is not strictly between 0 and 1.

    Raises:
        ValueError: Naming the argument and its value.

    Examples:
        >>> require_fraction("alpha", 5)
        Traceback (most recent call last):
        ValueError: alpha must be between 0 and 1, got 5
    """
    if not 0 < value < 1:
        raise ValueError(f"{name} must be between 0 and 1, got {value}")
