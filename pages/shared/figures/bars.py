"""Bars: a list of things by size, and a distribution."""

from collections.abc import Sequence

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import ROW_HEIGHT, figure, value_axis
from pages.shared.palette import GREY, MUTED_TEXT, TEXT, THIS_PERIOD
from pages.shared.plain import chart

HISTOGRAM_HEIGHT = 300  # pixels
LONGEST_NAME = 26  # characters of a name beside its bar


def bar_list(
    names: Sequence[str],
    values: Sequence[float | None],
    *,
    unit: str = "number",
    currency: str = "USD",
    previous: Sequence[float | None] | None = None,
    colours: Sequence[str] | str = THIS_PERIOD,
) -> go.Figure:
    """One bar per name, first on top, with its figure; a thin grey bar is the one before."""
    drawing = figure(height=len(names) * ROW_HEIGHT + 16, hovermode="y unified", barmode="overlay")
    places = list(range(len(names)))
    series = [("Before", previous, {"width": 0.82, "marker": {"color": GREY, "opacity": 0.35}})]
    series.append(("Now", values, {"width": 0.5, "marker": {"color": colours}}))
    for name, sizes, form in series:
        if sizes is not None:
            drawing.add_bar(
                x=sizes,
                y=places,
                orientation="h",
                name=name,
                customdata=[words.full(size, unit, currency=currency) for size in sizes],
                hovertemplate="%{customdata}",
                **form,
            )
    drawing.add_scatter(
        x=_longer(values, previous),
        y=places,
        mode="text",
        text=[f" {words.compact(value, unit, currency=currency)}" for value in values],
        textposition="middle right",
        textfont={"color": TEXT, "size": 12},
        cliponaxis=False,
        hoverinfo="skip",
    )
    drawing.update_xaxes(visible=False, rangemode="tozero")
    drawing.update_yaxes(
        autorange="reversed",
        showspikes=False,
        showgrid=False,
        tickvals=places,
        ticktext=[_named(name) for name in names],
        tickfont={"color": TEXT},
        nticks=None,
    )
    drawing.update_layout(margin_r=56)
    return drawing


def _longer(values: Sequence[float | None], previous: Sequence[float | None] | None) -> list[float]:
    """Where the longer of two bars ends: the figure stands behind it."""
    others = previous if previous is not None else values
    return [max(one or 0, other or 0) for one, other in zip(values, others, strict=True)]


def histogram(
    bins: Sequence[int],
    counts: Sequence[int],
    *,
    x_title: str,
    unit: str = "users",
    shares: Sequence[float | None] | None = None,
) -> go.Figure:
    """How many have each whole number of something; every bar is labelled below."""
    drawing = figure(height=HISTOGRAM_HEIGHT, bargap=0.18, hovermode="x")
    texts = [words.full(count) for count in counts]
    if shares is not None:
        texts = [
            f"{text} · {words.full(s, 'percent')}" for text, s in zip(texts, shares, strict=True)
        ]
    drawing.add_bar(
        x=bins,
        y=counts,
        marker={"color": THIS_PERIOD},
        customdata=texts,
        hovertemplate=f"%{{x}} {x_title}: %{{customdata}} {unit}<extra></extra>",
    )
    value_axis(drawing, unit)
    drawing.update_xaxes(
        title={"text": x_title, "font": {"size": 12, "color": MUTED_TEXT}},
        tickmode="linear",
        dtick=1 if len(bins) <= 10 else 3,
        tick0=bins[0] if bins else 1,
    )
    return drawing


def _named(name: str) -> str:
    text = chart(name)
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
