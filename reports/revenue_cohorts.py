"""What do customers still pay, by the month in which they first paid?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.periods import add_months
from metrics.revenue import Rules, history, revenue_cohorts
from reports import churn_definitions
from reports.answer import Report, Source
from reports.revenue_bridge import months_until
from reports.revenue_spans import number, paid_spans

if TYPE_CHECKING:
    from queries import Segment, Workspace


@dataclass(frozen=True, slots=True)
class RevenueCohortsReport(Report):
    """The triangle of revenue.

    Attributes:
        triangle: One row per (cohort, month after): `cohort` (first day of the month of the first
            payment), `month_number` (0: the end of that month), `customers, first_revenue` (a
            month, what each first paid), `revenue, kept` (nobody counted for more than at first),
            `paying, nrr_share, grr_share`; null where the month is not over yet.
        currency: Of all amounts.
    """

    triangle: Source
    currency: str


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
    paid = paid_spans(workspace, segment, currency=currency)
    shown = [one for one in months_until(paid, months) if one.is_complete]
    schema = {
        "cohort": pl.Date, "month_number": pl.Int64, "customers": pl.Int64,
        "first_revenue": pl.Float64, "revenue": pl.Float64, "kept": pl.Float64,
        "paying": pl.Int64, "nrr_share": pl.Float64, "grr_share": pl.Float64,
    }  # fmt: skip
    rows = []
    if shown:
        levels = history(paid.spans, rules or Rules(), as_of=paid.until)
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
    source = paid.source
    return RevenueCohortsReport(
        triangle=Source(
            title="Revenue by month of the first payment",
            definition=churn_definitions.COHORTS,
            rows=pl.DataFrame(rows, schema=schema, orient="row"),
            sql=source.sql,
            parameters=source.parameters,
            as_of=source.as_of,
            snapshot_id=source.snapshot_id,
            seconds=source.seconds,
            caveats=source.caveats,
            answered=source.answered,
        ),
        currency=paid.currency,
    )
