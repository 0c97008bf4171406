"""Ratios that people quote about revenue, from sums."""

from collections.abc import Sequence

from metrics.rates import ratio


def quick_ratio(
    new: float, expansion: float, churn: float, contraction: float, *, reactivation: float = 0.0
) -> float | None:
    """Revenue won for each unit lost; None: there were no losses, which is neither 0 nor infinity.

    Args:
        new: Won from new customers, 0 or more.
        expansion: Won from customers who pay more, 0 or more.
        churn: Lost with customers, as a positive amount.
        contraction: Lost from customers who pay less, as a positive amount.
        reactivation: Won from customers who came back; off by default.

    Raises:
        ValueError: A negative amount.

    References:
        Mamoon Hamid (2015), "Numbers that actually matter": the SaaS quick ratio.

    Examples:
        >>> quick_ratio(2_000_000, 1_000_000, 300_000, 200_000)
        6.0
        >>> quick_ratio(100, 0, 0, 0) is None
        True
    """
    amounts = {
        "new": new, "expansion": expansion, "churn": churn, "contraction": contraction,
        "reactivation": reactivation,
    }  # fmt: skip
    negative = [name for name, amount in amounts.items() if amount < 0]
    if negative:
        raise ValueError(f"give amounts as positive numbers, got a negative {negative[0]}")
    return ratio(new + reactivation + expansion, churn + contraction)


def annualised(monthly_churn: float) -> float:
    """The share lost in a year when this share is lost each month: 1 − (1 − m)^12.

    Twelve times the monthly rate would be wrong: who left in January cannot leave again.

    Raises:
        ValueError: A share outside 0 to 1.

    Examples:
        >>> round(annualised(0.05), 4)
        0.4596
    """
    if not 0 <= monthly_churn <= 1:
        raise ValueError(f"a share lies between 0 and 1, got {monthly_churn}")
    return 1 - (1 - monthly_churn) ** 12


def lifetime(churn: float | None) -> float | None:
    """Expected periods until a customer leaves, 1 ÷ churn; None without churn.

    It takes churn as the same at every age, which it rarely is: young customers leave faster, so
    this is too short for the old ones. Prefer a survival curve.

    Args:
        churn: Share lost each period; None: not known.

    Raises:
        ValueError: A share outside 0 to 1.

    References:
        Baremetrics, "Time to churn": 100 ÷ churn %.

    Examples:
        >>> lifetime(0.05), lifetime(0.0)
        (20.0, None)
    """
    if churn is not None and not 0 <= churn <= 1:
        raise ValueError(f"a share lies between 0 and 1, got {churn}")
    return ratio(1.0, churn)


def daily_churn(days: Sequence[tuple[float, float]]) -> tuple[tuple[float | None, ...], float]:
    """The rate of each day, and their sum: how Shopify, and ChartMogul on request, count a month.

    Not ours: a sum of rates over different bases is no share of anything, and passes 1.

    Args:
        days: Amount at the start and at the end of each day.

    Returns:
        Each day's share lost (None where nothing was there to lose), and the sum over known days.

    References:
        ChartMogul, "Churn rate formulas" (article 207340419).

    Examples:
        >>> rates, total = daily_churn([(100, 95), (95, 90)])
        >>> round(total, 7)
        0.1026316
    """
    rates = tuple(ratio(start - end, start) for start, end in days)
    return rates, sum(one for one in rates if one is not None)
