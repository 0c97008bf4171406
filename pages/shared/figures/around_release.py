"""An effect week by week around a launch, and among the effects of ordinary days."""

from collections.abc import Sequence

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import figure
from pages.shared.palette import GREY, MUTED_TEXT, THIS_PERIOD

Ends = Sequence[float | None]


def weeks_around(
    weeks: Sequence[int], effects: Sequence[float], lows: Ends, highs: Ends
) -> go.Figure:
    """A point and its interval for each week; before the launch in grey."""
    drawing = figure(height=280, hovermode="closest")
    for week, effect, low, high in zip(weeks, effects, lows, highs, strict=True):
        colour = THIS_PERIOD if week >= 0 else GREY
        if low is not None and high is not None:
            drawing.add_scatter(
                x=[week, week], y=[low, high], mode="lines", hoverinfo="skip",
                line={"color": colour, "width": 1.6},
            )  # fmt: skip
        drawing.add_scatter(
            x=[week],
            y=[effect],
            mode="markers",
            marker={"color": colour, "size": 9},
            customdata=[f"Week {week}: {effect:+.2f} ({words.interval(low, high)})"],
            hovertemplate="%{customdata}<extra></extra>",
        )
    drawing.add_hline(y=0, line={"color": MUTED_TEXT, "width": 1})
    drawing.add_vline(x=-0.5, line={"color": MUTED_TEXT, "width": 1, "dash": "dot"})
    title = {"text": "Weeks since the launch", "font": {"color": MUTED_TEXT, "size": 12}}
    drawing.update_xaxes(title=title, tickformatstops=[], dtick=1 if len(weeks) < 20 else None)
    drawing.update_yaxes(tickformat="+.0%")
    return drawing


def among_ordinary(ordinary: Sequence[float], real: float | None) -> go.Figure:
    """Placebos as grey points along one line, and the real effect among them."""
    axis = {"tickformat": "+.0%", "showgrid": False, "fixedrange": True, "nticks": 7}
    drawing = figure(height=130, hovermode="closest", xaxis=axis)
    drawing.add_scatter(
        x=ordinary,
        y=[0.0] * len(ordinary),
        mode="markers",
        marker={"color": GREY, "size": 11, "opacity": 0.45},
        hovertemplate="%{x:+.1%}<extra></extra>",
    )
    if real is not None:
        drawing.add_scatter(
            x=[real],
            y=[0.0],
            mode="markers",
            marker={"color": THIS_PERIOD, "size": 15, "symbol": "diamond"},
            hovertemplate="%{x:+.1%}<extra></extra>",
        )
    drawing.add_vline(x=0, line={"color": MUTED_TEXT, "width": 1})
    drawing.update_yaxes(visible=False, range=[-1, 1])
    return drawing
