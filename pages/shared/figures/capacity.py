"""Latency under a limit: what was, what the load explains, and what growth makes of it."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import figure, note, value_axis
from pages.shared.palette import CATEGORIES, GREY, MUTED_TEXT, THIS_PERIOD

Values = Sequence[float | None]
BAND_ALPHA = "33"  # of 255, as hexadecimal digits that follow a colour


def limit_course(
    days: Sequence[date],
    seen: Values,
    fitted: Values,
    future: tuple[Values, Values, Values],
    *,
    limit: float | None,
) -> go.Figure:
    """Each day's latency in grey, its curve, the band of the futures, and the limit dotted."""
    drawing = figure(height=320)
    low, middle, high = future
    for ends, fill in ((high, None), (low, "tonexty")):
        drawing.add_scatter(
            x=days,
            y=ends,
            mode="lines",
            line={"width": 0, "color": THIS_PERIOD},
            fill=fill,
            fillcolor=f"{THIS_PERIOD}{BAND_ALPHA}",
            hoverinfo="skip",
        )
    shown = (("Day", seen, GREY, 1.2, None), ("By load", fitted, THIS_PERIOD, 2.4, None),
             ("Expected", middle, THIS_PERIOD, 2.4, "dash"))  # fmt: skip
    for name, values, colour, width, dash in shown:
        drawing.add_scatter(
            x=days,
            y=values,
            mode="lines",
            name=name,
            line={"color": colour, "width": width, "dash": dash},
            customdata=[words.full(value, "milliseconds") for value in values],
            hovertemplate="%{customdata}",
        )
    value_axis(drawing, "milliseconds")
    if limit is not None:
        drawing.add_hline(y=limit, line={"color": CATEGORIES[1], "width": 1.4, "dash": "dot"})
        named = note(
            f"Limit {limit:,g} ms", x=0, xref="paper", xanchor="left",
            y=limit, yanchor="bottom",
        )  # fmt: skip
        drawing.update_layout(annotations=[named])
    return drawing


def load_steps(loads: Sequence[float], latencies: Sequence[float]) -> go.Figure:
    """Latency over load, in steps."""
    quiet = {"color": MUTED_TEXT, "size": 12}
    title = {"text": "Requests a day, mean of four weeks", "font": quiet}
    axis = {"title": title, "showgrid": False, "fixedrange": True, "automargin": True}
    drawing = figure(height=260, hovermode="closest", xaxis=axis | {"tickformat": "~s"})
    drawing.add_scatter(
        x=loads,
        y=latencies,
        mode="lines",
        line={"color": THIS_PERIOD, "width": 2.4, "shape": "hv"},
        customdata=[
            f"{words.full(latency, 'milliseconds')} at {words.compact(load)} a day"
            for load, latency in zip(loads, latencies, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    value_axis(drawing, "milliseconds")
    return drawing
