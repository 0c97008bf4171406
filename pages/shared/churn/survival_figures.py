"""Survival curves with the numbers at risk below them."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import ROW_HEIGHT, figure
from pages.shared.palette import MUTED_TEXT, TEXT, THIS_PERIOD, VERMILION
from pages.shared.plain import chart

HEIGHT = 340  # pixels
BAND_ALPHA = "26"  # of 255, as hexadecimal digits that follow a colour


@dataclass(frozen=True, slots=True)
class Survivors:
    """One curve.

    Attributes:
        name: Whose; may come from the data.
        ages: At which it steps down, from 0.
        shares: Still there just after each age.
        low: Lower ends of their intervals.
        high: Upper ends.
        at_risk: Accounts under observation just before each age.
        colour: One of the palette's.
    """

    name: str
    ages: Sequence[float]
    shares: Sequence[float]
    low: Sequence[float | None]
    high: Sequence[float | None]
    at_risk: Sequence[int]
    colour: str = THIS_PERIOD


def survival_curves(curves: Sequence[Survivors], *, unit: str) -> go.Figure:
    """Steps from 100 %; a single curve has its interval as a band, all have it on hover."""
    drawing = figure(height=HEIGHT, showlegend=len(curves) > 1, hovermode="closest")
    for curve in curves:
        if len(curves) == 1:
            _band(drawing, curve)
        drawing.add_scatter(
            x=curve.ages,
            y=curve.shares,
            mode="lines",
            line={"color": curve.colour, "width": 2.4, "shape": "hv"},
            name=chart(curve.name),
            customdata=[
                f"{words.full(share, 'percent')} ({words.interval(low, high)}), "
                f"{words.full(base)} at risk"
                for share, low, high, base in zip(
                    curve.shares, curve.low, curve.high, curve.at_risk, strict=True
                )
            ],
            hovertemplate=f"{unit} %{{x:.1f}}: %{{customdata}}",
        )
    drawing.update_yaxes(range=[0, 1.02], tickformat=".0%")
    title = {"text": f"{unit}s since the first paid day", "font": {"size": 12, "color": MUTED_TEXT}}
    drawing.update_xaxes(title=title, rangemode="tozero", tickformat="d")
    drawing.update_layout(margin_t=32)
    return drawing


def _band(drawing: go.Figure, curve: Survivors) -> None:
    for ends, fill in ((curve.high, None), (curve.low, "tonexty")):
        drawing.add_scatter(
            x=curve.ages,
            y=ends,
            mode="lines",
            line={"width": 0, "color": curve.colour, "shape": "hv"},
            fill=fill,
            fillcolor=f"{curve.colour}{BAND_ALPHA}",
            hoverinfo="skip",
            showlegend=False,
        )


def hazard_ratios(
    names: Sequence[str],
    ratios: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
) -> go.Figure:
    """Ratios with their intervals on a logarithmic axis, the line at 1: no difference."""
    drawing = figure(height=len(names) * ROW_HEIGHT + 60, hovermode="closest")
    places = list(range(len(names)))
    drawing.add_vline(x=1, line={"color": MUTED_TEXT, "width": 1, "dash": "dot"})
    drawing.add_scatter(
        x=ratios,
        y=places,
        mode="markers",
        marker={"size": 9, "color": THIS_PERIOD},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [end - ratio for end, ratio in zip(high, ratios, strict=True)],
            "arrayminus": [ratio - end for end, ratio in zip(low, ratios, strict=True)],
            "thickness": 1.4,
            "width": 3,
            "color": THIS_PERIOD,
        },
        customdata=[
            f"{ratio:.2f} ({start:.2f} to {end:.2f})"
            for ratio, start, end in zip(ratios, low, high, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    title = {"text": "times as often", "font": {"size": 12, "color": MUTED_TEXT}}
    marks = [0.1, 0.25, 0.5, 1, 2, 4, 8]
    drawing.update_xaxes(
        type="log", title=title, tickvals=marks, ticktext=[f"{m:g}" for m in marks]
    )
    drawing.update_yaxes(
        autorange="reversed",
        showgrid=False,
        tickvals=places,
        ticktext=[chart(name) for name in names],
        tickfont={"color": TEXT},
        nticks=None,
    )
    return drawing


def renewal_curves(
    renewals: Sequence[int],
    seen: Sequence[float | None],
    projected: Sequence[float | None],
    withheld: Sequence[float | None],
) -> go.Figure:
    """What was seen as points, the model as a line, and what it would have said as crosses."""
    drawing = figure(height=280, showlegend=True, hovermode="x unified")
    forms: tuple[tuple[str, Sequence[float | None], dict[str, object]], ...] = (
        ("Seen", seen, {"mode": "markers", "marker": {"size": 7, "color": THIS_PERIOD}}),
        ("sBG", projected, {"mode": "lines", "line": {"color": VERMILION, "dash": "dot"}}),
        (
            "Back-test",
            withheld,
            {"mode": "markers", "marker": {"size": 7, "symbol": "x", "color": MUTED_TEXT}},
        ),
    )
    for name, values, form in forms:
        if any(value is not None for value in values):
            drawing.add_scatter(x=renewals, y=values, name=name, hovertemplate="%{y:.1%}", **form)
    drawing.update_yaxes(range=[0, 1.02], tickformat=".0%")
    title = {"text": "renewals", "font": {"size": 12, "color": MUTED_TEXT}}
    drawing.update_xaxes(title=title, rangemode="tozero", tickformat="d")
    drawing.update_layout(margin_t=32)
    return drawing
