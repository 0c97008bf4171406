"""Whether revenue from the same customers grows or shrinks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.rates import ratio
from metrics.revenue.bridge import bridge
from metrics.revenue.exchange import Exchange
from metrics.revenue.history import Days, History
from metrics.revenue.movements import amounts_at
from metrics.revenue.rules import TIDEMARK, Rules


@dataclass(frozen=True, slots=True)
class Retained:
    """What the customers of one day still pay on a later one. At the later day's exchange rates.

    Attributes:
        customers: Paying on the first day.
        start: A month, what they paid then.
        end: A month, what the same customers pay now.
        kept: A month, of `start`, no customer counted for more than they paid then.
        nrr: Net revenue retention, end ÷ start; None when nobody paid.
        grr: Gross revenue retention, kept ÷ start, never above 1; None when nobody paid.
        gap: (1 − net churn) − nrr: the revenue of customers who came back from outside, which "1 −
            net churn" counts as if they had been there; None with nrr.
    """

    customers: int
    start: float
    end: float
    kept: float
    nrr: float | None
    grr: float | None
    gap: float | None


def retained(
    history: History,
    start: int,
    end: int,
    *,
    rules: Rules = TIDEMARK,
    exchange: Exchange | None = None,
) -> Retained:
    """NRR and GRR of the customers who paid at the start: one cohort, never a product of months.

    For a trailing year, `start` lies a year before `end`.

    Args:
        history: What accounts pay.
        start: The day at whose beginning the cohort pays, since 1970.
        end: The day at whose beginning they are looked at again.
        rules: For the net churn that `gap` compares with.
        exchange: Rates into the reporting currency; None: there is one currency.

    Raises:
        ValueError: The end does not come after the start.

    Examples:
        >>> from metrics.revenue import history_of_levels
        >>> paid = history_of_levels(
        ...     np.array([1, 1, 2, 2]), np.array([0, 5, 0, 5]), np.array([10.0, 15.0, 10.0, 4.0])
        ... )
        >>> found = retained(paid, 1, 9)
        >>> found.nrr, found.grr
        (0.95, 0.7)
    """
    moved = bridge(history, start, end, rules=rules, exchange=exchange)
    exchange = exchange or Exchange.of_one_currency(history.amounts.shape[1])
    everybody = np.unique(history.accounts)
    before = exchange.value(amounts_at(history, everybody, start), end)
    after = np.where(before > 0, exchange.value(amounts_at(history, everybody, end), end), 0.0)
    base, now = float(before.sum()), float(after.sum())
    kept = float(np.minimum(before, after).sum())
    nrr = ratio(now, base)
    net = moved.net_churn
    return Retained(
        customers=moved.customers_start,
        start=base,
        end=now,
        kept=kept,
        nrr=nrr,
        grr=ratio(kept, base),
        gap=None if net is None or nrr is None else (1 - net) - nrr,
    )


@dataclass(frozen=True, slots=True)
class Cohort:
    """Customers who first paid in one period, and what they pay at the end of each later one.

    Attributes:
        customers: How many.
        first: A month, the first amount each of them paid.
        revenue: A month, at the end of their first, second, … period; None: not over yet.
        paying: Customers who pay anything then; None with the revenue.
        kept: A month, nobody counted for more than their first amount; None with the revenue.
    """

    customers: int
    first: float
    revenue: tuple[float | None, ...]
    paying: tuple[int | None, ...]
    kept: tuple[float | None, ...]


def revenue_cohorts(
    history: History, edges: Days, *, complete_until: int, exchange: Exchange | None = None
) -> tuple[Cohort, ...]:
    """The triangle of revenue by the period in which customers first paid.

    Divide by `first` for net retention, `kept` by `first` for gross; pool cohorts by adding up
    before dividing, over those with a value. Valued at the exchange rates of the first payment, so
    that a currency's move does not look like loyalty.

    Args:
        history: What accounts pay.
        edges: (p + 1,) day on which each period starts, and the last one ends; ascending.
        complete_until: Day after the last complete one: later edges are not over yet.
        exchange: Rates into the reporting currency; None: there is one currency.

    Raises:
        ValueError: Edges that do not ascend.

    Examples:
        >>> from metrics.revenue import history_of_levels
        >>> paid = history_of_levels(np.array([1, 1]), np.array([3, 12]), np.array([9.0, 6.0]))
        >>> triangle = revenue_cohorts(paid, np.array([0, 10, 20]), complete_until=20)
        >>> triangle[0].revenue, triangle[1].customers
        ((9.0, 6.0), 0)
    """
    if len(edges) < 2 or np.any(edges[1:] <= edges[:-1]):
        raise ValueError(f"cohorts need two or more ascending edges, got {edges}")
    exchange = exchange or Exchange.of_one_currency(history.amounts.shape[1])
    pays = np.flatnonzero(history.amounts.sum(axis=1) > 0)
    everybody, places = np.unique(history.accounts[pays], return_index=True)
    joined = history.days[pays[places]]
    first = exchange.value(history.amounts[pays[places]], joined)
    cohort = np.searchsorted(edges, joined, side="right") - 1
    at_end = [
        exchange.value(amounts_at(history, everybody, int(edge)), joined)
        if edge <= complete_until
        else None
        for edge in edges[1:]
    ]
    return tuple(_cohort(cohort == number, first, at_end[number:]) for number in range(len(at_end)))


def _cohort(
    member: NDArray[np.bool_],
    first: NDArray[np.float64],
    at_end: list[NDArray[np.float64] | None],
) -> Cohort:
    return Cohort(
        customers=int(member.sum()),
        first=float(first[member].sum()),
        revenue=tuple(None if now is None else float(now[member].sum()) for now in at_end),
        paying=tuple(None if now is None else int((now[member] > 0).sum()) for now in at_end),
        kept=tuple(
            None if now is None else float(np.minimum(now, first)[member].sum()) for now in at_end
        ),
    )
