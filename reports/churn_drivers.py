"""What goes with leaving sooner, all attributes looked at together?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.revenue import Rules
from metrics.survival import Cox, cox, cox_by_age
from reports import churn_definitions
from reports.answer import Report, Source
from reports.churn_lifetimes import Lives, lives
from reports.known import known
from reports.revenue_spans import paid_spans

if TYPE_CHECKING:
    from queries import Segment, Workspace

PLAN = "plan"
MOST_LEVELS = 6  # of an attribute; the rarer ones together are "other"
FEWEST_LEAVERS = 5  # of a level; with fewer it is "other", and with none there is no ratio
OTHER = "other"
DRIFTS = 0.05  # p-value of the test of proportional hazards below which a ratio is split by age


@dataclass(frozen=True, slots=True)
class DriversReport(Report):
    """Hazard ratios of accounts' attributes at their first paid day.

    Attributes:
        drivers: One row per level but the commonest of its attribute: `attribute, level,
            compared_with, accounts, ratio, ratio_from, ratio_to` (95 %), `p_value,
            constancy_p_value` (small: the ratio changes with age).
        by_age: One row per (level whose ratio changes, half of ages): `attribute, level, ages,
            ratio, ratio_from, ratio_to, p_value`; ratios of young and of old accounts apart.
        accounts: Used.
        left: Of those, who left.
        concordance: Share of pairs whose order of leaving the model gets right; None: no pair.
        constancy: p-value of whether all ratios hold at all ages; None: not known.
        missing: Why there is no model; None: there is one.
    """

    drivers: Source
    by_age: Source
    accounts: int
    left: int
    concordance: float | None
    constancy: float | None
    missing: str | None


@dataclass(frozen=True, slots=True)
class _Level:
    attribute: str
    level: str
    compared_with: str
    accounts: int


def drivers_report(
    workspace: Workspace,
    segment: Segment,
    attributes: tuple[str, ...],
    *,
    billed: str,
    rules: Rules | None = None,
    currency: str | None = None,
) -> DriversReport:
    """Fit Cox's model of the accounts billed in one rhythm.

    Args:
        workspace: Where to ask.
        segment: Accounts with at least one such person; empty: all.
        attributes: "plan", or dimensions of users; at least one.
        billed: In which rhythm.
        rules: How spans count.
        currency: Of the spans; None: that of most.
    """
    paid = paid_spans(workspace, segment, currency=currency)
    start = known(workspace).data_start
    some = lives(paid, rules=rules or Rules(), data_start=start).billed(billed)
    for name in (one for one in attributes if one != PLAN):
        values = paid_spans(workspace, segment, by=name, currency=currency).source.rows
        own = values.unique("account_id", keep="first").select(
            "account_id", pl.col("segment").alias(f"by_{name}")
        )
        some = Lives(some.table.join(own, on="account_id", how="left"), some.observed_from)
    everybody = some.table.height
    some = _with_leavers(some, attributes)
    columns, levels = _columns(some.table, attributes)
    seen = some.lifetimes()
    model, missing = None, None
    try:
        model = cox(seen, columns)
    except ValueError as error:
        missing = str(error)
    found = paid.source

    def figure(title: str, rows: pl.DataFrame) -> Source:
        return Source(
            title=title,
            definition=churn_definitions.DRIVERS,
            rows=rows,
            sql=found.sql,
            parameters=found.parameters,
            as_of=found.as_of,
            snapshot_id=found.snapshot_id,
            seconds=found.seconds,
            caveats=(*found.caveats, *_left_out(everybody - some.table.height)),
            answered=found.answered,
        )

    drifting = _drifting(model)
    halves = _halves(some.lifetimes(), columns) if drifting else ()
    return DriversReport(
        drivers=figure("What goes with leaving sooner", _rows(model, levels)),
        by_age=figure("Ratios that change with age", _age_rows(halves, levels, drifting)),
        accounts=len(seen),
        left=int(seen.is_event.sum()),
        concordance=None if model is None else model.concordance,
        constancy=None if model is None else model.proportionality.p_value,
        missing=missing,
    )


def _column(attribute: str) -> str:
    return PLAN if attribute == PLAN else f"by_{attribute}"


def _with_leavers(some: Lives, attributes: tuple[str, ...]) -> Lives:
    """Rare levels as "other"; without the accounts of levels of which hardly anybody left."""
    table = some.table
    for name in map(_column, attributes):
        table = table.filter(_leavers(name) >= 1) if table.height else table
        counts = table.group_by(name).agg(
            pl.len().alias("accounts"), pl.col("left").is_not_null().sum().alias("leavers")
        )
        often = counts.filter(pl.col("leavers") >= FEWEST_LEAVERS)
        kept = often.sort("accounts", name, descending=[True, False])[name].to_list()[:MOST_LEVELS]
        named = pl.when(pl.col(name).is_in(kept)).then(pl.col(name)).otherwise(pl.lit(OTHER))
        table = table.with_columns(named.alias(name))
        table = table.filter(_leavers(name) >= FEWEST_LEAVERS)
    return Lives(table, some.observed_from)


def _leavers(name: str) -> pl.Expr:
    """How many of the account's level left."""
    return pl.col("left").is_not_null().sum().over(name)


def _left_out(accounts: int) -> tuple[str, ...]:
    if not accounts:
        return ()
    words = (
        f"{accounts:,} accounts are left out: fewer than {FEWEST_LEAVERS} with their value of an "
        "attribute left, so it has no ratio."
    )
    return (words,)


def _columns(
    table: pl.DataFrame, attributes: tuple[str, ...]
) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, _Level]]:
    """A column of 0 and 1 for each level but the commonest of its attribute."""
    columns: dict[str, np.ndarray[Any, Any]] = {}
    levels: dict[str, _Level] = {}
    for attribute in attributes:
        values = table[_column(attribute)]
        counts = values.value_counts(name="accounts").sort(
            "accounts", values.name, descending=[True, False]
        )
        names = counts[values.name].to_list()
        for level, accounts in list(counts.iter_rows())[1:]:
            key = f"{attribute}: {level}"
            columns[key] = (values == level).cast(pl.Float64).to_numpy()
            levels[key] = _Level(attribute, level, names[0], accounts)
    return columns, levels


def _rows(model: Cox | None, levels: dict[str, _Level]) -> pl.DataFrame:
    schema = {
        "attribute": pl.String, "level": pl.String, "compared_with": pl.String,
        "accounts": pl.Int64, "ratio": pl.Float64, "ratio_from": pl.Float64,
        "ratio_to": pl.Float64, "p_value": pl.Float64, "constancy_p_value": pl.Float64,
    }  # fmt: skip
    if model is None:
        return pl.DataFrame(schema=schema)
    constancy = {one.name: one.p_value for one in model.proportionality.attributes}
    rows = [
        {
            "attribute": levels[one.name].attribute,
            "level": levels[one.name].level,
            "compared_with": levels[one.name].compared_with,
            "accounts": levels[one.name].accounts,
            "ratio": one.ratio,
            "ratio_from": one.low,
            "ratio_to": one.high,
            "p_value": one.p_value,
            "constancy_p_value": constancy.get(one.name),
        }
        for one in model.drivers
    ]
    return pl.DataFrame(rows, schema=schema, orient="row").sort("ratio", descending=True)


def _drifting(model: Cox | None) -> tuple[str, ...]:
    """Levels whose ratio changes with age, asked only where all together do."""
    if model is None or (model.proportionality.p_value or 1.0) >= DRIFTS:
        return ()
    return tuple(one.name for one in model.proportionality.attributes if one.p_value < DRIFTS)


def _halves(seen: Any, columns: dict[str, np.ndarray[Any, Any]]) -> tuple[Any, ...]:
    """Models of young and of old accounts, cut at the age by which half of the leavers had left."""
    cut = float(np.median(seen.durations[seen.is_event]))
    try:
        return cox_by_age(seen, columns, [cut])
    except ValueError:  # an attribute that determines another among the old ones only
        return ()


def _age_rows(
    halves: tuple[Any, ...], levels: dict[str, _Level], drifting: tuple[str, ...]
) -> pl.DataFrame:
    schema = {
        "attribute": pl.String, "level": pl.String, "ages": pl.String, "ratio": pl.Float64,
        "ratio_from": pl.Float64, "ratio_to": pl.Float64, "p_value": pl.Float64,
    }  # fmt: skip
    rows = [
        {
            "attribute": levels[one.name].attribute,
            "level": levels[one.name].level,
            "ages": f"up to {half.end:.1f} months" if half.start == 0
            else f"above {half.start:.1f} months",
            "ratio": one.ratio,
            "ratio_from": one.low,
            "ratio_to": one.high,
            "p_value": one.p_value,
        }
        for half in halves
        if half.cox is not None
        for one in half.cox.drivers
        if one.name in drifting
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")
