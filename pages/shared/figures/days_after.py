"""What was done on each day after a start, for a few groups."""

from collections.abc import Sequence

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
) -> go.Figure:
    """One line per (name, values, colour), from zero."""
    title = {"text": x_title, "font": {"size": 12, "color": MUTED_TEXT}}
    axis = {"tickformat": x_format, "showgrid": False, "fixedrange": True, "automargin": True}
    drawing = figure(height=300, showlegend=True, xaxis=axis | {"title": title})
    for name, values, colour in groups:
        drawing.add_scatter(
            x=days,
            y=values,
            mode="lines+markers",
            name=chart(name),
            line={"width": 2.2, "color": colour},
            marker={"size": 5, "color": colour},
            customdata=[_said(one, unit) for one in values],
            hovertemplate=f"{chart(name)} %{{customdata}}<extra></extra>",
        )
    form = ".0%" if unit == "percent" else ".2~g"
    drawing.update_yaxes(rangemode="tozero", tickformat=form)
    return drawing


def _said(value: float | None, unit: str) -> str:
    if value is None or unit == "percent":
        return words.full(value, unit)
    return f"{value:.3g}"
