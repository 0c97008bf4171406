"""What was done on each day after a start, for a few groups."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import figure
from pages.shared.palette import MUTED_TEXT
from pages.shared.plain import chart

Values = Sequence[float | None]


def days_after(
    days: Sequence[float],
    groups: Sequence[tuple[str, Values, str]],
    *,
    x_title: str = "Days after the exposure",
    unit: str = "number",
    x_format: str = "d",
    last: Sequence[tuple[float | None, float | None]] = (),
) -> go.Figure:
    """One line per (name, values, colour), from zero; `last` are the bounds at each one's end."""
    title = {"text": x_title, "font": {"size": 12, "color": MUTED_TEXT}}
    axis = {"tickformat": x_format, "showgrid": False, "fixedrange": True, "automargin": True}
    drawing = figure(height=300, showlegend=True, xaxis=axis | {"title": title})
    for place, (name, values, colour) in enumerate(groups):
        bounds = last[place] if place < len(last) else (None, None)
        drawing.add_scatter(
            x=days,
            y=values,
            mode="lines+markers",
            name=chart(name),
            line={"width": 2.2, "color": colour},
            marker={"size": 5, "color": colour},
            error_y=_at_the_end(values, *bounds),
            customdata=[_said(one, unit) for one in values],
            hovertemplate=f"{chart(name)} %{{customdata}}<extra></extra>",
        )
    form = ".0%" if unit == "percent" else ".2~g"
    drawing.update_yaxes(rangemode="tozero", tickformat=form)
    return drawing


def _at_the_end(values: Values, low: float | None, high: float | None) -> dict[str, Any]:
    """The bounds of a line's last known point; bands around each line would hide the others."""
    end = next((place for place in reversed(range(len(values))) if values[place] is not None), None)
    value = None if end is None else values[end]
    if value is None or low is None or high is None:
        return {"visible": False}
    nothing: list[float | None] = [None] * len(values)
    up, down = nothing.copy(), nothing.copy()
    up[end or 0], down[end or 0] = high - value, value - low
    return {"type": "data", "array": up, "arrayminus": down, "thickness": 1.5, "width": 4}


def _said(value: float | None, unit: str) -> str:
    if value is None or unit == "percent":
        return words.full(value, unit)
    return f"{value:.3g}"
