"""Which accounts are behind each bar, and why did those leave who left?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from metrics.revenue import KINDS, Exchange, History, Rules, movements
from metrics.revenue.movements import amounts_at
from reports.revenue_spans import NOT_SET, PaidSpans, days_of

if TYPE_CHECKING:
    from reports.revenue_bridge import Month

SCHEMA = {
    "month": pl.Date, "kind": pl.String, "account_id": pl.String, "day": pl.Date,
    "before": pl.Float64, "after": pl.Float64, "difference": pl.Float64,
}  # fmt: skip


def rows_of_movements(
    paid: PaidSpans, levels: History, shown: tuple[Month, ...], rules: Rules
) -> pl.DataFrame:
    """Every movement of the months, the latest month first, the largest movement first.

    Returns:
        `month, kind, account_id, day, before, after, difference, plan, reason`.
    """
    parts = [pl.DataFrame(schema=SCHEMA)]
    parts += [_of_month(paid, levels, month, rules) for month in shown]
    found = pl.concat(parts).join(_last_words(paid), on=["account_id", "day"], how="left")
    is_churn = pl.col("kind") == "churn"
    return (
        found.join(_plans(paid), on="account_id", how="left")
        .with_columns(
            pl.when(is_churn).then(pl.col("reason").fill_null(NOT_SET)).alias("reason")
        )
        .select(*SCHEMA, "plan", "reason")
        .sort(
            pl.col("month"), pl.col("difference").abs(), pl.col("account_id"), pl.col("day"),
            descending=[True, True, False, False],
        )
    )  # fmt: skip


def _of_month(paid: PaidSpans, levels: History, month: Month, rules: Rules) -> pl.DataFrame:
    start, end = month.days
    exchange = paid.exchange or Exchange.of_one_currency()
    moved = movements(levels, start, end, rules=rules, exchange=exchange)
    names = np.array(paid.names, dtype=object)
    if rules.mode == "net":
        before = exchange.value(amounts_at(levels, moved.accounts, start), end)  # as it counts
    else:
        before = _just_before(levels, moved.accounts, moved.days, exchange)
    return pl.DataFrame(
        {
            "month": [month.start] * len(moved),
            "kind": [KINDS[kind] for kind in moved.kinds],
            "account_id": names[moved.accounts].tolist(),
            "day": days_of(moved.days),
            "before": before,
            "after": before + moved.amounts,
            "difference": moved.amounts,
        },
        schema=SCHEMA,
    )


def _just_before(
    levels: History, accounts: np.ndarray, days: np.ndarray, exchange: Exchange
) -> np.ndarray:
    """(m,) what each account paid before the change of that day."""
    width = int(levels.days.max(initial=0)) + 1
    keys = levels.accounts.astype(np.int64) * width + levels.days
    place = np.searchsorted(keys, accounts.astype(np.int64) * width + days)
    is_first = (place == 0) | (levels.accounts[np.maximum(place - 1, 0)] != accounts)
    worth = exchange.value(levels.amounts[np.maximum(place - 1, 0)], days)
    return np.where(is_first, 0.0, worth)


def _last_words(paid: PaidSpans) -> pl.DataFrame:
    """The reason of each account's spans, by the day on which they ended."""
    ended = paid.source.rows.filter(pl.col("ended").is_not_null() & (pl.col("amount") > 0))
    return ended.group_by("account_id", pl.col("ended").alias("day"), maintain_order=True).agg(
        pl.col("reason").drop_nulls().first()
    )


def _plans(paid: PaidSpans) -> pl.DataFrame:
    """The plan of each account's last paid span."""
    paying = paid.source.rows.filter(pl.col("amount") > 0)
    return paying.group_by("account_id", maintain_order=True).agg(
        pl.col("plan").sort_by("started").last()
    )


def reasons_of(moved: pl.DataFrame, shown: tuple[Month, ...]) -> pl.DataFrame:
    """Why accounts left in the complete months: `reason, accounts, revenue_lost`."""
    done = [month.start for month in shown if month.is_complete]
    left = moved.filter((pl.col("kind") == "churn") & pl.col("month").is_in(done))
    return (
        left.group_by("reason")
        .agg(
            pl.col("account_id").n_unique().cast(pl.Int64).alias("accounts"),
            (-pl.col("difference").sum()).alias("revenue_lost"),
        )
        .sort("revenue_lost", "reason", descending=[True, False])
    )
