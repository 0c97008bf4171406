"""An effect over looks or days, with the band that is valid all the time and that of one look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go

from pages.shared.figures.canvas import figure
from pages.shared.figures.line import BAND_ALPHA
from pages.shared.palette import GREY, MUTED_TEXT
from pages.shared.plain import chart

FARTHEST = 2.5  # times the largest of the later effects: early bands run out of the picture
LEAST_REACH = 0.1

Ends = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Course:
    """One effect over time.

    Attributes:
        name: What it is called; may come from the data.
        at: Days, or numbers of days.
        values: The effect; None: not known.
        low: Lower end of the band that holds all the time.
        high: Upper end.
        fixed_low: Lower end of the interval of one look.
        fixed_high: Upper end.
        colour: One of the palette's.
        hovers: What is said at each point.
    """

    name: str
    at: Sequence[date] | Sequence[int]
    values: Ends
    low: Ends
    high: Ends
    fixed_low: Ends
    fixed_high: Ends
    colour: str
    hovers: Sequence[str]


def sequence(courses: Sequence[Course]) -> go.Figure:
    """Relative effects around the line of no effect."""
    drawing = figure(height=320, hovermode="x", showlegend=len(courses) > 1)
    for one in courses:
        for ends, fill in ((one.high, None), (one.low, "tonexty")):
            drawing.add_scatter(
                x=one.at, y=ends, mode="lines", line={"width": 0, "color": one.colour}, fill=fill,
                fillcolor=f"{one.colour}{BAND_ALPHA}", hoverinfo="skip", showlegend=False,
            )  # fmt: skip
        for ends in (one.fixed_low, one.fixed_high):
            drawing.add_scatter(
                x=one.at, y=ends, mode="lines", line={"width": 1, "color": GREY, "dash": "dot"},
                hoverinfo="skip", showlegend=False,
            )  # fmt: skip
        drawing.add_scatter(
            x=one.at, y=one.values, mode="lines+markers", name=chart(one.name),
            line={"width": 2.4, "color": one.colour}, marker={"size": 5, "color": one.colour},
            customdata=[chart(text) for text in one.hovers],
            hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    drawing.add_hline(y=0, line={"color": MUTED_TEXT, "width": 1})
    drawing.update_yaxes(tickformat="+.0%", range=_reach(courses))
    return drawing


def _reach(courses: Sequence[Course]) -> list[float]:
    """What the second half of the courses needs; the first may leave the picture."""
    later = [v for one in courses for v in one.values[len(one.values) // 2 :] if v is not None]
    far = max(LEAST_REACH, FARTHEST * max((abs(value) for value in later), default=0.0))
    lows = [end for one in courses for end in one.low if end is not None]
    highs = [end for one in courses for end in one.high if end is not None]
    low = max(min([*lows, *later, 0.0]), -far)
    high = min(max([*highs, *later, 0.0]), far)
    room = 0.05 * (high - low or LEAST_REACH)
    return [low - room, high + room]
