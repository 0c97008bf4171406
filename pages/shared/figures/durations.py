"""How long things take: a bar for each span of time, from the shortest on."""

from collections.abc import Sequence

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import figure, note, value_axis
from pages.shared.palette import TEXT, THIS_PERIOD

HEIGHT = 240  # pixels
MOST_LABELS = 9  # of edges below the bars
UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
Bin = tuple[float, float | None, int]


def duration_bars(bins: Sequence[Bin], *, median: float | None, noun: str) -> go.Figure:
    """One bar per bin, all as wide, with the edges between them named.

    Args:
        bins: From and to in seconds (None: no end), and how many; without gaps.
        median: Seconds, marked; None: not.
        noun: What is counted, in the singular.
    """
    drawing = figure(height=HEIGHT, hovermode="closest", bargap=0.08)
    places = list(range(len(bins)))
    drawing.add_bar(
        x=places,
        y=[count for _, _, count in bins],
        marker={"color": THIS_PERIOD},
        customdata=[_hover(*one, noun) for one in bins],
        hovertemplate="%{customdata}<extra></extra>",
    )
    edges = [start for start, _, _ in bins] + [end for _, end, _ in bins[-1:] if end is not None]
    every = -(-len(edges) // MOST_LABELS)
    drawing.update_xaxes(
        tickvals=[place - 0.5 for place in range(0, len(edges), every)],
        ticktext=[short_span(edge) for edge in edges[::every]],
        tickformatstops=[],
    )
    if median is not None:
        _mark_median(drawing, bins, median)
    value_axis(drawing, "users")
    return drawing


def short_span(seconds: float) -> str:
    """A length of time for an axis: '30 s', '5 min', '14 d'.

    Examples:
        >>> short_span(0), short_span(300), short_span(5400)
        ('0', '5 min', '1.5 h')
    """
    if not seconds:
        return "0"
    name, size = next((unit for unit in UNITS if seconds >= unit[1]), UNITS[-1])
    return f"{seconds / size:.3g} {name}"


def _mark_median(drawing: go.Figure, bins: Sequence[Bin], median: float) -> None:
    """A line inside the bin that holds the median, where its value stands in it."""
    for place, (start, end, _) in enumerate(bins):
        if median >= start and (end is None or median < end or place == len(bins) - 1):
            share = 0.5 if end is None else min((median - start) / (end - start), 1)
            drawing.add_vline(x=place - 0.5 + share, line={"color": TEXT, "width": 1.4})
            side = "left" if place < len(bins) / 2 else "right"
            text = f" median {words.duration(median)} "
            mark = note(text, x=place - 0.5 + share, y=1.08, yref="paper", xanchor=side)
            drawing.add_annotation(mark)
            drawing.update_layout(margin_t=24)
            return


def _hover(start: float, end: float | None, count: int, noun: str) -> str:
    since = words.duration(start)
    span = f"from {since}" if end is None else f"{since} to {words.duration(end)}"
    return f"{span}: {words.counted(count, noun)}"
