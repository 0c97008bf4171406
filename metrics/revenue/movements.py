"""What changed in recurring revenue in a period, and why the end differs from the start."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.revenue.exchange import Exchange
from metrics.revenue.history import Days, History
from metrics.revenue.rules import TIDEMARK, Rules

NEW, REACTIVATION, EXPANSION, CONTRACTION, CHURN = range(5)
KINDS = ("new", "reactivation", "expansion", "contraction", "churn")
NO_MOVE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Movements:
    """Changes of what accounts pay within a period, by account and day.

    Attributes:
        accounts: (m,) whose.
        days: (m,) when, days since 1970; in net mode the day the account last changed.
        kinds: (m,) 0 new, 1 reactivation, 2 expansion, 3 contraction, 4 churn.
        amounts: (m,) a month, in the reporting currency; contraction and churn are negative.
    """

    accounts: NDArray[np.integer]
    days: Days
    kinds: NDArray[np.int8]
    amounts: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.accounts)


def movements(
    history: History,
    start: int,
    end: int,
    *,
    rules: Rules = TIDEMARK,
    exchange: Exchange | None = None,
) -> Movements:
    """Every change of recurring revenue in a period, named for what it is.

    From nothing: "new", or "reactivation" for who has paid before. To nothing: "churn". In between:
    "expansion", "contraction". A change of exchange rates alone is no movement.

    Net mode compares each account at the start with itself at the end, so what went up and came
    down again within the period is not seen; event mode sees everything. Never mix the two.

    Args:
        history: What accounts pay.
        start: First day of the period, since 1970.
        end: Day after its last.
        rules: `mode`, `reactivation_days`, and whether joined-and-left accounts are ignored.
        exchange: Rates into the reporting currency; None: there is one currency.

    Raises:
        ValueError: A period that ends before it starts.

    References:
        ChartMogul, "MRR movements" (article 201244842).

    Examples:
        >>> from metrics.revenue import history_of_levels
        >>> paid = history_of_levels(np.array([1, 1]), np.array([0, 40]), np.array([10.0, 15.0]))
        >>> found = movements(paid, 31, 60)
        >>> [KINDS[kind] for kind in found.kinds], found.amounts.tolist()
        (['expansion'], [5.0])
    """
    if end <= start:
        raise ValueError(f"a period ends after it starts, got days {start} to {end}")
    exchange = exchange or Exchange.of_one_currency(history.amounts.shape[1])
    moves = Moves.of(history, rules)
    inside = (history.days >= start) & (history.days < end)
    if rules.mode == "event":
        rows = np.flatnonzero(inside)
        at, before = history.days[rows], moves.before[rows]
    else:
        rows = last_rows(history, inside)
        at = np.full(len(rows), end)
        before = amounts_at(history, history.accounts[rows], start)
    old = exchange.value(before, at)
    new = exchange.value(history.amounts[rows], at)
    kinds = _kinds(old, new, moves.comes_back[_rises(history, rows, inside, rules)])
    kept = kinds != NO_MOVE
    if rules.joined_and_left == "ignore":
        kept &= ~np.isin(history.accounts[rows], joined_and_left(history, start, end))
    return Movements(
        history.accounts[rows][kept], history.days[rows][kept], kinds[kept], (new - old)[kept]
    )


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """What came before each row of a history.

    Attributes:
        before: (n, c) amounts of the account's row before; 0 for its first.
        comes_back: (n,) whether the account had paid before the row, recently enough for the rules.
    """

    before: NDArray[np.float64]
    comes_back: NDArray[np.bool_]

    @classmethod
    def of(cls, history: History, rules: Rules) -> "Moves":
        """Look back from every row of a history."""
        count = len(history.accounts)
        is_first = np.append(True, history.accounts[1:] != history.accounts[:-1])[:count]
        before = np.zeros_like(history.amounts)
        before[1:] = history.amounts[:-1]
        before[is_first] = 0
        pays = before.sum(axis=1) > 0
        # The day from which the account paid nothing any more, as seen from each row.
        lapsed = np.full(count, -1)
        stops = pays & (history.amounts.sum(axis=1) == 0)
        lapsed[stops] = np.flatnonzero(stops)
        lapsed = np.maximum.accumulate(lapsed)
        firsts = np.maximum.accumulate(np.where(is_first, np.arange(count), 0))
        has_lapsed = lapsed >= firsts
        comes_back = pays | has_lapsed
        if rules.reactivation_days is not None:
            away = history.days - history.days[lapsed]
            comes_back = pays | (has_lapsed & (away <= rules.reactivation_days))
        return cls(before, comes_back)


def last_rows(history: History, inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The last row of each account among those inside."""
    rows = np.flatnonzero(inside)
    accounts = history.accounts[rows]
    found: NDArray[np.intp] = rows[np.append(accounts[1:] != accounts[:-1], True)[: len(rows)]]
    return found


def amounts_at(
    history: History, accounts: NDArray[np.integer], day: int
) -> NDArray[np.float64]:
    """(a, c) what each account paid just before a day began."""
    rows = last_rows(history, history.days < day)
    known = history.accounts[rows]
    place = np.searchsorted(known, accounts)
    found = np.zeros((len(accounts), history.amounts.shape[1]))
    is_known = place < len(known)
    is_known[is_known] = known[place[is_known]] == accounts[is_known]
    found[is_known] = history.amounts[rows[place[is_known]]]
    return found


def joined_and_left(history: History, start: int, end: int) -> NDArray[np.integer]:
    """Accounts that first paid within a period and pay nothing at its end."""
    everybody = np.unique(history.accounts)
    paid = history.accounts[(history.amounts.sum(axis=1) > 0) & (history.days < start)]
    ends = amounts_at(history, everybody, end).sum(axis=1)
    inside = (history.days >= start) & (history.days < end) & (history.amounts.sum(axis=1) > 0)
    candidates = np.isin(everybody, history.accounts[inside]) & (ends == 0)
    gone: NDArray[np.integer] = everybody[candidates & ~np.isin(everybody, paid)]
    return gone


def _rises(
    history: History, rows: NDArray[np.intp], inside: NDArray[np.bool_], rules: Rules
) -> NDArray[np.intp]:
    """For each movement the row that tells whether its account comes back: its first inside."""
    if rules.mode == "event":
        return rows
    places = np.flatnonzero(inside)
    accounts = history.accounts[places]
    found: NDArray[np.intp] = places[np.append(True, accounts[1:] != accounts[:-1])[: len(places)]]
    return found


def _kinds(
    old: NDArray[np.float64], new: NDArray[np.float64], comes_back: NDArray[np.bool_]
) -> NDArray[np.int8]:
    kinds = np.full(len(old), NO_MOVE, dtype=np.int8)
    kinds[(old > 0) & (new > old)] = EXPANSION
    kinds[(new > 0) & (new < old)] = CONTRACTION
    kinds[(old > 0) & (new == 0)] = CHURN
    kinds[(old == 0) & (new > 0)] = NEW
    kinds[(old == 0) & (new > 0) & comes_back] = REACTIVATION
    return kinds
