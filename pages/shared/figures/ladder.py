"""A feature's ladder: each rung with its interval, beside the band and the median of its peers."""

from collections.abc import Sequence

import plotly.graph_objects as go

from pages.shared.figures.canvas import figure
from pages.shared.palette import GREY, GRID, TEXT, THIS_PERIOD
from pages.shared.plain import chart

RUNG_HEIGHT = 52  # pixels: a name and its two numbers below each other
Shares = Sequence[float | None]


def ladder(
    names: Sequence[tuple[str, str]],
    shares: Shares,
    ends: tuple[Shares, Shares],
    *,
    peers: Shares,
    band: tuple[Shares, Shares],
    hovers: Sequence[str],
) -> go.Figure:
    """One line per rung, first on top: a point with its interval on the peers' band.

    Args:
        names: Beside each line: the rung, and below it its two numbers.
        shares: Of this feature.
        ends: Lower and upper ends of their intervals.
        peers: Median of the peers.
        band: Lower and upper quartiles of the peers.
        hovers: What is said at each point.
    """
    drawing = figure(
        height=len(names) * RUNG_HEIGHT + 40,
        hovermode="closest",
        showlegend=True,
        barmode="overlay",
        margin={"l": 0, "r": 12, "t": 28, "b": 0, "pad": 4},
        xaxis={
            "tickformat": ".0%",
            "range": [-0.02, 1.02],
            "gridcolor": GRID,
            "nticks": 6,
            "fixedrange": True,
            "automargin": True,
        },
    )
    places = list(range(len(names)))
    low, high = band
    drawing.add_bar(
        x=[_width(a, b) for a, b in zip(low, high, strict=True)],
        base=list(low),
        y=places,
        orientation="h",
        width=0.5,
        name="Peers, middle half",
        marker={"color": GREY, "opacity": 0.35},
        hoverinfo="skip",
    )
    drawing.add_scatter(
        x=peers,
        y=places,
        mode="markers",
        name="Peers' median",
        marker={"symbol": "line-ns", "size": 22, "line": {"width": 2.5, "color": TEXT}},
        hoverinfo="skip",
    )
    _intervals(drawing, places, *ends)
    drawing.add_scatter(
        x=shares,
        y=places,
        mode="markers",
        name="This feature",
        marker={"color": THIS_PERIOD, "size": 12},
        customdata=[chart(one) for one in hovers],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawing.update_yaxes(
        range=[len(names) - 0.4, -0.6],
        showgrid=False,
        tickvals=places,
        ticktext=["<br>".join(map(chart, one)) for one in names],
        tickfont={"color": TEXT},
        nticks=None,
    )
    return drawing


def _intervals(drawing: go.Figure, places: Sequence[int], low: Shares, high: Shares) -> None:
    for place, start, end in zip(places, low, high, strict=True):
        if start is not None and end is not None:
            drawing.add_scatter(
                x=[start, end],
                y=[place, place],
                mode="lines",
                line={"color": THIS_PERIOD, "width": 3},
                showlegend=False,
                hoverinfo="skip",
            )


def _width(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else high - low
