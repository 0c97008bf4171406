"""What every figure shares: its margins, its quiet grid, its hover, no toolbar."""

from importlib import import_module
from typing import Any

import plotly.graph_objects as go

from pages.shared.palette import BACKGROUND, GRID, MUTED_TEXT, TEXT
from pages.shared.words import axis_format

# Plotly asks of everything drawn whether it is pandas', and stumbles while another thread, such as
# that of a table beside the chart, is half-way through importing it.
import_module("pandas")

HEIGHT = 300  # pixels of a chart with axes
ROW_HEIGHT = 30  # pixels of a bar or a cell with text in it
SMALL_TEXT = 12  # pixels

DAY = 86_400_000  # milliseconds
DATES: list[dict[str, object]] = [  # how a time axis writes its days, by the distance of its ticks
    {"dtickrange": [None, 27 * DAY], "value": "%-d %b"},
    {"dtickrange": [27 * DAY, None], "value": "%b %Y"},
]

# Given to every chart: the toolbar hides data on a small screen, and a wheel should scroll.
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": "reset"}


def figure(*, height: int = HEIGHT, hovermode: str = "x unified", **layout: Any) -> go.Figure:
    """An empty figure in the house's form."""
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": 0, "r": 8, "t": 8, "b": 0, "pad": 4},
            "hovermode": hovermode,
            "showlegend": False,
            "dragmode": False,
            "hoverlabel": {"namelength": -1, "bgcolor": BACKGROUND, "font": {"color": TEXT}},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": None},
            "xaxis": {
                "showgrid": False,
                "automargin": True,
                "fixedrange": True,
                "tickformatstops": DATES,
            },
            "yaxis": {
                "gridcolor": GRID,
                "zeroline": False,
                "automargin": True,
                "fixedrange": True,
                "nticks": 5,
            },
        }
        | layout
    )


def value_axis(figure: go.Figure, unit: str, *, currency: str = "USD") -> None:
    """Let the vertical axis start at zero and speak in the figure's unit."""
    values = [value for trace in figure.data for value in trace.y if value is not None]
    form = axis_format(unit, max(values, default=0), currency=currency)
    figure.update_yaxes(rangemode="tozero", **form)


def note(text: str, **place: Any) -> dict[str, Any]:
    """An annotation without arrow, in small quiet text."""
    quiet = {"size": SMALL_TEXT, "color": MUTED_TEXT}
    return {"text": text, "showarrow": False, "font": quiet} | place
