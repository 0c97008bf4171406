"""Retention: cohorts by age as a triangle, and as curves."""

from collections.abc import Sequence

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import figure
from pages.shared.figures.heatmap import heatmap
from pages.shared.palette import THIS_PERIOD
from pages.shared.plain import chart


def triangle(
    cohorts: Sequence[str],
    intervals: Sequence[str],
    shares: Sequence[Sequence[float | None]],
    *,
    hovers: Sequence[Sequence[str]],
) -> go.Figure:
    """Share of each cohort that came back, by interval; what cannot be known yet is a hole.

    The first interval is the cohort itself, so the colours are spread over the later ones.
    """
    later = [value for row in shares for value in row[1:] if value is not None]
    texts = [[_cell(value) for value in row] for row in shares]
    return heatmap(
        cohorts,
        intervals,
        shares,
        unit="percent",
        texts=texts,
        hovers=hovers,
        highest=max(later, default=1) or 1,
    )


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return "100%" if value == 1 else f"{value * 100:.1f}"


def retention_curves(
    intervals: Sequence[str],
    shares: Sequence[float | None],
    *,
    low: Sequence[float | None],
    high: Sequence[float | None],
    bases: Sequence[int],
    x_title: str,
) -> go.Figure:
    """One curve of shares with its interval as whiskers, and the base on hover."""
    drawing = figure(height=280)
    pairs = list(zip(shares, low, high, bases, strict=True))
    drawing.add_scatter(
        x=[chart(name) for name in intervals],
        y=shares,
        mode="lines+markers",
        line={"color": THIS_PERIOD, "width": 2.4},
        marker={"size": 6, "color": THIS_PERIOD},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [None if s is None or h is None else h - s for s, _, h, _ in pairs],
            "arrayminus": [None if s is None or b is None else s - b for s, b, _, _ in pairs],
            "thickness": 1,
            "width": 3,
            "color": THIS_PERIOD,
        },
        customdata=[
            f"{words.full(s, 'percent')} ({words.interval(b, h)}) of {base:,}"
            for s, b, h, base in pairs
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawing.update_yaxes(rangemode="tozero", tickformat=".0%")
    drawing.update_xaxes(type="category", title={"text": x_title, "font": {"size": 12}}, nticks=12)
    return drawing
