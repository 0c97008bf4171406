"""Rows as the cells of a heatmap or a pivot table."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from pages.shared.sql.chart_places import place_of, total_of, value_of
from pages.shared.sql.chart_settings import ChartSettings, Total

MOST_ACROSS, MOST_DOWN = 60, 40


@dataclass(frozen=True, slots=True)
class Grid:
    """Values by two places.

    Attributes:
        across: Places from left to right.
        down: Places from top to bottom.
        cells: One list for each place down; None where nothing is known.
        total: How several rows at one place were totalled.
        left_out: Places that had no room.
        is_totalled: Whether several rows share a cell.
    """

    across: list[Any]
    down: list[Any]
    cells: list[list[float | None]]
    total: Total
    left_out: int
    is_totalled: bool


def grid(rows: pl.DataFrame, settings: ChartSettings) -> Grid:
    """The cells of settings that name both places."""
    x, down = settings.x or "", settings.down or ""
    value, total = value_of(settings)
    kept = rows.select(
        place_of(rows, x).alias("across"), place_of(rows, down).alias("down"), value.alias("value")
    ).drop_nulls(["across", "down"])
    found = kept.group_by("across", "down").agg(total_of("value", total))
    columns, more_across = _roomy(found, "across", MOST_ACROSS)
    lines, more_down = _roomy(found, "down", MOST_DOWN)
    by_place = {(row[0], row[1]): row[2] for row in found.iter_rows()}
    return Grid(
        across=columns,
        down=lines,
        cells=[[by_place.get((column, line)) for column in columns] for line in lines],
        total=total,
        left_out=more_across + more_down,
        is_totalled=found.height < kept.height,
    )


def _roomy(found: pl.DataFrame, side: str, most: int) -> tuple[list[Any], int]:
    """The places of a side that have room: the latest of times, of others those with the most."""
    places = sorted(found[side].unique().to_list())
    if len(places) <= most:
        return places, 0
    if found.schema[side].is_temporal():
        return places[-most:], len(places) - most
    sizes = found.group_by(side).agg(pl.col("value").abs().sum()).sort("value", descending=True)
    kept = set(sizes[side].head(most).to_list())
    return [place for place in places if place in kept], len(places) - most


def with_totals(found: Grid) -> tuple[list[Any], list[list[float | None]]]:
    """Lines and cells with what each line and each column adds up to."""
    cells = [[*line, _sum(line)] for line in found.cells]
    columns = [_sum([line[at] for line in cells]) for at in range(len(found.across) + 1)]
    return [*found.down, "Total"], [*cells, columns]


def _sum(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
