"""What a quick chart says, and what it leaves out."""

from typing import Any

import polars as pl

from pages.shared import dates, plain, words
from pages.shared.figures.columns import is_temporal
from pages.shared.sql.chart_drawing import MOST_BARS, MOST_POINTS, is_named, largest, said
from pages.shared.sql.chart_grid import Grid, grid
from pages.shared.sql.chart_places import ADDS_UP, Places, places
from pages.shared.sql.chart_settings import ChartSettings

TOTALS_IN_WORDS = {
    "sum": "their sum",
    "mean": "their mean",
    "min": "the smallest of them",
    "max": "the largest of them",
    "count": "their number",
}
IS_GRID = {"heatmap", "pivot"}


def takeaway(rows: pl.DataFrame, settings: ChartSettings) -> str:
    """The figure in a sentence, for who cannot see it; plain text."""
    if rows.is_empty() or settings.x is None:
        return f"{words.counted(rows.height, 'row')}, nothing to draw."
    if settings.kind == "scatter":
        return f"{words.counted(rows.height, 'point')}: {settings.y[0]} by {settings.x}."
    if settings.kind in IS_GRID:
        return _of_grid(grid(rows, settings), settings)
    return _of_places(places(rows, settings, settings.x), settings)


def _of_grid(found: Grid, settings: ChartSettings) -> str:
    known = [
        (value, line, column)
        for line, values in zip(found.down, found.cells, strict=True)
        for column, value in zip(found.across, values, strict=True)
        if value is not None
    ]
    about = f"{_measured(settings)} by {settings.down} and {settings.x}"
    if not known:
        return f"{about}: nothing known."
    value, line, column = max(known, key=lambda cell: cell[0])
    return f"{about}: highest {words.full(value)} at {said(line)}, {said(column)}."


def _of_places(found: Places, settings: ChartSettings) -> str:
    about = f"{_measured(settings)} by {settings.x}"
    if len(found.names) > 1:
        about += f", {len(found.names)} lines" if settings.kind == "line" else ""
    name, values = found.names[0], found.values[0]
    known = [(value, at) for at, value in enumerate(values) if value is not None]
    if not known:
        return f"{about}: nothing known."
    if is_named(found.x):
        at = largest(found, 1)[0]
        return f"{about}: most at {plain.short(found.x[at])} with {words.full(values[at])}."
    highest, at = max(known)
    last = words.full(known[-1][0])
    of = f"{plain.short(name)} " if len(found.names) > 1 else ""
    return f"{about}: {of}{last} at the end, highest {words.full(highest)} at {_at(found.x[at])}."


def _at(place: Any) -> str:
    return dates.full_day(place) if is_temporal([place]) else said(place)


def _measured(settings: ChartSettings) -> str:
    return ", ".join(settings.y) or "Rows"


def notes(rows: pl.DataFrame, settings: ChartSettings) -> tuple[str, ...]:
    """What is left out or added up, one sentence each; plain text."""
    if rows.is_empty() or settings.x is None:
        return ()
    if settings.kind == "scatter":
        more = rows.height - MOST_POINTS
        return (f"The first {MOST_POINTS:,} rows are drawn.",) if more > 0 else ()
    if settings.kind in IS_GRID:
        found = grid(rows, settings)
        left = f"{words.counted(found.left_out, 'row or column')} had no room."
        return _said(found.total, found.is_totalled, left if found.left_out else "")
    drawn = places(rows, settings, settings.x)
    total = settings.total if settings.y else "count"
    return _said(total, drawn.is_totalled, *_left_out(drawn, total))


def _left_out(drawn: Places, total: str) -> list[str]:
    said_of = []
    if drawn.left_out:
        where = "drawn as Other" if total in ADDS_UP else "not drawn"
        said_of.append(f"{words.counted(drawn.left_out, 'smaller group')} {where}.")
    if is_named(drawn.x) and len(drawn.x) > MOST_BARS:
        said_of.append(f"The largest {MOST_BARS} of {len(drawn.x):,} are drawn.")
    return said_of


def _said(total: str, is_totalled: bool, *left: str) -> tuple[str, ...]:  # noqa: FBT001
    added = f"Several rows share a place: {TOTALS_IN_WORDS[total]} is drawn." if is_totalled else ""
    return tuple(sentence for sentence in (added, *left) if sentence)
