"""What do customers still pay, by the month in which they first paid?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.periods import add_months
from metrics.revenue import Exchange, History, Rules, history, revenue_cohorts
from metrics.revenue.movements import amounts_at
from reports import churn_definitions
from reports.answer import Report, Source
from reports.made_once import Room
from reports.revenue_bridge import months_until
from reports.revenue_spans import PaidSpans, days_of, number, paid_spans

if TYPE_CHECKING:
    from datetime import date

    from queries import Segment, Workspace


ACCOUNTS = {
    "cohort": pl.Date, "month_number": pl.Int64, "account_id": pl.String,
    "first_paid_day": pl.Date, "first_revenue": pl.Float64, "revenue": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RevenueCohortsReport(Report):
    """The triangle of revenue.

    Attributes:
        triangle: One row per (cohort, month after): `cohort` (first day of the month of the first
            payment), `month_number` (0: the end of that month), `customers, first_revenue` (a
            month, what each first paid), `revenue, kept` (nobody counted for more than at first),
            `paying, nrr_share, grr_share`; null where the month is not over yet.
        accounts: One row per (cohort, month after, account): `cohort, month_number, account_id,
            first_paid_day, first_revenue, revenue`; months that are not over yet have none.
        currency: Of all amounts.
    """

    triangle: Source
    accounts: Source
    currency: str

    def accounts_of(self, cohort: date, month_number: int | None = None) -> Source:
        """The customers of a cohort; with a month after, those who pay at its end."""
        rows = self.accounts.rows.filter(pl.col("cohort") == cohort)
        if month_number is None:
            rows = rows.unique("account_id", keep="first", maintain_order=True).drop("revenue")
        else:
            rows = rows.filter(pl.col("month_number") == month_number, pl.col("revenue") > 0)
        return self.accounts.showing(rows.drop("month_number"))


_cohorts: Room[RevenueCohortsReport] = Room()


def revenue_cohorts_report(
    workspace: Workspace,
    segment: Segment,
    *,
    rules: Rules | None = None,
    months: int = 12,
    currency: str | None = None,
) -> RevenueCohortsReport:
    """Follow the customers of each of the last months.

    Args:
        workspace: Where to ask.
        segment: Accounts with at least one such person; empty: all.
        rules: How spans count.
        months: How many cohorts.
        currency: Of the amounts; None: that of most spans.
    """
    rules = rules or Rules()

    def make() -> RevenueCohortsReport:
        return _followed(paid_spans(workspace, segment, currency=currency), rules, months=months)

    key = (segment.canonical(), rules, months, currency)
    return _cohorts.now(workspace, key, make)


def _followed(paid: PaidSpans, rules: Rules, *, months: int) -> RevenueCohortsReport:
    shown = [one for one in months_until(paid, months) if one.is_complete]
    schema = {
        "cohort": pl.Date, "month_number": pl.Int64, "customers": pl.Int64,
        "first_revenue": pl.Float64, "revenue": pl.Float64, "kept": pl.Float64,
        "paying": pl.Int64, "nrr_share": pl.Float64, "grr_share": pl.Float64,
    }  # fmt: skip
    rows, listed = [], pl.DataFrame(schema=ACCOUNTS)
    if shown:
        levels = history(paid.spans, rules, as_of=paid.until)
        starts = [one.start for one in shown]
        edges = np.array([number(one) for one in (*starts, add_months(starts[-1], 1))])
        found = revenue_cohorts(levels, edges, complete_until=paid.until, exchange=paid.exchange)
        for start, cohort in zip(starts, found, strict=True):
            if not cohort.customers:
                continue
            for age, (now, kept, paying) in enumerate(
                zip(cohort.revenue, cohort.kept, cohort.paying, strict=True)
            ):
                base = cohort.first
                shares = [None if one is None or not base else one / base for one in (now, kept)]
                rows.append((start, age, cohort.customers, base, now, kept, paying, *shares))
        listed = _accounts(paid, levels, edges, starts)
    triangle = replace(
        paid.source,
        title="Revenue by month of the first payment",
        definition=churn_definitions.COHORTS,
        rows=pl.DataFrame(rows, schema=schema, orient="row"),
    )
    return RevenueCohortsReport(
        triangle=triangle,
        accounts=replace(triangle, title="Accounts by month of the first payment", rows=listed),
        currency=paid.currency,
    )


def _accounts(
    paid: PaidSpans, levels: History, edges: np.ndarray, starts: list[date]
) -> pl.DataFrame:
    """Every account by cohort and month after, valued as the triangle is."""
    exchange = paid.exchange or Exchange.of_one_currency()
    pays = np.flatnonzero(levels.amounts.sum(axis=1) > 0)
    everybody, places = np.unique(levels.accounts[pays], return_index=True)
    joined = levels.days[pays[places]]
    cohort = np.searchsorted(edges, joined, side="right") - 1
    first = exchange.value(levels.amounts[pays[places]], joined)
    names = np.array(paid.names, dtype=object)
    parts = [pl.DataFrame(schema=ACCOUNTS)]
    for end, edge in enumerate(edges[1:].tolist()):
        if edge > paid.until:
            break
        now = exchange.value(amounts_at(levels, everybody, edge), joined)
        here = np.flatnonzero((cohort >= 0) & (cohort <= end))
        parts.append(pl.DataFrame({
            "cohort": [starts[number] for number in cohort[here]],
            "month_number": end - cohort[here],
            "account_id": names[everybody[here]].tolist(),
            "first_paid_day": days_of(joined[here]),
            "first_revenue": first[here],
            "revenue": now[here],
        }, schema=ACCOUNTS))  # fmt: skip
    return pl.concat(parts).sort("cohort", "month_number", "account_id")
