"""How long has each account paid, and did it leave?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.revenue import History, Rules, history
from metrics.survival import Lifetimes
from reports.revenue_spans import NOT_SET, PaidSpans, number

if TYPE_CHECKING:
    from datetime import date

DAYS_PER_MONTH = 365.25 / 12
MONTHS_BETWEEN = {"month": 1, "quarter": 3, "year": 12}  # two renewals


@dataclass(frozen=True, slots=True, eq=False)
class Lives:
    """One row per account that ever paid.

    Attributes:
        table: `account, account_id, started, left` (first paid day, and the day from which it paid
            nothing for at least the grace, days since 1970; left null: it still pays), `duration`
            (days until it left or was last seen), `entry` (days at which it came under
            observation), `plan, billed_each, segment` of its first paid span.
        observed_from: The day from which on leavers are in the data, since 1970: accounts older
            than it are counted from then on.
    """

    table: pl.DataFrame
    observed_from: int

    def billed(self, each: str) -> Lives:
        """The accounts billed in one rhythm: rhythms are never pooled."""
        return Lives(self.table.filter(pl.col("billed_each") == each), self.observed_from)

    def lifetimes(self) -> Lifetimes:
        """In months of 30.4 days."""
        scale = 1 / DAYS_PER_MONTH
        return Lifetimes(
            self.table["duration"].to_numpy() * scale,
            self.table["left"].is_not_null().to_numpy(),
            self.table["entry"].to_numpy() * scale,
        )

    def renewals(self, each: str) -> tuple[Lifetimes, np.ndarray]:
        """In renewals, and which rows they are of: who has not come to one yet says nothing.

        An account left at the renewal nearest to its end, the first at the earliest.
        """
        term = DAYS_PER_MONTH * MONTHS_BETWEEN.get(each, 1)
        terms = self.table["duration"].to_numpy() / term
        is_event = self.table["left"].is_not_null().to_numpy()
        reached = np.where(is_event, np.maximum(np.round(terms), 1), np.floor(terms))
        entry = np.floor(self.table["entry"].to_numpy() / term)
        seen = entry < reached
        return Lifetimes(reached[seen], is_event[seen], entry[seen]), seen


def lives(paid: PaidSpans, *, rules: Rules, data_start: date) -> Lives:
    """The life of every account, up to the last complete day.

    An account that pays again within the grace never left. Who was there before leavers were
    recorded is seen only from then on: from the first ending in the data, at the latest from the
    first day of events.

    Args:
        paid: The spans.
        rules: How they count; its grace is the silence that makes an end an end.
        data_start: First day of the events.
    """
    levels = history(paid.spans, rules, as_of=paid.until)
    grace = rules.grace_days if rules.grace_days is not None else 0
    accounts, started, left = first_endings(levels, paid.until, grace)
    happened = left[left >= 0]
    first_ending = int(happened.min()) if len(happened) else paid.until
    observed_from = min(first_ending, max(number(data_start), int(started.min(initial=paid.until))))
    ends = np.where(left >= 0, left, paid.until)
    table = pl.DataFrame(
        {
            "account": accounts,
            "started": started,
            "left": pl.Series(left).set(pl.Series(left < 0), None),
            "duration": (ends - started).astype(np.float64),
            "entry": np.maximum(observed_from - started, 0).astype(np.float64),
        }
    )
    known = table.filter((pl.col("entry") < pl.col("duration")) & (pl.col("started") < paid.until))
    return Lives(known.join(_first_spans(paid), on="account", how="left"), observed_from)


def first_endings(
    levels: History, until: int, grace: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Accounts, their first paid day, and the day they first left for longer than the grace.

    An end whose grace is not over by `until` is open: nothing is known yet, −1 like no end.
    """
    seen = levels.days < until
    accounts, days = levels.accounts[seen], levels.days[seen]
    pays = levels.amounts[seen].sum(axis=1) > 0
    everybody, first = np.unique(accounts[pays], return_index=True)
    started = days[pays][first]
    nothing = np.flatnonzero(~pays)
    follows = np.minimum(nothing + 1, len(days) - 1)
    has_next = (nothing + 1 < len(days)) & (accounts[follows] == accounts[nothing])
    back = np.where(has_next, days[follows], until)
    is_end = back - days[nothing] > grace
    ended = nothing[is_end]
    left = np.full(len(everybody), -1, dtype=np.int64)
    place = np.searchsorted(everybody, accounts[ended])
    order = np.argsort(-days[ended], kind="stable")  # the earliest end is written last
    left[place[order]] = days[ended][order]
    return everybody, started, left


def _first_spans(paid: PaidSpans) -> pl.DataFrame:
    """Attributes at time zero: those of each account's first paid span."""
    paying = paid.source.rows.filter(pl.col("amount") > 0)
    return (
        paying.sort("account", "started")
        .group_by("account", maintain_order=True)
        .agg(
            pl.col("account_id").first(),
            pl.col("plan").first().fill_null(NOT_SET),
            pl.col("billed_each").first(),
            pl.col("segment").first(),
        )
    )
