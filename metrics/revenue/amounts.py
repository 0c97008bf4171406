"""What a bill is worth a month."""

from typing import Literal

Interval = Literal["day", "week", "month", "quarter", "year"]

# How many of each a month has, on average.
PER_MONTH = {"day": 365 / 12, "week": 52 / 12, "month": 1.0, "quarter": 1 / 3, "year": 1 / 12}


def monthly(
    billed: float, interval: Interval, *, count: int = 1, discount: float = 0.0
) -> float:
    """The recurring amount a month: what is billed, less the discount, over its months.

    Leave out one-time charges and tax. A free or fully discounted plan is worth 0: its customer
    does not pay.

    Args:
        billed: Before the discount, in any currency.
        interval: What is paid for; with `count` 3, "month" is a quarter.
        count: How many intervals a bill covers, at least 1.
        discount: Fraction of the bill, 0 to 1.

    Raises:
        ValueError: An argument outside its range.

    References:
        ChartMogul, "How MRR is calculated"; ProfitWell, "Calculating metrics".

    Examples:
        >>> monthly(120, "year", discount=0.1), monthly(90, "month", count=3)
        (9.0, 30.0)
    """
    if interval not in PER_MONTH:
        raise ValueError(f"interval must be one of {', '.join(PER_MONTH)}, got {interval!r}")
    if count < 1:
        raise ValueError(f"a bill covers at least one {interval}, got {count}")
    if not 0 <= discount <= 1:
        raise ValueError(f"discount must be between 0 and 1, got {discount}")
    return billed * (1 - discount) * PER_MONTH[interval] / count
