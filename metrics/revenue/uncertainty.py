"""How far revenue rates may be off by chance, when a few large customers carry them."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from metrics.rates import NOT_MEASURABLE, Rate
from metrics.revenue.exchange import Exchange
from metrics.revenue.history import History
from metrics.revenue.movements import (
    CHURN,
    CONTRACTION,
    EXPANSION,
    REACTIVATION,
    amounts_at,
    movements,
)
from metrics.revenue.rules import TIDEMARK, Rules

Floats = NDArray[np.float64]


def share_of_sums(parts: Floats, wholes: Floats, *, confidence: float = 0.95) -> Rate:
    """Σ parts ÷ Σ wholes over customers, with an interval that knows how unequal they are.

    A revenue rate is not a share of heads: one large customer can be half of it. The interval
    treats customers as a sample and their amounts as they are (linearised ratio). With few
    customers, or one that dominates, it is too narrow.

    Args:
        parts: (n,) what each customer adds to the numerator, any sign.
        wholes: (n,) what each adds to the denominator, 0 or more.
        confidence: Strictly between 0 and 1.

    Returns:
        The share; without an interval for fewer than two customers.

    Raises:
        ValueError: Columns of different length, or a confidence outside its range.

    References:
        Cochran (1977), Sampling Techniques, 3rd ed., eq. 6.13, without the finite correction.

    Examples:
        >>> found = share_of_sums(np.array([0.0, 10.0]), np.array([10.0, 10.0]))
        >>> found.value
        0.5
    """
    if len(parts) != len(wholes):
        raise ValueError(f"got {len(parts)} parts of {len(wholes)} wholes")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
    total, count = float(wholes.sum()), len(wholes)
    if total <= 0:
        return NOT_MEASURABLE
    value = float(parts.sum()) / total
    if count < 2:
        return Rate(value, low=None, high=None)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    residuals = parts - value * wholes
    spread = z * sqrt(count / (count - 1) * float((residuals**2).sum())) / total
    return Rate(value, value - spread, value + spread)


@dataclass(frozen=True, slots=True)
class RevenueChurn:
    """Revenue churn of a period with its intervals; the values are those of the bridge.

    Attributes:
        gross: (churn + contraction) ÷ start; its interval does not go below 0.
        net: Gross less expansion and reactivation; below 0 when the base grows by itself.
    """

    gross: Rate
    net: Rate


def revenue_churn(
    history: History,
    start: int,
    end: int,
    *,
    rules: Rules = TIDEMARK,
    exchange: Exchange | None = None,
) -> RevenueChurn:
    """How much revenue left with customers in a period, and how sure that is.

    Args:
        history: What accounts pay.
        start: First day of the period, since 1970.
        end: Day after its last.
        rules: As in `bridge`.
        exchange: Rates into the reporting currency; None: there is one currency.

    Raises:
        ValueError: As `bridge`.
    """
    exchange = exchange or Exchange.of_one_currency(history.amounts.shape[1])
    moved = movements(history, start, end, rules=rules, exchange=exchange)
    everybody = np.unique(history.accounts)
    wholes = exchange.value(amounts_at(history, everybody, start), start)
    place = np.searchsorted(everybody, moved.accounts)
    is_loss = np.isin(moved.kinds, (CHURN, CONTRACTION))
    is_gain = np.isin(moved.kinds, (EXPANSION, REACTIVATION))
    lost = np.bincount(place, -moved.amounts * is_loss, len(everybody))
    won = np.bincount(place, moved.amounts * is_gain, len(everybody))
    counts = (wholes > 0) | (lost != 0) | (won != 0)
    gross = share_of_sums(lost[counts], wholes[counts])
    low = None if gross.low is None else max(gross.low, 0.0)
    return RevenueChurn(
        gross=Rate(gross.value, low, gross.high),
        net=share_of_sums((lost - won)[counts], wholes[counts]),
    )


def retention_rates(
    history: History, start: int, end: int, *, exchange: Exchange | None = None
) -> tuple[Rate, Rate]:
    """NRR and GRR of the customers who paid at the start, with intervals.

    Args:
        history: What accounts pay.
        start: The day at whose beginning the cohort pays.
        end: The day at whose beginning they are looked at again.
        exchange: Rates into the reporting currency; None: there is one currency.

    Returns:
        Net and gross revenue retention, as in `retained`; the gross interval ends at 1.
    """
    exchange = exchange or Exchange.of_one_currency(history.amounts.shape[1])
    everybody = np.unique(history.accounts)
    before = exchange.value(amounts_at(history, everybody, start), end)
    after = exchange.value(amounts_at(history, everybody, end), end)
    is_cohort = before > 0
    before, after = before[is_cohort], after[is_cohort]
    net, gross = share_of_sums(after, before), share_of_sums(np.minimum(before, after), before)
    high = None if gross.high is None else min(gross.high, 1.0)
    return net, Rate(gross.value, gross.low, high)
