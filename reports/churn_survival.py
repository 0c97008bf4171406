"""How long do accounts stay, which groups longer, and what goes with leaving sooner?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.revenue import Rules
from metrics.survival import (
    Curve,
    Lifetimes,
    LogRank,
    kaplan_meier,
    log_rank,
    restricted_mean,
    restricted_mean_difference,
)
from reports import churn_definitions
from reports.answer import Report, Source
from reports.churn_lifetimes import Lives, lives
from reports.known import known
from reports.revenue_spans import day_of, paid_spans

if TYPE_CHECKING:
    from queries import Segment, Workspace

EVERYBODY = "All accounts"
PLAN = "plan"
MOST_GROUPS = 7  # with a colour each; the largest
LONGEST = 24  # months over which means are compared at most


@dataclass(frozen=True, slots=True)
class SurvivalReport(Report):
    """Survival curves of groups billed in one rhythm.

    Attributes:
        curves: One row per (group, age at which somebody left): `segment, age, at_risk, left,
            survival_share, survival_low, survival_high` (log-log 95 %); it begins with age 0 and
            stops below 20 at risk.
        at_risk: One row per (group, mark on the axis): `segment, age, at_risk`.
        groups: One row per group, the largest first: `segment, accounts, left, median, median_low,
            median_high` (null: not reached), `mean_time, mean_low, mean_high` (within the horizon),
            `longer_by, longer_low, longer_high, p_value` (against the largest group).
        accounts: One row per account of a group, those that stayed longest first: `group,
            account_id, plan, first_paid_day, left_day` (null: still pays), `age` (when it left or
            was last seen), `age_at_first_sight` (when leavers began to be recorded).
        log_rank: Whether the groups leave alike; None with fewer than two.
        horizon: Over which means are compared; None: a group is too small.
        unit: "month", or "renewal" where contracts are renewed less often.
        billed: The rhythm looked at; "" when nobody ever paid.
        rhythms: To choose from, with how many accounts.
    """

    curves: Source
    at_risk: Source
    groups: Source
    accounts: Source
    log_rank: LogRank | None
    horizon: float | None
    unit: str
    billed: str
    rhythms: dict[str, int]

    def accounts_at(self, group: str, age: float) -> Source:
        """The accounts of a group that are at risk at an age, as many as the curve says."""
        in_group = (pl.col("group") == group) & (pl.col("age_at_first_sight") <= age)
        rows = self.accounts.rows.filter(in_group, pl.col("age") > age)
        return self.accounts.showing(rows)

    def accounts_that_left(self, group: str) -> Source:
        """The accounts of a group that left, as many as the comparison says."""
        is_gone = pl.col("left_day").is_not_null()
        return self.accounts.showing(self.accounts.rows.filter(pl.col("group") == group, is_gone))


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    name: str
    seen: Lifetimes
    curve: Curve
    table: pl.DataFrame  # the accounts, in the order of `seen`


def survival_report(
    workspace: Workspace,
    segment: Segment,
    *,
    by: str | None = None,
    billed: str | None = None,
    rules: Rules | None = None,
    currency: str | None = None,
) -> SurvivalReport:
    """Follow accounts from their first paid day.

    Args:
        workspace: Where to ask.
        segment: Accounts with at least one such person; empty: all.
        by: "plan" (of the first paid span), a dimension of users, or None: all together.
        billed: Only accounts billed each month, quarter or year; None: the rhythm of most.
        rules: How spans count; its grace is the silence that makes an end an end.
        currency: Of the spans; None: that of most.
    """
    dimension = by if by not in (None, PLAN) else None
    paid = paid_spans(workspace, segment, by=dimension, currency=currency)
    everybody = lives(paid, rules=rules or Rules(), data_start=known(workspace).data_start)
    counts = everybody.table["billed_each"].value_counts(sort=True, name="accounts")
    rhythms: dict[str, int] = dict(counts.iter_rows())
    chosen = billed if billed is not None and billed in rhythms else next(iter(rhythms), "")
    some = everybody.billed(chosen)
    unit = "renewal" if chosen in ("quarter", "year") else "month"
    groups = _groups(some, "plan" if by == PLAN else "segment" if by else None, chosen, unit)
    horizon = _horizon(groups)
    found = paid.source

    def figure(title: str, rows: pl.DataFrame) -> Source:
        return Source(
            title=title,
            definition=churn_definitions.survival(unit),
            rows=rows,
            sql=found.sql,
            parameters=found.parameters,
            as_of=found.as_of,
            snapshot_id=found.snapshot_id,
            seconds=found.seconds,
            caveats=(*found.caveats, *_caveats(everybody)),
            answered=found.answered,
        )

    return SurvivalReport(
        curves=figure("Accounts still paying, by age", _curves(groups)),
        at_risk=figure("Accounts at risk", _at_risk(groups)),
        groups=figure("How long groups stay", _compared(groups, horizon)),
        accounts=figure("Accounts by age", _accounts(groups)),
        log_rank=_log_rank(groups),
        horizon=horizon,
        unit=unit,
        billed=chosen,
        rhythms=rhythms,
    )


def _groups(some: Lives, column: str | None, billed: str, unit: str) -> list[_Group]:
    """The largest groups, the largest first."""
    if some.table.is_empty():
        return []
    names = [EVERYBODY]
    if column is not None:
        sizes = some.table[column].value_counts(sort=True, name="accounts")
        names = sizes.sort("accounts", column, descending=[True, False])[column].to_list()
    groups = []
    for name in names[:MOST_GROUPS]:
        rows = some.table if column is None else some.table.filter(pl.col(column) == name)
        own = Lives(rows, some.observed_from)
        if unit == "renewal":
            seen, which = own.renewals(billed)
            rows = rows.filter(which)
        else:
            seen = own.lifetimes()
        if len(seen):
            groups.append(_Group(name, seen, kaplan_meier(seen), rows))
    return groups


def _accounts(groups: list[_Group]) -> pl.DataFrame:
    """Everybody behind the curves, who stayed longest first."""
    parts = [
        one.table.select(
            pl.lit(one.name).alias("group"),
            "account_id",
            "plan",
            pl.from_epoch("started", time_unit="d").alias("first_paid_day"),
            pl.from_epoch("left", time_unit="d").alias("left_day"),
            pl.Series("age", one.seen.durations),
            pl.Series("age_at_first_sight", _entries(one.seen)),
        )
        for one in groups
    ]
    schema = {
        "group": pl.String, "account_id": pl.String, "plan": pl.String,
        "first_paid_day": pl.Date, "left_day": pl.Date, "age": pl.Float64,
        "age_at_first_sight": pl.Float64,
    }  # fmt: skip
    found = pl.concat([pl.DataFrame(schema=schema), *(one.cast(schema) for one in parts)])  # type: ignore[arg-type]
    return found.sort("group", "age", "account_id", descending=[False, True, False])


def _entries(seen: Lifetimes) -> np.ndarray:
    return np.zeros(len(seen)) if seen.entries is None else seen.entries


def _shown(curve: Curve) -> int:
    """How many of the curve's steps are drawn: down to 20 at risk."""
    until = curve.shown_until
    return len(curve.ages) if until is None else sum(age < until for age in curve.ages)


def _curves(groups: list[_Group]) -> pl.DataFrame:
    rows: list[dict[str, Any]] = []
    for one in groups:
        curve = one.curve
        rows.append(_point(one.name, 0.0, _risk_at(one.seen, 0.0), 0, (1.0, 1.0, 1.0)))
        rows += [
            _point(
                one.name, curve.ages[at], curve.at_risk[at], curve.events[at],
                (curve.survival[at], curve.low[at], curve.high[at]),
            )
            for at in range(_shown(curve))
        ]  # fmt: skip
    schema = {
        "segment": pl.String, "age": pl.Float64, "at_risk": pl.Int64, "left": pl.Int64,
        "survival_share": pl.Float64, "survival_low": pl.Float64, "survival_high": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def _point(
    name: str, age: float, at_risk: int, left: int, share: tuple[float, float | None, float | None]
) -> dict[str, Any]:
    return {
        "segment": name, "age": age, "at_risk": at_risk, "left": left,
        "survival_share": share[0], "survival_low": share[1], "survival_high": share[2],
    }  # fmt: skip


def _risk_at(seen: Lifetimes, age: float) -> int:
    """Accounts under observation at an age."""
    entered = np.ones(len(seen), dtype=np.bool_) if seen.entries is None else seen.entries <= age
    return int((entered & (seen.durations > age)).sum())


def _at_risk(groups: list[_Group]) -> pl.DataFrame:
    longest = max((one.curve.longest for one in groups), default=0.0)
    step = max(1, round(longest / 6))
    rows = [
        (one.name, float(age), _risk_at(one.seen, age))
        for one in groups
        for age in range(0, int(longest) + 1, step)
    ]
    schema = {"segment": pl.String, "age": pl.Float64, "at_risk": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _horizon(groups: list[_Group]) -> float | None:
    """The age up to which every group that ever has 20 at risk has them, at most two years."""
    ends = [
        one.curve.longest if one.curve.shown_until is None else one.curve.shown_until
        for one in groups
        if one.curve.shown_until != 0.0
    ]
    shortest = min(ends, default=0.0)
    return float(min(int(shortest), LONGEST)) if shortest >= 1 else None


def _compared(groups: list[_Group], horizon: float | None) -> pl.DataFrame:
    rows = [_group_row(one, groups[0], horizon) for one in groups]
    numbers = (
        "median", "median_low", "median_high", "mean_time", "mean_time_from", "mean_time_to",
        "longer_by", "longer_from", "longer_to", "p_value",
    )  # fmt: skip
    schema = {"segment": pl.String, "accounts": pl.Int64, "left": pl.Int64}
    schema |= {_plain(name): pl.Float64 for name in numbers}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _plain(name: str) -> str:
    """Ends of a time are no shares: their names do not end like those of one."""
    return name.replace("median_low", "median_from").replace("median_high", "median_to")


def _group_row(one: _Group, largest: _Group, horizon: float | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "segment": one.name,
        "accounts": len(one.seen),
        "left": int(one.seen.is_event.sum()),
        "median": one.curve.median,
        "median_from": one.curve.median_low,
        "median_to": one.curve.median_high,
    }
    if horizon is None:
        return row
    if one.curve.shown_until == 0.0:  # never 20 at risk: a mean would be that of a handful
        return row
    mean = restricted_mean(one.seen, horizon)
    row |= {"mean_time": mean.value, "mean_time_from": mean.low, "mean_time_to": mean.high}
    if one is largest:
        return row
    difference = restricted_mean_difference(largest.seen, one.seen, horizon)
    return row | {
        "longer_by": difference.value,
        "longer_from": difference.low,
        "longer_to": difference.high,
        "p_value": difference.p_value,
    }


def _log_rank(groups: list[_Group]) -> LogRank | None:
    if len(groups) < 2:
        return None
    parts = [one.seen for one in groups]
    entries = [np.zeros(len(one)) if one.entries is None else one.entries for one in parts]
    pooled = Lifetimes(
        np.concatenate([one.durations for one in parts]),
        np.concatenate([one.is_event for one in parts]),
        np.concatenate(entries),
    )
    return log_rank(pooled, np.repeat(np.arange(len(parts)), [len(one) for one in parts]))


def _caveats(everybody: Lives) -> tuple[str, ...]:
    older = int((everybody.table["entry"] > 0).sum())
    if not older:
        return ()
    words = (
        f"Leavers are recorded from {day_of(everybody.observed_from):%Y-%m-%d} on: {older:,} "
        "accounts that are older count only from their age on that day."
    )
    return (words,)
