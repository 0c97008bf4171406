"""Effects below each other, each with its interval, around the line of no effect."""

from collections.abc import Sequence

import plotly.graph_objects as go

from pages.shared.figures.canvas import ROW_HEIGHT, figure
from pages.shared.palette import GRID, MUTED_TEXT, TEXT, THIS_PERIOD
from pages.shared.plain import chart

LONGEST_NAME = 34  # characters of a name beside its line
FARTHEST = 3.0  # times the largest effect: a wider interval runs out of the picture
LEAST_REACH = 0.1  # of an axis around nothing

Ends = Sequence[float | None]


def forest(
    names: Sequence[str],
    values: Ends,
    lows: Ends,
    highs: Ends,
    *,
    hovers: Sequence[str],
    inner: tuple[Ends, Ends] | None = None,
) -> go.Figure:
    """One line per name, first on top: a point, its interval, and inside it a narrower one.

    Args:
        names: Beside each line; may come from the data.
        values: Relative effects, 0.1 is 10 % more.
        lows: Lower ends; None: not known.
        highs: Upper ends likewise.
        hovers: What is said at each point.
        inner: Ends of a narrower interval, drawn thick.
    """
    axis = {"tickformat": "+.0%", "gridcolor": GRID, "fixedrange": True, "automargin": True}
    drawing = figure(
        height=len(names) * (ROW_HEIGHT + 6) + 48,
        hovermode="closest",
        xaxis=axis | {"range": _reach(values, lows, highs), "nticks": 6},
    )
    places = list(range(len(names)))
    _intervals(drawing, places, lows, highs, width=1.6)
    if inner is not None:
        _intervals(drawing, places, *inner, width=6)
    drawing.add_scatter(
        x=values,
        y=places,
        mode="markers",
        marker={"color": THIS_PERIOD, "size": 11},
        customdata=[chart(one) for one in hovers],
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawing.add_vline(x=0, line={"color": MUTED_TEXT, "width": 1})
    drawing.update_yaxes(
        range=[len(names) - 0.4, -0.6],
        showgrid=False,
        tickvals=places,
        ticktext=[_short(name) for name in names],
        tickfont={"color": TEXT},
        nticks=None,
    )
    return drawing


def group_shares(
    names: Sequence[str], values: Ends, lows: Ends, highs: Ends, *, hovers: Sequence[str]
) -> go.Figure:
    """The same for the shares of groups, which have no sign."""
    drawing = forest(names, values, lows, highs, hovers=hovers)
    drawing.update_xaxes(tickformat=".0%")
    return drawing


def group_scores(
    names: Sequence[str],
    values: Ends,
    lows: Ends,
    highs: Ends,
    *,
    hovers: Sequence[str],
    is_share: bool,
) -> go.Figure:
    """The same for scores of groups: shares, or points with a sign."""
    if is_share:
        return group_shares(names, values, lows, highs, hovers=hovers)
    drawing = forest(names, values, lows, highs, hovers=hovers)
    drawing.update_xaxes(tickformat="+.0f")
    return drawing


def _intervals(
    drawing: go.Figure, places: Sequence[int], lows: Ends, highs: Ends, *, width: float
) -> None:
    """All lines as one trace, with gaps between them."""
    x: list[float | None] = []
    y: list[int | None] = []
    for place, low, high in zip(places, lows, highs, strict=True):
        if low is not None and high is not None:
            x += [low, high, None]
            y += [place, place, None]
    drawing.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": THIS_PERIOD, "width": width},
        hoverinfo="skip",
    )


def _reach(values: Ends, lows: Ends, highs: Ends) -> list[float]:
    """As far as the intervals reach, but not so far that the effects shrink to nothing."""
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    far = max(LEAST_REACH, FARTHEST * largest)
    low = min((end for end in lows if end is not None), default=-LEAST_REACH)
    high = max((end for end in highs if end is not None), default=LEAST_REACH)
    low, high = max(low, -far), min(high, far)
    room = 0.06 * (max(high, 0) - min(low, 0))
    return [min(low, 0) - room, max(high, 0) + room]


def _short(name: str) -> str:
    text = chart(name)
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
