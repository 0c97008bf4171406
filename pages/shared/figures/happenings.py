"""What happened on the days of a chart, along its top: releases, experiments, holidays."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from pages.shared.palette import GRID, MUTED_TEXT
from pages.shared.plain import chart
from reports.markers import Marker

SYMBOLS = {  # of Plotly, and what the hover calls it, by kind of marker
    "release": ("triangle-down", "Release"),
    "experiment_start": ("diamond", "Experiment starts"),
    "experiment_end": ("diamond-open", "Experiment ends"),
    "holiday": ("circle-open", "Holiday"),
}
UNDER_THE_TOP = 0.98  # of the height


def add_happenings(drawing: go.Figure, markers: Sequence[Marker], days: Sequence[date]) -> None:
    """A dotted line for each since the first day, and a symbol that says its title."""
    seen = [one for one in markers if days and one.day >= min(days)]
    if not seen:
        return
    drawing.add_scatter(
        x=[one.day for one in seen],
        y=[UNDER_THE_TOP] * len(seen),
        yaxis="y2",
        mode="markers",
        marker={
            "symbol": [SYMBOLS[one.kind][0] for one in seen],
            "size": 9,
            "color": MUTED_TEXT,
        },
        name="",
        showlegend=False,
        text=[f"{SYMBOLS[one.kind][1]}: {chart(one.title)}" for one in seen],
        hovertemplate="%{text}<extra></extra>",
    )
    drawing.update_layout(
        yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True},
        shapes=[*drawing.layout.shapes, *(_line_at(one.day) for one in seen if is_marked(one))],
    )


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
