"""The bridge from the revenue at a period's start to that at its end, and the rates it gives."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.rates import Rate, rate, ratio
from metrics.revenue.exchange import Exchange
from metrics.revenue.history import History
from metrics.revenue.movements import (
    CHURN,
    CONTRACTION,
    EXPANSION,
    NEW,
    REACTIVATION,
    Movements,
    Moves,
    amounts_at,
    joined_and_left,
    movements,
)
from metrics.revenue.rules import TIDEMARK, Rules


@dataclass(frozen=True, slots=True)
class Bridge:
    """Recurring revenue of a period: start + all movements + currency = end, always.

    Attributes:
        start: A month, just before the period, at that day's exchange rates.
        new: From customers who never paid before.
        reactivation: From customers who had left.
        expansion: From customers who pay more.
        contraction: From customers who pay less; 0 or negative.
        churn: From customers who left; 0 or negative.
        currency: What exchange rates alone changed; a row of its own, never a movement.
        end: A month, just before the day after the period.
        customers_start: Paying just before the period.
        customers_lost: Of those, paying nothing at its end.
        customers_joined_and_left: First paid within it, paying nothing at its end.
        customers_end: Paying at its end.
        joined_and_left: What the rules say about those who joined and left.
    """

    start: float
    new: float
    reactivation: float
    expansion: float
    contraction: float
    churn: float
    currency: float
    end: float
    customers_start: int
    customers_lost: int
    customers_joined_and_left: int
    customers_end: int
    joined_and_left: str

    @property
    def net_new(self) -> float:
        """What the movements add up to, currency left out."""
        return self.new + self.reactivation + self.expansion + self.contraction + self.churn

    @property
    def logo_churn(self) -> Rate:
        """Customers lost ÷ customers at the start, of the same customers.

        Where the rules include those who joined and left, they count as lost too: that is no longer
        a share of the start, and can pass 1 (then its interval is undefined).
        """
        lost = self.customers_lost
        if self.joined_and_left == "include":
            lost += self.customers_joined_and_left
        if lost > self.customers_start:
            return Rate(ratio(lost, self.customers_start), low=None, high=None)
        return rate(lost, self.customers_start)

    @property
    def gross_churn(self) -> float | None:
        """(churn + contraction) ÷ start, as a positive fraction; None when nothing was paid."""
        return ratio(-(self.churn + self.contraction), self.start)

    @property
    def net_churn(self) -> float | None:
        """Gross churn less expansion and reactivation; negative when the base grows by itself."""
        lost = -(self.churn + self.contraction) - self.expansion - self.reactivation
        return ratio(lost, self.start)

    @property
    def gross_retention(self) -> float | None:
        """1 − gross churn. In event mode a dip that was made up for still counts: see GRR."""
        return None if self.gross_churn is None else 1 - self.gross_churn


def bridge(
    history: History,
    start: int,
    end: int,
    *,
    rules: Rules = TIDEMARK,
    exchange: Exchange | None = None,
) -> Bridge:
    """Why recurring revenue at the end of a period differs from that at its start.

    Args:
        history: What accounts pay.
        start: First day of the period, since 1970.
        end: Day after its last.
        rules: The mode, and what else names movements.
        exchange: Rates into the reporting currency; None: there is one currency.

    Raises:
        ValueError: A period that ends before it starts; several currencies without rates.

    Examples:
        >>> from metrics.revenue import history_of_levels
        >>> paid = history_of_levels(np.array([1, 1]), np.array([0, 40]), np.array([10.0, 0.0]))
        >>> found = bridge(paid, 31, 60)
        >>> found.start, found.churn, found.end, found.gross_churn
        (10.0, -10.0, 0.0, 1.0)
    """
    exchange = exchange or Exchange.of_one_currency(history.amounts.shape[1])
    moved = movements(history, start, end, rules=rules, exchange=exchange)
    everybody = np.unique(history.accounts)
    before, after = (amounts_at(history, everybody, day) for day in (start, end))
    left = joined_and_left(history, start, end)
    paid_before, paid_after = before.sum(axis=1) > 0, after.sum(axis=1) > 0
    return Bridge(
        start=float(exchange.value(before, start).sum()),
        **_sums(moved),
        currency=_currency(history, start, end, rules, exchange),
        end=float(exchange.value(after, end).sum()),
        customers_start=int(paid_before.sum()),
        customers_lost=int((paid_before & ~paid_after).sum()),
        customers_joined_and_left=0 if rules.joined_and_left == "ignore" else len(left),
        customers_end=int(paid_after.sum()),
        joined_and_left=rules.joined_and_left,
    )


def _sums(moved: Movements) -> dict[str, float]:
    kinds = {
        "new": NEW, "reactivation": REACTIVATION, "expansion": EXPANSION,
        "contraction": CONTRACTION, "churn": CHURN,
    }  # fmt: skip
    return {name: float(moved.amounts[moved.kinds == kind].sum()) for name, kind in kinds.items()}


def _currency(
    history: History, start: int, end: int, rules: Rules, exchange: Exchange
) -> float:
    """What rates alone changed: amounts held × change of their rate, added up.

    Net mode holds each account's start to the end; event mode holds each amount until it changes.
    """
    everybody = np.unique(history.accounts)
    held = amounts_at(history, everybody, start)
    impact = exchange.value(held, end) - exchange.value(held, start)
    if rules.mode == "net":
        return float(impact.sum())
    inside = (history.days >= start) & (history.days < end)
    if rules.joined_and_left == "ignore":
        inside &= ~np.isin(history.accounts, joined_and_left(history, start, end))
    changed: NDArray[np.float64] = history.amounts[inside] - Moves.of(history, rules).before[inside]
    later = exchange.value(changed, end) - exchange.value(changed, history.days[inside])
    return float(impact.sum() + later.sum())
