"""What happened on the days of a chart, along its top: releases, experiments, notes, holidays."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

import plotly.graph_objects as go

from pages.shared.figures.canvas import note
from pages.shared.palette import GRID, MUTED_TEXT
from pages.shared.plain import chart
from reports.markers import Marker

SYMBOLS = {  # of Plotly, and what the hover calls it, by kind of marker
    "release": ("triangle-down", "Release"),
    "experiment_start": ("diamond", "Experiment starts"),
    "experiment_end": ("diamond-open", "Experiment ends"),
    "annotation": ("square", "Annotation"),
    "holiday": ("circle-open", "Holiday"),
}
UNDER_THE_TOP = 0.98  # of the height
BELOW_ANOTHER = 0.05  # of the height, for a second symbol of the same day


def add_happenings(drawing: go.Figure, markers: Sequence[Marker], days: Sequence[date]) -> None:
    """A dotted line for each since the first day, and a symbol that says its title."""
    seen = [one for one in markers if days and one.day >= min(days)]
    if not seen:
        return
    days_of = [one.day for one in seen]
    ranks = [days_of[:at].count(day) for at, day in enumerate(days_of)]
    drawing.add_scatter(
        x=days_of,
        y=[UNDER_THE_TOP - BELOW_ANOTHER * rank for rank in ranks],
        yaxis="y2",
        mode="markers",
        marker={
            "symbol": [SYMBOLS[one.kind][0] for one in seen],
            "size": 9,
            "color": MUTED_TEXT,
        },
        name="",
        showlegend=False,
        text=[_said(seen, day) for day in days_of],
        hovertemplate="%{text}<extra></extra>",
    )
    drawing.update_layout(
        yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
        annotations=[*drawing.layout.annotations, *_doors(seen, ranks)],
        shapes=[*drawing.layout.shapes, *(_line_at(one.day) for one in seen if is_marked(one))],
    )


def _doors(seen: Sequence[Marker], ranks: Sequence[int]) -> list[dict[str, Any]]:
    """A link on the symbol of each release, to its page."""
    return [
        note(
            f'<a href="releases?release={quote(one.name, safe="")}" target="_self">▼</a>',
            x=one.day,
            xref="x",
            y=UNDER_THE_TOP - BELOW_ANOTHER * rank,
            yref="paper",
            yanchor="middle",
            captureevents=True,  # else the layer that is dragged takes the click
        )
        for one, rank in zip(seen, ranks, strict=True)
        if one.kind == "release"
    ]


def _said(seen: Sequence[Marker], day: date) -> str:
    """All that happened on a day: a hover shows one symbol of it only."""
    lines = [f"{SYMBOLS[one.kind][1]}: {chart(one.title)}" for one in seen if one.day == day]
    return "<br>".join(lines)


def is_marked(marker: Marker) -> bool:
    """Whether it gets a line: holidays are many, and a symbol is enough."""
    return marker.kind != "holiday"


def _line_at(day: date) -> dict[str, object]:
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": day,
        "x1": day,
        "y0": 0,
        "y1": 0.97,
        "layer": "below",
        "line": {"color": GRID, "width": 1.5, "dash": "dot"},
    }
