"""Who will do it again, where nobody ever cancels?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.purchases import BetaGeometric, Buyers, beta_geometric
from metrics.rates import ratio
from reports import churn_definitions
from reports.answer import Report, Source, source
from reports.known import known

if TYPE_CHECKING:
    from queries import Segment, Workspace

DAYS_PER_WEEK = 7
LEARNS = 0.75  # of the days, on whose habits the tested models are fitted
AHEAD = 28  # days for which repeats are expected
MOST = 7  # repeats shown one by one; more together


@dataclass(frozen=True, slots=True)
class BuyersReport(Report):
    """BG/NBD and MBG/NBD of days with an event, tested on the last quarter of the days.

    Attributes:
        test: One row per number of repeats in the first three quarters: `repeats` ("7+" together),
            `people, later_days` (a person, in the last quarter, seen), `bg_days, mbg_days`
            (expected).
        models: One row per model, fitted to all days: `model, r, alpha, a, b, log_likelihood,
            alive` (people expected to come again, ever), `expected_days` (in the next 28 days),
            `test_error_share` (expected ÷ seen in the last quarter, less 1).
        people: Who did it at least once.
        missing: Why there is no model; None: there is one.
    """

    test: Source
    models: Source
    people: int
    missing: str | None


def buyers_report(
    workspace: Workspace, segment: Segment, *, events: tuple[str, ...] = ()
) -> BuyersReport:
    """Fit both models to all days, and to the first three quarters to test them on the rest.

    Args:
        workspace: Where to ask.
        segment: Whose events count.
        events: What is a purchase; empty: any qualifying event.
    """
    days = known(workspace)
    length = (days.watermark - days.data_start).days + 1
    end = days.watermark + timedelta(days=1)
    split = days.data_start + timedelta(days=max(1, round(length * LEARNS)))
    asked: dict[str, Any] = {
        "segment": segment,
        "events": list(events),
        "watermark": days.watermark,
    }
    whole = workspace.ask("repeat_days", split_on=end, **asked)
    parted = workspace.ask("repeat_days", split_on=split, **asked)
    missing, models, test = None, _no_models(), _no_test()
    try:
        tested = _fits(parted.rows)
        test = _test(parted.rows, tested, (end - split).days)
        models = _models(whole.rows, _fits(whole.rows), test)
    except ValueError as error:
        missing = str(error)
    definition = churn_definitions.BUYERS
    return BuyersReport(
        test=source(parted, title="Expected and seen repeats", definition=definition).showing(test),
        models=source(whole, title="Models of repeats", definition=definition).showing(models),
        people=int(whole.rows["people"].sum() or 0),
        missing=missing,
    )


def _buyers(rows: pl.DataFrame) -> tuple[Buyers, np.ndarray]:
    """The distinct habits in weeks, and how many people have each."""
    columns = [
        rows[name].to_numpy().astype(np.float64) / scale
        for name, scale in (
            ("repeats", 1),
            ("recency_days", DAYS_PER_WEEK),
            ("observed_days", DAYS_PER_WEEK),
        )
    ]
    return Buyers(*columns), rows["people"].to_numpy()


def _fits(rows: pl.DataFrame) -> dict[str, BetaGeometric]:
    buyers, people = _buyers(rows)
    everybody = Buyers(
        np.repeat(buyers.repeats, people),
        np.repeat(buyers.recency, people),
        np.repeat(buyers.observed, people),
    )
    return {
        "BG/NBD": beta_geometric(everybody, variant="bg"),
        "MBG/NBD": beta_geometric(everybody, variant="mbg"),
    }


def _test(rows: pl.DataFrame, fits: dict[str, BetaGeometric], days: int) -> pl.DataFrame:
    buyers, people = _buyers(rows)
    told = {name: fit.expected(buyers, days / DAYS_PER_WEEK) * people for name, fit in fits.items()}
    return (
        rows.with_columns(
            pl.Series("bg", told["BG/NBD"]),
            pl.Series("mbg", told["MBG/NBD"]),
            pl.col("repeats").clip(upper_bound=MOST).alias("shown"),
        )
        .group_by("shown")
        .agg(pl.col("people", "later_days", "bg", "mbg").sum())
        .sort("shown")
        .select(
            pl.when(pl.col("shown") == MOST)
            .then(pl.lit(f"{MOST}+"))
            .otherwise(pl.col("shown").cast(pl.String))
            .alias("repeats"),
            "people",
            (pl.col("later_days") / pl.col("people")).alias("later_days"),
            (pl.col("bg") / pl.col("people")).alias("bg_days"),
            (pl.col("mbg") / pl.col("people")).alias("mbg_days"),
        )
    )


def _models(rows: pl.DataFrame, fits: dict[str, BetaGeometric], test: pl.DataFrame) -> pl.DataFrame:
    buyers, people = _buyers(rows)
    seen = float((test["later_days"] * test["people"]).sum())
    found = []
    for name, column in (("BG/NBD", "bg_days"), ("MBG/NBD", "mbg_days")):
        fit = fits[name]
        told = float((test[column] * test["people"]).sum())
        off = ratio(told - seen, seen)
        found.append((
            name, fit.r, fit.alpha, fit.a, fit.b, fit.log_likelihood,
            float(fit.alive(buyers) @ people),
            float(fit.expected(buyers, AHEAD / DAYS_PER_WEEK) @ people), off,
        ))  # fmt: skip
    return pl.DataFrame(found, schema=_no_models().schema, orient="row")


def _no_models() -> pl.DataFrame:
    names = (
        "r", "alpha", "a", "b", "log_likelihood", "alive", "expected_days", "test_error_share",
    )  # fmt: skip
    return pl.DataFrame(schema={"model": pl.String} | dict.fromkeys(names, pl.Float64))


def _no_test() -> pl.DataFrame:
    names = ("later_days", "bg_days", "mbg_days")
    schema = {"repeats": pl.String, "people": pl.Int64} | dict.fromkeys(names, pl.Float64)
    return pl.DataFrame(schema=schema)
