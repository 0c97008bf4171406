"""The chance to find an effect, by its size."""

from collections.abc import Sequence

import plotly.graph_objects as go

from pages.shared.figures.canvas import figure
from pages.shared.palette import GREY, MUTED_TEXT, THIS_PERIOD
from pages.shared.plain import chart

Values = Sequence[float | None]


def chances(
    lifts: Sequence[float], curves: Sequence[tuple[str, Values]], *, wanted: float = 0.8
) -> go.Figure:
    """One curve per way of testing, the first one accented, around the chance that is wanted."""
    axis = {"tickformat": "+.0%", "hoverformat": "+.1%", "showgrid": False, "fixedrange": True}
    title = {"text": "True effect", "font": {"size": 12, "color": MUTED_TEXT}}
    drawing = figure(
        height=300, showlegend=len(curves) > 1, xaxis=axis | {"title": title, "automargin": True}
    )
    for at, (name, values) in enumerate(curves):
        drawing.add_scatter(
            x=lifts,
            y=values,
            mode="lines",
            name=chart(name),
            line={"width": 2.4 if at == 0 else 1.6, "color": THIS_PERIOD if at == 0 else GREY},
            hovertemplate=f"{chart(name)} %{{y:.0%}}<extra></extra>",
        )
    drawing.add_hline(y=wanted, line={"color": MUTED_TEXT, "width": 1, "dash": "dot"})
    drawing.update_yaxes(tickformat=".0%", range=[0, 1.03])
    return drawing
