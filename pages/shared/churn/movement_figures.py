"""Figures of revenue movements: stacked bars by month, and one month part by part."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from pages.shared import dates, words
from pages.shared.figures.canvas import HEIGHT, ROW_HEIGHT, figure
from pages.shared.figures.happenings import add_happenings
from pages.shared.palette import BLUE, GREEN, GREY, ORANGE, SKY, TEXT, VERMILION
from reports.markers import Marker

PARTS = {  # in the order of the stack, with their colours
    "new": ("New", GREEN),
    "reactivation": ("Reactivation", SKY),
    "expansion": ("Expansion", BLUE),
    "contraction": ("Contraction", ORANGE),
    "churn": ("Churn", VERMILION),
    "currency_effect": ("Currency", GREY),
}


def movement_bars(
    months: Sequence[date],
    parts: dict[str, Sequence[float]],
    *,
    complete: Sequence[bool],
    currency: str,
    markers: Sequence[Marker] = (),
) -> go.Figure:
    """What came above zero, what went below it, month by month; hatched while in progress."""
    drawing = figure(height=HEIGHT + 20, barmode="relative", bargap=0.3, showlegend=True)
    patterns = ["" if done else "/" for done in complete]
    for name, (label, colour) in PARTS.items():
        amounts = parts[name]
        if not any(amounts):
            continue
        drawing.add_bar(
            x=months,
            y=amounts,
            name=label,
            marker={"color": colour, "pattern": {"shape": patterns, "fillmode": "overlay"}},
            customdata=[words.full(one, "currency", currency=currency) for one in amounts],
            hovertemplate="%{customdata}",
        )
    drawing.add_hline(y=0, line={"color": TEXT, "width": 1})
    drawing.update_yaxes(**words.axis_format("currency", words.THOUSAND * 10, currency=currency))
    step = max(1, len(months) // 8)
    drawing.update_xaxes(
        tickvals=list(months)[::step],
        ticktext=[dates.bucket(month, "month") for month in months][::step],
    )
    drawing.update_layout(margin_t=32)
    add_happenings(drawing, markers, months)
    return drawing


def month_parts(
    names: Sequence[str],
    amounts: Sequence[float | None],
    *,
    colours: Sequence[str],
    currency: str,
    unit: str = "currency",
) -> go.Figure:
    """One bar per part, to the right of zero what came, to its left what went."""
    drawing = figure(height=len(names) * ROW_HEIGHT + 24, hovermode="closest")
    places = list(range(len(names)))
    texts = [words.full(one, unit, currency=currency) for one in amounts]
    drawing.add_bar(
        x=amounts,
        y=places,
        orientation="h",
        width=0.6,
        marker={"color": colours},
        text=[words.compact(one, unit, currency=currency) for one in amounts],
        textposition="outside",
        cliponaxis=False,
        customdata=texts,
        hovertemplate="%{customdata}<extra></extra>",
        textfont={"color": TEXT, "size": 12},
    )
    drawing.add_vline(x=0, line={"color": TEXT, "width": 1})
    known = [one for one in amounts if one is not None]
    widest = max(map(abs, known), default=0) or 1
    has_losses = min(known, default=0) < 0
    has_gains = max(known, default=0) > 0
    ends = [-widest * 1.35 if has_losses else 0, widest * (1.35 if has_gains else 0.2)]
    drawing.update_xaxes(visible=False, range=ends)
    drawing.update_yaxes(
        autorange="reversed", showgrid=False, tickvals=places, ticktext=list(names),
        tickfont={"color": TEXT}, nticks=None,
    )  # fmt: skip
    return drawing
