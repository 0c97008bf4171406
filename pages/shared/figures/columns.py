"""Upright bars beside or upon each other, and points."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import figure, value_axis
from pages.shared.palette import MUTED_TEXT, THIS_PERIOD
from pages.shared.plain import chart

POINTS_HEIGHT = 360  # pixels


def stacked_columns(
    places: Sequence[Any],
    names: Sequence[str],
    values: Sequence[Sequence[float | None]],
    *,
    colours: Sequence[str],
    is_stacked: bool = True,
) -> go.Figure:
    """One column per place; several names stand upon each other, or beside each other."""
    drawing = figure(
        barmode="relative" if is_stacked else "group", bargap=0.2, showlegend=len(names) > 1
    )
    for name, sizes, colour in zip(names, values, colours, strict=True):
        drawing.add_bar(
            x=_written(places),
            y=sizes,
            name=chart(name),
            marker={"color": colour},
            customdata=[words.full(size) for size in sizes],
            hovertemplate="%{customdata}",
        )
    value_axis(drawing, "number")
    if not is_temporal(places):
        drawing.update_xaxes(tickformatstops=[], type=_axis(places))
    return drawing


def points(
    x: Sequence[float],
    y: Sequence[float],
    *,
    names: Sequence[str] = (),
    colours: Sequence[str] = (THIS_PERIOD,),
    groups: Sequence[str] | None = None,
    titles: tuple[str, str],
) -> go.Figure:
    """One point per row, coloured by its group."""
    drawing = figure(height=POINTS_HEIGHT, hovermode="closest", showlegend=len(names) > 1)
    everybody = groups if groups is not None else [""] * len(x)
    for name, colour in zip(names or ("",), colours, strict=False):
        at = [n for n, group in enumerate(everybody) if group == name]
        drawing.add_scattergl(
            x=[x[n] for n in at],
            y=[y[n] for n in at],
            mode="markers",
            name=chart(name),
            marker={"color": colour, "size": 7, "opacity": 0.75},
            customdata=[f"{words.full(x[n])}, {words.full(y[n])}" for n in at],
            hovertemplate="%{customdata}<extra></extra>",
        )
    quiet = {"size": 12, "color": MUTED_TEXT}
    drawing.update_xaxes(title={"text": chart(titles[0]), "font": quiet}, tickformatstops=[])
    drawing.update_yaxes(title={"text": chart(titles[1]), "font": quiet})
    return drawing


def is_temporal(places: Sequence[Any]) -> bool:
    """Whether places are days or moments."""
    return any(hasattr(place, "year") for place in places[:1])


def _axis(places: Sequence[Any]) -> str:
    return "category" if any(isinstance(place, str) for place in places[:1]) else "linear"


def _written(places: Sequence[Any]) -> list[Any]:
    return [chart(place) if isinstance(place, str) else place for place in places]
