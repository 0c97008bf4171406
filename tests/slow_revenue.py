"""Recurring revenue counted slowly and obviously: account by account, day by day."""

from collections import defaultdict
from dataclasses import dataclass

from metrics.revenue import Rules

FOREVER = 10**6


@dataclass(frozen=True)
class Span:
    """One paid span; None: not known, or still running."""

    account: int
    started: int
    ended: int | None
    amount: int
    list_amount: int
    cancelled: int | None
    scheduled: int | None
    ending: str  # "cancelled", "unpaid" or "paused"
    currency: int = 0


def end_of(span: Span, spans: list[Span], rules: Rules, as_of: int) -> int:
    ended = FOREVER if span.ended is None else span.ended
    later = [
        one.started
        for one in spans
        if one.account == span.account and one.amount > 0 and one.started >= ended
    ]
    resumed = min(later, default=FOREVER)
    if span.ending == "unpaid":
        if rules.grace_days is None:
            known = FOREVER if span.cancelled is None else span.cancelled
            return max(min(known, resumed), ended)
        if resumed - ended <= rules.grace_days and resumed < FOREVER:
            return resumed
        return FOREVER if as_of - ended < rules.grace_days else ended
    if span.ending == "paused" and rules.pause == "keep":
        return resumed
    if span.ending == "paused":
        return ended
    cancelled = ended if span.cancelled is None else span.cancelled
    scheduled = cancelled if span.scheduled is None else span.scheduled
    chosen = {"paid_end": ended, "cancelled": cancelled, "scheduled": scheduled}
    return max(chosen[rules.churn_date], span.started)


def values(spans: list[Span], rules: Rules, as_of: int, days: range) -> dict[int, list[list[int]]]:
    """For each account, what it pays in each currency on each day."""
    paid = {one.account: [[0, 0] for _ in days] for one in spans}
    for one in spans:
        worth = one.amount if rules.discount == "deduct" else one.list_amount
        for place, day in enumerate(days):
            if one.started <= day < end_of(one, spans, rules, as_of):
                paid[one.account][place][one.currency] += worth
    return paid


def slow_bridge(
    spans: list[Span], start: int, end: int, rules: Rules, as_of: int, rates: list[tuple[int, int]]
) -> dict[str, int]:
    """`rates[day]` is the worth of either currency on a day. Days before 0 hold nothing."""
    days = range(-1, end + 1)
    found: dict[str, int] = defaultdict(int)
    for amounts in values(spans, rules, as_of, days).values():
        on = dict(zip(days, amounts, strict=True))

        def worth(day: int, at: int, on: dict[int, list[int]] = on) -> int:
            return sum(
                amount * rate for amount, rate in zip(on[day], rates[at], strict=True)
            )

        before, after = worth(start - 1, start), worth(end - 1, end)
        paid_before = [day for day in range(-1, start) if sum(on[day])]
        paid_inside = [day for day in range(start, end) if sum(on[day])]
        is_in_and_out = bool(paid_inside) and not paid_before and not sum(on[end - 1])
        found["start"] += before
        found["end"] += after
        found["customers_start"] += bool(sum(on[start - 1]))
        found["customers_lost"] += bool(sum(on[start - 1])) and not sum(on[end - 1])
        if is_in_and_out and rules.joined_and_left == "ignore":
            continue
        found["customers_joined_and_left"] += is_in_and_out
        if rules.mode == "net":
            steps = [(worth(start - 1, end), after, start)]
            found["currency"] += worth(start - 1, end) - before
        else:
            steps = [(worth(day - 1, day), worth(day, day), day) for day in range(start, end)]
            found["currency"] += sum(
                worth(day, day + 1) - worth(day, day) for day in range(start, end)
            )
        for old, new, day in steps:
            lapse = [one for one in range(-1, end) if sum(on[one])]
            rise = next((one for one in range(day, end) if sum(on[one])), day)
            earlier = [one for one in lapse if one < rise]
            is_back = bool(earlier) and (
                rules.reactivation_days is None
                or rise - (earlier[-1] + 1) <= rules.reactivation_days
            )
            kind = kind_of(old, new, is_back=is_back)
            if kind:
                found[kind] += new - old
    return found


def kind_of(old: int, new: int, *, is_back: bool) -> str | None:
    if old == new:
        return None
    if old == 0:
        return "reactivation" if is_back else "new"
    if new == 0:
        return "churn"
    return "expansion" if new > old else "contraction"
