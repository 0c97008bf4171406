"""From paid spans to what each account pays at every moment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.revenue.rules import Rules

Days = NDArray[np.int64]
NEVER = np.iinfo(np.int64).max  # a day that has not come, or is not known to come
FINEST = 30  # amounts are added as whole 2 ** -30, so that what cancels out is exactly 0

# How a span ended.
CANCELLED, UNPAID, PAUSED = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Paid spans: an account at one price, one row each, in any order. Days count from 1970.

    Attributes:
        accounts: (n,) number of the customer, 0 or more; several spans may run at once.
        started: (n,) first day of the span.
        ended: (n,) day from which nothing is paid for any more, at or after `started`; NEVER:
            running.
        amounts: (n,) a month, after discounts, in the span's currency, 0 or more; 0: trial or free.
        list_amounts: (n,) the same before discounts; None: there are no discounts.
        cancelled: (n,) day the billing system ended it; NEVER: not known, then `ended` counts.
        scheduled: (n,) day the customer said so; NEVER: not known, then `cancelled` counts.
        endings: (n,) 0 cancelled or replaced, 1 unpaid, 2 paused; None: all 0.
        currencies: (n,) number of the currency; None: there is one.

    Raises:
        ValueError: Columns of different length, a span that ends before it starts, an amount below
            0 or not finite.
    """

    accounts: NDArray[np.integer]
    started: Days
    ended: Days
    amounts: NDArray[np.float64]
    list_amounts: NDArray[np.float64] | None = None
    cancelled: Days | None = None
    scheduled: Days | None = None
    endings: NDArray[np.integer] | None = None
    currencies: NDArray[np.integer] | None = None

    def __post_init__(self) -> None:
        names = [name for name in self.__slots__ if getattr(self, name) is not None]
        lengths = {name: len(getattr(self, name)) for name in names}
        if len(set(lengths.values())) > 1:
            raise ValueError(f"columns must have one length, got {lengths}")
        backwards = np.flatnonzero(self.ended < self.started)
        if len(backwards):
            raise ValueError(f"span {backwards[0]} ends before it starts")
        if not np.all((self.amounts >= 0) & np.isfinite(self.amounts)):
            raise ValueError("amounts must be 0 or more")

    def __len__(self) -> int:
        return len(self.accounts)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What accounts pay, one row each time it changes, by account and day.

    Attributes:
        accounts: (n,) number of the account, ascending.
        days: (n,) from this day on, ascending within an account.
        amounts: (n, c) a month in each currency until the account's next row; 0: nothing.
    """

    accounts: NDArray[np.integer]
    days: Days
    amounts: NDArray[np.float64]


def history_of_levels(
    accounts: NDArray[np.integer], days: Days, amounts: NDArray[np.float64]
) -> History:
    """The history of accounts whose new amount is known each time it changes; one currency.

    Of several amounts of an account on one day, the last one in the order given counts.

    Examples:
        >>> paid = history_of_levels(np.array([1, 1]), np.array([5, 3]), np.array([0.0, 9.0]))
        >>> paid.days.tolist()
        [3, 5]
    """
    order = np.lexsort((np.arange(len(days)), days, accounts))
    accounts, days = accounts[order], days[order]
    return _changes(accounts, days, amounts[order][:, None].astype(np.float64))


def history(spans: Spans, rules: Rules, *, as_of: int) -> History:
    """What accounts pay under given rules, as far as is known on a day.

    Args:
        spans: The paid spans.
        rules: When a span counts as ended, and what it is worth.
        as_of: Day up to which the data are complete: an unpaid span is in its grace until then.

    Raises:
        ValueError: The rules ignore discounts that the spans do not carry.

    Examples:
        >>> spans = Spans(np.array([7]), np.array([0]), np.array([30]), np.array([9.0]))
        >>> found = history(spans, Rules(), as_of=60)
        >>> found.days.tolist(), found.amounts[:, 0].tolist()
        ([0, 30], [9.0, 0.0])
    """
    ends = ends_of_spans(spans, rules, as_of=as_of)
    worth = spans.amounts if rules.discount == "deduct" else spans.list_amounts
    if worth is None:
        raise ValueError("discounts can only be ignored where spans carry their list_amounts")
    currency = np.zeros(len(spans), dtype=np.intp) if spans.currencies is None else spans.currencies
    counts = np.flatnonzero((ends > spans.started) & (worth > 0))
    closed = counts[ends[counts] < NEVER]
    rows = np.concatenate((counts, closed))
    days = np.concatenate((spans.started[counts], ends[closed]))
    change = np.concatenate((worth[counts], -worth[closed]))
    order = np.lexsort((days, spans.accounts[rows]))
    rows, days, change = rows[order], days[order], change[order]
    steps = np.zeros((len(rows), int(currency.max(initial=0)) + 1))
    steps[np.arange(len(rows)), currency[rows]] = change
    accounts = spans.accounts[rows]
    return _changes(accounts, days, _running_sums(accounts, steps))


def ends_of_spans(spans: Spans, rules: Rules, *, as_of: int) -> Days:
    """(n,) the day from which each span no longer counts; NEVER: it still does on `as_of`."""
    cancelled = spans.ended if spans.cancelled is None else spans.cancelled
    cancelled = np.where(cancelled == NEVER, spans.ended, cancelled)
    scheduled = cancelled if spans.scheduled is None else spans.scheduled
    scheduled = np.where(scheduled == NEVER, cancelled, scheduled)
    ends: Days = {"paid_end": spans.ended, "cancelled": cancelled, "scheduled": scheduled}[
        rules.churn_date
    ]
    ends = np.maximum(ends, spans.started)
    if spans.endings is None:
        return ends
    resumed = _next_start(spans)
    is_unpaid, is_paused = spans.endings == UNPAID, spans.endings == PAUSED
    ends = np.where(is_unpaid, _end_of_grace(spans, rules, resumed, as_of), ends)
    kept = resumed if rules.pause == "keep" else spans.ended
    found: Days = np.where(is_paused, kept, ends)
    return found


def _end_of_grace(spans: Spans, rules: Rules, resumed: Days, as_of: int) -> Days:
    """When unpaid spans end: where the account pays again in time, else at the due day."""
    due = spans.ended
    if rules.grace_days is None:
        cancelled = np.full(len(spans), NEVER) if spans.cancelled is None else spans.cancelled
        return np.maximum(np.minimum(cancelled, resumed), due)
    is_saved = resumed - due <= rules.grace_days  # NEVER is never in time
    is_open = as_of - due < rules.grace_days
    return np.where(is_saved, resumed, np.where(is_open & (due < NEVER), NEVER, due))


def _next_start(spans: Spans) -> Days:
    """(n,) the first day, at or after the span's end, on which its account starts a paid span."""
    pays = np.flatnonzero(spans.amounts > 0)
    order = pays[np.lexsort((spans.started[pays], spans.accounts[pays]))]
    accounts, started = spans.accounts[order], spans.started[order]
    low = np.searchsorted(accounts, spans.accounts, side="left")
    high = np.searchsorted(accounts, spans.accounts, side="right")
    found = np.full(len(spans), NEVER)
    # Both columns are sorted within an account: one search over the pair (account, day).
    first = int(started.min(initial=0))
    width = max(int(started.max(initial=0)), int(spans.ended[spans.ended < NEVER].max(initial=0)))
    width += 2 - first
    wanted = np.minimum(spans.ended - first, width - 1)
    place = np.searchsorted(
        accounts.astype(np.int64) * width + started - first,
        spans.accounts.astype(np.int64) * width + wanted,
    )
    has_next = (place >= low) & (place < high) & (spans.ended < NEVER)
    found[has_next] = started[place[has_next]]
    return found


def _running_sums(
    accounts: NDArray[np.integer], steps: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sums of steps within each account, exactly."""
    most = float(np.abs(steps).sum())
    scale = 2.0 ** min(FINEST, 62 - int(np.ceil(np.log2(most + 1))))
    units = np.round(steps * scale).astype(np.int64)
    total = np.cumsum(units, axis=0)
    is_first = np.append(True, accounts[1:] != accounts[:-1])[: len(accounts)]
    firsts = np.maximum.accumulate(np.where(is_first, np.arange(len(accounts)), 0))
    found: NDArray[np.float64] = (total - (total - units)[firsts]) / scale
    return found


def _changes(
    accounts: NDArray[np.integer], days: Days, amounts: NDArray[np.float64]
) -> History:
    """The last row of each account and day, where it differs from the account's row before."""
    is_last = np.append((accounts[1:] != accounts[:-1]) | (days[1:] != days[:-1]), True)
    kept = is_last[: len(days)]
    accounts, days, amounts = accounts[kept], days[kept], amounts[kept]
    before = np.zeros_like(amounts)
    before[1:] = np.where((accounts[1:] == accounts[:-1])[:, None], amounts[:-1], 0)
    differs = (amounts != before).any(axis=1)
    return History(accounts[differs], days[differs], amounts[differs])
