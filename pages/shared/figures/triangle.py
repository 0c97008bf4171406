"""Retention: cohorts by age as a triangle, and as curves."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import figure
from pages.shared.figures.heatmap import heatmap
from pages.shared.palette import MUTED_TEXT, THIS_PERIOD
from pages.shared.plain import chart

CURVE_HEIGHT = 280  # pixels
MOST_WHISKERS = 1  # curves with whiskers; those of more would cross each other


@dataclass(frozen=True, slots=True)
class Curve:
    """Shares that came back, by interval.

    Attributes:
        name: Whose; may come from the data.
        shares: One per interval, as fractions; None where no cohort is old enough.
        low: Lower ends of their intervals.
        high: Upper ends.
        bases: People behind each share.
        colour: One of the palette's.
    """

    name: str
    shares: Sequence[float | None]
    low: Sequence[float | None]
    high: Sequence[float | None]
    bases: Sequence[int | None]
    colour: str = THIS_PERIOD


# More columns than this leave no room for decimals on a narrow screen; hovering shows them.
ROOMY_COLUMNS = 8


def triangle(
    cohorts: Sequence[str],
    intervals: Sequence[str],
    shares: Sequence[Sequence[float | None]],
    *,
    hovers: Sequence[Sequence[str]],
) -> go.Figure:
    """Share of each cohort that came back, by interval; what cannot be known yet is a hole.

    The first interval is the cohort itself and says nothing: it stays pale, and the colours are
    spread over the later ones.
    """
    later = [value for row in shares for value in row[1:] if value is not None]
    lowest = min(later, default=0)
    decimals = 1 if len(intervals) <= ROOMY_COLUMNS else 0
    return heatmap(
        cohorts,
        _short(intervals),
        [[lowest, *row[1:]] for row in shares],
        unit="percent",
        texts=[[_cell(value, decimals) for value in row] for row in shares],
        hovers=hovers,
        ends=(lowest, max(later, default=1)),
    )


def _short(intervals: Sequence[str]) -> list[str]:
    """The unit once, then numbers alone: 'Week 0', '1', '2', …, which fit a narrow screen."""
    return [*intervals[:1], *(name.split()[-1] for name in intervals[1:])]


def _cell(value: float | None, decimals: int) -> str:
    if value is None:
        return ""
    return "100" if value == 1 else f"{value * 100:.{decimals}f}"


def retention_curves(
    intervals: Sequence[str], curves: Sequence[Curve], *, x_title: str
) -> go.Figure:
    """Curves of shares; a single one has its interval as whiskers, all have their base on hover."""
    drawing = figure(height=CURVE_HEIGHT, showlegend=len(curves) > 1)
    for curve in curves:
        drawing.add_scatter(
            x=[chart(name) for name in intervals],
            y=curve.shares,
            mode="lines+markers",
            line={"color": curve.colour, "width": 2.4},
            marker={"size": 6, "color": curve.colour},
            error_y=_whiskers(curve) if len(curves) <= MOST_WHISKERS else None,
            name=chart(curve.name),
            customdata=_hovers(curve),
            hovertemplate="%{customdata}",
        )
    drawing.update_yaxes(rangemode="tozero", tickformat=".0%")
    title = {"text": x_title, "font": {"size": 12, "color": MUTED_TEXT}}
    drawing.update_xaxes(type="category", title=title, tickangle=0)
    return drawing


def _whiskers(curve: Curve) -> dict[str, object]:
    ends = list(zip(curve.shares, curve.low, curve.high, strict=True))
    return {
        "type": "data",
        "symmetric": False,
        "array": [None if s is None or high is None else high - s for s, _, high in ends],
        "arrayminus": [None if s is None or low is None else s - low for s, low, _ in ends],
        "thickness": 1,
        "width": 3,
        "color": curve.colour,
    }


def _hovers(curve: Curve) -> list[str]:
    known = zip(curve.shares, curve.low, curve.high, curve.bases, strict=True)
    return [
        f"{words.full(share, 'percent')} ({words.interval(low, high)}) of {words.full(base)}"
        for share, low, high, base in known
    ]
