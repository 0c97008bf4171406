"""Subscriptions: paid spans of each account, a new one whenever its price changes."""

from collections.abc import Iterator

import numpy as np

from sample_data.accounts import Accounts
from sample_data.chance import stream
from sample_data.clock import DAYS, NEVER, midnight, number
from sample_data.people import People
from sample_data.product import Product
from sample_data.truths import planted

TRIAL_DAYS = 14
SEAT_REVIEW = 91  # days between two counts of seats
REASONS = ("too expensive", "missing feature", "went to a competitor", "business closed", "unused")

Row = dict[str, object]


def subscription_rows(
    product: Product, accounts: Accounts, people: People, ids: list[str], seed: int
) -> list[Row]:
    """The table of subscriptions, in order of account and time."""
    order = np.argsort(people.account, kind="stable")
    sign_ups = np.split(
        people.signed_up[order], np.cumsum(np.bincount(people.account, minlength=len(ids)))[:-1]
    )
    rng = stream(seed, "revenue")
    reasons = rng.choice(5, size=len(ids), p=[0.3, 0.22, 0.18, 0.12, 0.18])
    rows: list[Row] = []
    for account, account_id in enumerate(ids):
        reason = REASONS[reasons[account]]
        spans = _spans(product, accounts, account, np.sort(sign_ups[account]), reason)
        rows.extend({"account_id": account_id, **span} for span in spans)
    return rows


def _spans(
    product: Product, accounts: Accounts, account: int, sign_ups: np.ndarray, reason: str
) -> Iterator[Row]:
    started, ended = int(accounts.started[account]), int(accounts.ended[account])
    interval = "year" if accounts.is_yearly[account] else "month"
    if started - TRIAL_DAYS >= 0:
        yield _row(product, accounts, account, started - TRIAL_DAYS, started, 0.0, interval) | {
            "is_trial": True
        }
    changes = _prices(product, accounts, account, sign_ups)
    for position, (day, mrr) in enumerate(changes):
        is_last = position + 1 == len(changes)
        until = ended if is_last else changes[position + 1][0]
        row = _row(product, accounts, account, day, until, mrr, interval)
        yield row | {"reason": reason if is_last and ended < NEVER else None}


def _prices(
    product: Product, accounts: Accounts, account: int, sign_ups: np.ndarray
) -> list[tuple[int, float]]:
    """(day, monthly price) whenever the price changes."""
    started = int(accounts.started[account])
    last = min(int(accounts.ended[account]), DAYS)
    days = {started, *range(started + SEAT_REVIEW, last, SEAT_REVIEW)}
    if not accounts.is_yearly[account]:
        days.add(number(planted("price_increase")["day"]))
    days.add(int(accounts.upgraded[account]))
    changes: list[tuple[int, float]] = []
    for day in sorted(day for day in days if started <= day < last):
        seats = int(np.searchsorted(sign_ups, day, side="right"))
        mrr = _price(product, accounts, account, day) * seats
        if not changes or changes[-1][1] != mrr:
            changes.append((day, mrr))
    return changes


def _price(product: Product, accounts: Accounts, account: int, day: int) -> float:
    """Price of a seat; yearly accounts pay more only from their next renewal."""
    increase = planted("price_increase")
    plan = int(accounts.plan[account] + (accounts.upgraded[account] <= day))
    price = float(product.seat_prices[plan])
    raised = number(increase["day"])
    if accounts.is_yearly[account]:
        started = int(accounts.started[account])
        raised += (started - raised) % 365
    if product.plans[plan] in increase["plans"] and day >= raised:
        return round(price * float(increase["price_factor"]), 2)
    return price


def _row(
    product: Product,
    accounts: Accounts,
    account: int,
    start: int,
    end: int,
    mrr: float,
    interval: str,
) -> Row:
    return {
        "started_at": midnight(start),
        "ended_at": None if end >= DAYS else midnight(end),
        "mrr": round(mrr, 2),
        "plan": product.plans[int(accounts.plan[account] + (accounts.upgraded[account] <= start))],
        "currency": "EUR",
        "interval": interval,
        "is_trial": False,
        "reason": None,
    }
