"""The quick chart as a figure."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go
import polars as pl

from pages.shared import dates, figures, words
from pages.shared.figures.columns import is_temporal, points, stacked_columns
from pages.shared.palette import CATEGORIES, colour_of
from pages.shared.plain import chart
from pages.shared.sql.chart_grid import Grid, grid, with_totals
from pages.shared.sql.chart_places import ADDS_UP, COUNTED, NOT_SET, OTHER, Places, places
from pages.shared.sql.chart_settings import ChartSettings

MOST_BARS = 30
MOST_POINTS = 5_000
ROOMY_COLUMNS = 12  # more leave no room for texts in the cells
PALE = 1_000  # so far away is the strongest colour of a pivot table that every cell stays pale


def drawn(rows: pl.DataFrame, settings: ChartSettings) -> go.Figure:
    """The figure of settings that fit the rows."""
    if settings.kind == "scatter":
        return _points(rows, settings)
    if settings.x is None:
        return stacked_columns([COUNTED], [COUNTED], [[rows.height]], colours=[colour_of(0, "")])
    if settings.kind in {"heatmap", "pivot"}:
        return _cells(grid(rows, settings), is_table=settings.kind == "pivot")
    found = places(rows, settings, settings.x)
    if settings.kind == "line":
        return _lines(found)
    if is_named(found.x) and len(found.names) == 1:
        return _bars(found)
    return _columns(found, is_stacked=settings.total in ADDS_UP and settings.colour is not None)


def is_named(at: Sequence[Any]) -> bool:
    """Whether places are names, in no order of their own."""
    return any(isinstance(place, str) for place in at[:1])


def largest(found: Places, most: int = MOST_BARS) -> list[int]:
    """Positions of the places with the most, the largest first."""
    sizes = [sum(abs(v[at] or 0) for v in found.values) for at in range(len(found.x))]
    return sorted(range(len(found.x)), key=lambda at: (-sizes[at], at))[:most]


def _colours(names: Sequence[str]) -> list[str]:
    return [colour_of(at, name) for at, name in enumerate(names)]


def _lines(found: Places) -> go.Figure:
    series = zip(found.names, found.values, _colours(found.names), strict=True)
    x = [chart(one) for one in found.x] if is_named(found.x) else found.x
    drawing = figures.time_series(
        [figures.Line(name, x, values, colour=colour) for name, values, colour in series]
    )
    if not is_temporal(x):
        kind = "category" if is_named(x) else "linear"
        drawing.update_xaxes(tickformatstops=[], type=kind)
    return drawing


def _bars(found: Places) -> go.Figure:
    at = largest(found)
    return figures.bar_list([found.x[n] for n in at], [found.values[0][n] for n in at])


def _columns(found: Places, *, is_stacked: bool) -> go.Figure:
    at = largest(found) if is_named(found.x) else list(range(len(found.x)))
    return stacked_columns(
        [found.x[n] for n in at],
        found.names,
        [[values[n] for n in at] for values in found.values],
        colours=_colours(found.names),
        is_stacked=is_stacked,
    )


def _points(rows: pl.DataFrame, settings: ChartSettings) -> go.Figure:
    if settings.x is None or not settings.y:
        return points([], [], titles=("", ""))
    x, y = settings.x, settings.y[0]
    known = rows.filter(pl.col(x).is_not_null() & pl.col(y).is_not_null()).head(MOST_POINTS)
    across, up = (known[name].cast(pl.Float64).to_list() for name in (x, y))
    if settings.colour is None:
        return points(across, up, titles=(x, y))
    groups = known[settings.colour].cast(pl.String).fill_null(NOT_SET).alias("group")
    ordered = groups.value_counts().sort(["count", "group"], descending=[True, False])
    names = ordered["group"].to_list()
    kept = names[: len(CATEGORIES)]
    shown = [group if group in kept else OTHER for group in groups]
    names = [*kept, OTHER] if len(names) > len(kept) else kept
    return points(across, up, names=names, colours=_colours(names), groups=shown, titles=(x, y))


def _cells(found: Grid, *, is_table: bool) -> go.Figure:
    down, across, cells = found.down, found.across, found.cells
    if is_table and found.total in ADDS_UP:
        down, cells = with_totals(found)
        across = [*across, "Total"]
    known = [value for line in cells for value in line if value is not None]
    low, high = min(known, default=0), max(known, default=0)
    is_written = is_table or len(across) <= ROOMY_COLUMNS
    top = max(abs(low), abs(high), 1) * PALE if is_table else high
    return figures.heatmap(
        [said(place) for place in down],
        [said(place) for place in across],
        cells,
        texts=[[words.compact(v) for v in line] for line in cells] if is_written else None,
        ends=(min(low, 0), top),
    )


def said(place: Any) -> str:
    """A place in words: '22 Nov', '3'."""
    if is_temporal([place]):
        return dates.short_day(place)
    return words.full(place) if isinstance(place, float) else str(place)
