"""What was done on each day after a start, for a few groups."""

from collections.abc import Sequence

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import figure
from pages.shared.palette import MUTED_TEXT
from pages.shared.plain import chart

Values = Sequence[float | None]


def days_after(days: Sequence[int], groups: Sequence[tuple[str, Values, str]]) -> go.Figure:
    """One line per (name, values, colour), from zero."""
    title = {"text": "Days after the exposure", "font": {"size": 12, "color": MUTED_TEXT}}
    axis = {"tickformat": "d", "showgrid": False, "fixedrange": True, "automargin": True}
    drawing = figure(height=300, showlegend=True, xaxis=axis | {"title": title})
    for name, values, colour in groups:
        drawing.add_scatter(
            x=days,
            y=values,
            mode="lines+markers",
            name=chart(name),
            line={"width": 2.2, "color": colour},
            marker={"size": 5, "color": colour},
            customdata=[words.DASH if one is None else f"{one:.3g}" for one in values],
            hovertemplate=f"{chart(name)} %{{customdata}}<extra></extra>",
        )
    drawing.update_yaxes(rangemode="tozero", tickformat=".2~g")
    return drawing
