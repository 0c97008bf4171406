"""The quick chart of any rows: how they are drawn, chosen from their columns and changed by hand.

Boards keep the settings as JSON with a query, and draw later rows with them: whatever no longer
fits the columns is chosen anew.
"""

from dataclasses import replace

import plotly.graph_objects as go
import polars as pl

from pages.shared.sql import chart_words
from pages.shared.sql.chart_choice import chosen, chosen_for
from pages.shared.sql.chart_drawing import drawn
from pages.shared.sql.chart_settings import (
    KINDS,
    TOTALS,
    ChartSettings,
    Kind,
    Total,
    settings_from,
)
from pages.shared.sql.columns import Columns, columns_of

__all__ = [
    "KINDS",
    "TOTALS",
    "ChartSettings",
    "Kind",
    "Total",
    "as_kind",
    "chart_of",
    "draw",
    "fitted",
    "notes",
    "settings_from",
    "takeaway",
]


def chart_of(rows: pl.DataFrame) -> ChartSettings:
    """The chart that suits the columns: time as a line, things as bars, two kinds as a heatmap."""
    return chosen(rows)


def fitted(rows: pl.DataFrame, settings: ChartSettings | None) -> ChartSettings:
    """The settings as far as the rows have their columns, and chosen anew where they have not."""
    if settings is None:
        return chart_of(rows)
    columns = columns_of(rows)
    y = tuple(name for name in settings.y if name in columns.numbers)
    is_lost = settings.x is not None and settings.x not in rows.columns
    if is_lost or (settings.y and not y):
        return replace(as_kind(rows, settings.kind), total=settings.total)
    kept = {name: getattr(settings, name) for name in ("colour", "down")}
    names = {name: value if value in rows.columns else None for name, value in kept.items()}
    known = replace(settings, y=y, **names)
    return known if _is_whole(known, columns) else as_kind(rows, settings.kind)


def as_kind(rows: pl.DataFrame, kind: Kind) -> ChartSettings:
    """The columns that suit one form of chart."""
    return chosen_for(rows, kind)


def _is_whole(settings: ChartSettings, columns: Columns) -> bool:
    """Whether the form has the columns without which it says nothing."""
    if settings.kind == "scatter":
        return settings.x in columns.numbers and bool(settings.y)
    if settings.kind in {"heatmap", "pivot"}:
        return settings.x is not None and settings.down is not None
    return settings.x is not None


def draw(rows: pl.DataFrame, settings: ChartSettings) -> go.Figure:
    """The rows as a figure in the house's form."""
    return drawn(rows, fitted(rows, settings))


def takeaway(rows: pl.DataFrame, settings: ChartSettings) -> str:
    """What the figure says, in a sentence, for who cannot see it."""
    return chart_words.takeaway(rows, fitted(rows, settings))


def notes(rows: pl.DataFrame, settings: ChartSettings) -> tuple[str, ...]:
    """What the figure leaves out or adds up, one sentence each."""
    return chart_words.notes(rows, fitted(rows, settings))
