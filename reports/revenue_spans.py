"""Who pays how much, and since when?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.revenue import NEVER, Exchange, Spans
from metrics.revenue.history import CANCELLED, PAUSED, UNPAID
from reports import churn_definitions
from reports.answer import Source, source
from reports.known import known

if TYPE_CHECKING:
    from queries import Segment, Workspace
    from queries.settings import Settings

EPOCH = date(1970, 1, 1)
NOT_SET = "(not set)"
ENDINGS = {"cancelled": CANCELLED, "unpaid": UNPAID, "paused": PAUSED}


@dataclass(frozen=True, slots=True, eq=False)
class PaidSpans:
    """The paid spans of one currency, ready for every question about churn and revenue.

    Attributes:
        source: Where they come from; its rows are the spans that count, one per row of `spans`:
            `segment, account_id, account` (its number), `started, ended` (local days; ended null:
            running), `amount, plan, currency, billed_each, is_trial, reason, cancelled, scheduled`
            (local days, null: not known), `ending, listed` (amount before discounts),
            `account_key`.
        spans: The same, as the metrics take them; accounts are numbered.
        names: Account ids by number.
        until: Day after the last complete one, since 1970.
        currency: Of all amounts, or that which they are converted into.
        currencies: What may be asked for: all converted where every rate is known, then each, the
            one with most spans first.
        exchange: Rates into `currency`; None: every amount is in it.
    """

    source: Source
    spans: Spans
    names: tuple[str, ...]
    until: int
    currency: str
    currencies: tuple[str, ...]
    exchange: Exchange | None = None

    @property
    def at_latest_rates(self) -> Spans:
        """The same in one currency, by the latest rates: for where amounts are compared."""
        if self.exchange is None or self.spans.currencies is None:
            return self.spans
        worth = self.exchange.rates[-1][self.spans.currencies]
        listed = self.spans.list_amounts
        return replace(
            self.spans,
            amounts=self.spans.amounts * worth,
            list_amounts=None if listed is None else listed * worth,
            currencies=None,
        )

    @property
    def is_empty(self) -> bool:
        """Whether nobody ever paid."""
        return not bool((self.spans.amounts > 0).any())

    def knows(self, column: str) -> bool:
        """Whether any span has a value in a column."""
        return bool(self.source.rows[column].is_not_null().any())

    @property
    def first_day(self) -> int:
        """The first paid day, since 1970."""
        return int(self.spans.started[self.spans.amounts > 0].min())


def paid_spans(
    workspace: Workspace,
    segment: Segment,
    *,
    by: str | None = None,
    currency: str | None = None,
) -> PaidSpans:
    """Every paid span of the accounts of a segment.

    Args:
        workspace: Where to ask.
        segment: Accounts with at least one such person; empty: all.
        by: A dimension of users whose value becomes the account's segment.
        currency: Only spans in it; None: all converted where every rate is known, else the one
            with most spans.
    """
    answer = workspace.ask(
        "paid_spans",
        segment=segment,
        by=by,
        is_narrowed=any(
            workspace.dimensions[one.dimension].level == "user" for one in segment.filters
        ),
        is_split=by is not None,
    )
    found = source(
        answer,
        title="Paid spans",
        definition=churn_definitions.PAID_SPANS,
        caveats=_segment_caveats(workspace, segment),
    )
    product = workspace.settings.product
    usual = product.currency
    rows = _with_days(found.rows, product.time_zone, usual)
    counts = (
        rows["currency"]
        .value_counts(sort=True, name="spans")
        .sort("spans", "currency", descending=[True, False])
    )
    found_ones: tuple[str, ...] = tuple(counts["currency"].to_list()) or (usual,)
    rates = exchange_of(workspace.settings, found_ones)
    converted: tuple[str, ...] = (f"All in {usual}",) if rates is not None else ()
    currencies: tuple[str, ...] = (*converted, *found_ones)
    chosen = currency if currency is not None and currency in currencies else currencies[0]
    one, caveats = rows, _rates_words(workspace.settings, found_ones)
    if chosen not in converted:
        one, caveats = _of_currency(rows, chosen, found_ones)
        rates = None
    kept, more = _good(one)
    names = kept["account_id"].unique().sort()
    kept = kept.with_columns(
        pl.Series("account", names.search_sorted(kept["account_id"]), dtype=pl.Int64)
    )
    return PaidSpans(
        source=found.showing(kept, *caveats, *more),
        spans=_spans(kept, found_ones if rates is not None else None),
        names=tuple(names.to_list()),
        until=number(known(workspace).watermark) + 1,
        currency=chosen if rates is None else usual,
        currencies=currencies,
        exchange=rates,
    )


def exchange_of(settings: Settings, currencies: tuple[str, ...]) -> Exchange | None:
    """Rates of several currencies into the product's; None: there is one, or a rate is missing."""
    own = settings.product.currency
    known_ones = {own, *(settings.exchange[0].rates if settings.exchange else ())}
    if len(currencies) < 2 or not known_ones.issuperset(currencies):
        return None
    rows = [[one.rates.get(name, 1.0) for name in currencies] for one in settings.exchange]
    return Exchange(
        np.array([number(one.since) for one in settings.exchange], dtype=np.int64),
        np.array(rows, dtype=np.float64),
    )


def _rates_words(settings: Settings, currencies: tuple[str, ...]) -> tuple[str, ...]:
    """Which currencies are converted, and by rates of when."""
    if not settings.exchange:
        return ()
    others = ", ".join(one for one in currencies if one != settings.product.currency)
    last = settings.exchange[-1].since
    words = (
        f"{others} converted into {settings.product.currency} by the rates of workspace.toml, the "
        f"latest from {last:%Y-%m-%d}; what rates alone changed is the line “currency”."
    )
    return (words,)


def number(day: date) -> int:
    """Days since 1 January 1970."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """The day that is so many days after 1 January 1970."""
    return EPOCH + timedelta(days=int(number))


def days_of(numbers: np.ndarray) -> pl.Series:
    """The same of many numbers.

    Examples:
        >>> days_of(np.array([0, 31])).to_list()
        [datetime.date(1970, 1, 1), datetime.date(1970, 2, 1)]
    """
    return pl.Series(numbers.astype(np.int32)).cast(pl.Date)


def _with_days(rows: pl.DataFrame, zone: str, currency: str) -> pl.DataFrame:
    """Moments as local days, amounts without trials, a currency for everybody."""

    def local(name: str) -> pl.Expr:
        moment = pl.col(name).dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
        return moment.dt.date()

    return rows.select(
        "segment",
        "account_id",
        local("started_at").alias("started"),
        local("ended_at").alias("ended"),
        pl.when("is_trial").then(0.0).otherwise("mrr").alias("amount"),
        pl.col("plan").fill_null(NOT_SET),
        pl.col("currency").fill_null(currency),
        pl.col("billed_each").fill_null(NOT_SET),
        "is_trial",
        "reason",
        local("cancelled_at").alias("cancelled"),
        local("scheduled_at").alias("scheduled"),
        "ending",
        pl.when("is_trial").then(0.0).otherwise(pl.coalesce("list_mrr", "mrr")).alias("listed"),
        "account_key",
    )


def _of_currency(
    rows: pl.DataFrame, chosen: str, currencies: tuple[str, ...]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    if len(currencies) < 2:
        return rows, ()
    others = ", ".join(one for one in currencies if one != chosen)
    kept = rows.filter(pl.col("currency") == chosen)
    words = (
        f"Only what is paid in {chosen}: amounts in {others} need exchange rates to be added "
        "(`[[exchange]]` in workspace.toml)."
    )
    return kept, (words,)


def _good(rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Spans that can be counted, and a caveat about the others."""
    can_count = (
        pl.col("amount").is_finite().fill_null(value=False)
        & (pl.col("amount") >= 0)
        & (pl.col("ended").is_null() | (pl.col("ended") >= pl.col("started")))
    )
    kept = rows.filter(can_count)
    left_out = rows.height - kept.height
    if not left_out:
        return kept, ()
    words = (
        f"{left_out:,} spans are left out: they end before they start, or have no amount of 0 or "
        "more."
    )
    return kept, (words,)


def _spans(rows: pl.DataFrame, currencies: tuple[str, ...] | None) -> Spans:
    days = {
        name: rows[name].cast(pl.Int32).cast(pl.Int64).fill_null(NEVER).to_numpy()
        for name in ("started", "ended", "cancelled", "scheduled")
    }
    endings = (
        rows["ending"]
        .str.to_lowercase()
        .replace_strict(ENDINGS, default=CANCELLED, return_dtype=pl.Int64)
    )
    return Spans(
        accounts=rows["account"].to_numpy(),
        started=days["started"],
        ended=days["ended"],
        amounts=np.asarray(rows["amount"].to_numpy(), dtype=np.float64),
        list_amounts=np.asarray(rows["listed"].to_numpy(), dtype=np.float64),
        cancelled=days["cancelled"],
        scheduled=days["scheduled"],
        endings=endings.to_numpy(),
        currencies=None
        if currencies is None
        else rows["currency"]
        .replace_strict({name: at for at, name in enumerate(currencies)}, return_dtype=pl.Int64)
        .to_numpy(),
    )


def _segment_caveats(workspace: Workspace, segment: Segment) -> tuple[str, ...]:
    if segment.is_empty:
        return ()
    dimensions = workspace.dimensions
    of_events = [
        one.dimension for one in segment.filters if dimensions[one.dimension].level == "event"
    ]
    caveats = ["An account counts when at least one of its people is in the segment."]
    if of_events:
        caveats.append(
            f"{', '.join(of_events)} describes events, not people: it does not narrow accounts."
        )
    return tuple(caveats)
