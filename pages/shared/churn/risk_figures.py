"""Scores beside what happened: is a score of 10 % really one in ten?"""

from collections.abc import Sequence

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import figure
from pages.shared.palette import MUTED_TEXT, THIS_PERIOD


def reliability_plot(
    predicted: Sequence[float],
    left: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    accounts: Sequence[int],
) -> go.Figure:
    """One point per tenth of scores, with its interval; on the line scores are right."""
    drawing = figure(height=300, hovermode="closest")
    top = max([*predicted, *high], default=1.0) * 1.05
    drawing.add_scatter(
        x=[0, top],
        y=[0, top],
        mode="lines",
        line={"color": MUTED_TEXT, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )
    drawing.add_scatter(
        x=predicted,
        y=left,
        mode="markers",
        marker={"size": 8, "color": THIS_PERIOD},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [end - share for end, share in zip(high, left, strict=True)],
            "arrayminus": [share - end for end, share in zip(low, left, strict=True)],
            "thickness": 1.2,
            "width": 3,
            "color": THIS_PERIOD,
        },
        customdata=[
            f"{words.full(share, 'percent')} of {words.full(base)} left "
            f"({words.interval(start, end)}), told {words.full(told, 'percent')}"
            for told, share, start, end, base in zip(
                predicted, left, low, high, accounts, strict=True
            )
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    title = {"text": "mean score", "font": {"size": 12, "color": MUTED_TEXT}}
    percent = [{"dtickrange": [None, None], "value": ".0%"}]  # in place of those for days
    drawing.update_xaxes(title=title, tickformatstops=percent, range=[0, top])
    drawing.update_yaxes(tickformat=".0%", range=[0, top])
    return drawing
