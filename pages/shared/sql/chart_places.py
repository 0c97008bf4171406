"""Rows at the places of a chart: added up where several share one, the rest as "Other"."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from pages.shared.palette import CATEGORIES
from pages.shared.sql.chart_settings import ChartSettings, Total

OTHER = "Other"
NOT_SET = "(not set)"
COUNTED = "rows"  # what is drawn where no column is measured
ADDS_UP = ("sum", "count")


@dataclass(frozen=True, slots=True)
class Places:
    """Values by place, one list for each name.

    Attributes:
        x: The places, in order.
        names: What is drawn at each: values of the colour, the largest first, or columns.
        values: One list for each name, as long as `x`; None where nothing is known.
        left_out: Names that are part of "Other", or are not drawn where they do not add up.
        is_totalled: Whether several rows share a place.
    """

    x: list[Any]
    names: list[str]
    values: list[list[float | None]]
    left_out: int
    is_totalled: bool


def place_of(rows: pl.DataFrame, name: str) -> pl.Expr:
    """Where a row stands: without a text or truth at "(not set)", without a number nowhere."""
    kind = rows.schema[name]
    is_measured = kind.is_numeric() or kind.is_temporal()
    return pl.col(name) if is_measured else pl.col(name).cast(pl.String).fill_null(NOT_SET)


def total_of(name: str, total: Total) -> pl.Expr:
    """What the rows at one place become; the sum of nothing known is not known, and not 0."""
    if total == "count":
        return pl.len().cast(pl.Float64)
    column = pl.col(name)
    known = column.sum() if total == "sum" else getattr(column, total)()
    return pl.when(column.count() > 0).then(known)


def value_of(settings: ChartSettings, at: int = 0) -> tuple[pl.Expr, Total]:
    """The value measured, and how it is totalled; rows are counted where there is none."""
    if not settings.y:
        return pl.lit(1.0), "count"
    return pl.col(settings.y[at]).cast(pl.Float64).fill_nan(None), settings.total


def places(rows: pl.DataFrame, settings: ChartSettings, x: str) -> Places:
    """The values by `x`, split by colour or by column."""
    if settings.colour is None or settings.colour == x:
        return _by_column(rows, settings, x)
    value, total = value_of(settings)
    by = pl.col(settings.colour).cast(pl.String).fill_null(NOT_SET)
    kept = rows.select(place_of(rows, x).alias("at"), by.alias("by"), value.alias("value"))
    kept = kept.drop_nulls("at")
    names, left_out = _largest(kept, total)
    if left_out and total in ADDS_UP:
        rest = pl.when(pl.col("by").is_in(names)).then("by").otherwise(pl.lit(OTHER))
        shown, names = kept.with_columns(rest.alias("by")), [*names, OTHER]
    else:
        shown = kept.filter(pl.col("by").is_in(names))
    cells = shown.group_by("at", "by").agg(total_of("value", total))
    at = sorted(cells["at"].unique().to_list())
    found = {(row[0], row[1]): row[2] for row in cells.iter_rows()}
    return Places(
        x=at,
        names=names,
        values=[[found.get((one, name)) for one in at] for name in names],
        left_out=left_out,
        is_totalled=kept.select("at", "by").n_unique() < kept.height,
    )


def _by_column(rows: pl.DataFrame, settings: ChartSettings, x: str) -> Places:
    columns = [value_of(settings, at) for at in range(max(1, len(settings.y)))]
    kept = rows.select(
        place_of(rows, x).alias("at"),
        *(value.alias(f"value {at}") for at, (value, _) in enumerate(columns)),
    ).drop_nulls("at")
    totals = [total_of(f"value {at}", total) for at, (_, total) in enumerate(columns)]
    named = [one.alias(f"value {at}") for at, one in enumerate(totals)]
    found = kept.group_by("at").agg(named).sort("at")
    return Places(
        x=found["at"].to_list(),
        names=list(settings.y) or [COUNTED],
        values=[found[f"value {at}"].to_list() for at in range(len(columns))],
        left_out=0,
        is_totalled=found.height < kept.height,
    )


def _largest(rows: pl.DataFrame, total: Total) -> tuple[list[str], int]:
    """The names with the most, at most as many as there are colours; how many are left out."""
    sizes = rows.group_by("by").agg(total_of("value", total).abs().alias("size"))
    names = sizes.sort(["size", "by"], descending=[True, False], nulls_last=True)["by"].to_list()
    most = len(CATEGORIES)
    return names[:most], max(0, len(names) - most)
