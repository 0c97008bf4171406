"""New, retained and resurrected users above zero, those who lapsed below it."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from pages.shared import dates, words
from pages.shared.figures.canvas import HEIGHT, figure, value_axis
from pages.shared.figures.happenings import add_happenings
from pages.shared.palette import BLUE, GREEN, SKY, TEXT, VERMILION
from reports.markers import Marker

PARTS = (("retained", BLUE), ("resurrected", SKY), ("new", GREEN), ("dormant", VERMILION))


def lifecycle_bars(
    days: Sequence[date],
    parts: dict[str, Sequence[int | None]],
    *,
    complete: Sequence[bool],
    markers: Sequence[Marker] = (),
) -> go.Figure:
    """Stacked bars per period; what is not over yet is hatched.

    Args:
        days: First day of each period.
        parts: Counts named new, retained, resurrected and dormant, all of them not negative.
        complete: False for a period that is not over.
        markers: What happened meanwhile.
    """
    drawing = figure(height=HEIGHT + 20, barmode="relative", bargap=0.25, showlegend=True)
    patterns = ["" if done else "/" for done in complete]
    for name, colour in PARTS:
        counts = parts[name]
        sign = -1 if name == "dormant" else 1
        drawing.add_bar(
            x=days,
            y=[None if count is None else sign * count for count in counts],
            name=name.capitalize(),
            marker={"color": colour, "pattern": {"shape": patterns, "fillmode": "overlay"}},
            customdata=[words.full(count) for count in counts],
            hovertemplate="%{customdata}",
        )
    drawing.add_hline(y=0, line={"color": TEXT, "width": 1})
    value_axis(drawing, "users")
    drawing.update_xaxes(
        tickvals=list(days)[:: max(1, len(days) // 8)],
        ticktext=[dates.short_day(day) for day in days][:: max(1, len(days) // 8)],
        title=None,
    )
    drawing.update_layout(margin_t=32)
    add_happenings(drawing, markers, days)
    return drawing
