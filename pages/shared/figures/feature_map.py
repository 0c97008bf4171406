"""Features on a map: how many use each of them, how often, and where the middle is."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import figure, note
from pages.shared.palette import BACKGROUND, MUTED_TEXT, THIS_PERIOD
from pages.shared.plain import chart, short

HEIGHT = 380  # pixels
LARGEST, SMALLEST = 40, 5  # pixels of a bubble's diameter
ROOM = 1.15  # beyond the outermost bubble, so that names fit
WIDTH = 560  # pixels that the bubbles are spread over, roughly: decides which names have room
LAST = 440  # of these pixels, from where on a name stands on the left of its bubble
LETTER, LINE = 6.2, 14  # pixels of a name's letter and height, roughly
TICKS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)  # of the breadth
FINE_TICKS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Bubble:
    """One feature.

    Attributes:
        name: As people say it.
        breadth: Its users of all active users, 0 to 1.
        frequency: Use days per user and week.
        users: Decide the bubble's area.
        quadrant: What the hover calls its place.
    """

    name: str
    breadth: float
    frequency: float
    users: int
    quadrant: str


def feature_map(
    bubbles: Sequence[Bubble], *, lines: tuple[float | None, float | None]
) -> go.Figure:
    """One bubble per feature; breadth to the right, on a logarithmic axis, frequency upwards.

    Args:
        bubbles: Those with users.
        lines: Median breadth and frequency, drawn as the lines between the quadrants.
    """
    drawing = figure(
        height=HEIGHT, hovermode="closest", margin={"l": 0, "r": 12, "t": 28, "b": 0, "pad": 4}
    )
    ordered = sorted(bubbles, key=lambda one: -one.users)
    most = max((one.users for one in ordered), default=1)
    places = _places(ordered, most)
    drawing.add_scatter(
        x=[one.breadth for one in ordered],
        y=[one.frequency for one in ordered],
        mode="markers+text",
        text=[name for name, _ in places],
        textposition=[side for _, side in places],
        textfont={"size": 11, "color": MUTED_TEXT},
        cliponaxis=False,
        marker={
            "size": [one.users for one in ordered],
            "sizemode": "area",
            "sizeref": 2 * most / LARGEST**2,
            "sizemin": SMALLEST,
            "color": THIS_PERIOD,
            "opacity": 0.75,
            "line": {"width": 1, "color": BACKGROUND},
        },
        customdata=[_said(one) for one in ordered],
        hovertemplate="%{customdata}<extra></extra>",
    )
    quiet = {"size": 12, "color": MUTED_TEXT}
    drawing.update_xaxes(
        type="log",
        title={"text": "Users, of all active users (logarithmic)", "font": quiet},
        tickformatstops=[],
        tickvals=_ticks(ordered),
        ticktext=[f"{tick:.1%}" if tick < 0.01 else f"{tick:.0%}" for tick in _ticks(ordered)],
    )
    drawing.update_yaxes(
        title={"text": "Use days a week, per user", "font": quiet},
        range=[0, ROOM * max((one.frequency for one in ordered), default=1)],
    )
    _quadrants(drawing, lines)
    return drawing


def _ticks(bubbles: Sequence[Bubble]) -> tuple[float, ...]:
    """Few on a long axis, more where all features are broad; one alone has a long axis."""
    found = {one.breadth for one in bubbles}
    return FINE_TICKS if len(found) > 1 and min(found) > TICKS[-3] else TICKS


def _places(ordered: Sequence[Bubble], most: int) -> list[tuple[str, str]]:
    """For each bubble its name, or none, and the side on which no larger one is in the way."""
    highest = max((one.frequency for one in ordered), default=1) * ROOM
    edges = [log10(one.breadth) for one in ordered]
    lowest, span = min(edges, default=0), (max(edges, default=1) - min(edges, default=0)) or 1
    boxes: list[tuple[float, float, float, float]] = []
    spots = []
    for one, edge in zip(ordered, edges, strict=True):
        x, y = (edge - lowest) / span * WIDTH, one.frequency / highest * HEIGHT
        radius = max(SMALLEST, LARGEST * (one.users / most) ** 0.5) / 2
        spots.append((x, y, radius))
        boxes.append((x - radius, x + radius, y - radius, y + radius))
    found = []
    for one, (x, y, radius) in zip(ordered, spots, strict=True):
        half, reach = LETTER * len(short(one.name)) / 2, radius + 3
        sides = {
            "middle right": (x + reach, x + reach + 2 * half, y - LINE / 2, y + LINE / 2),
            "middle left": (x - reach - 2 * half, x - reach, y - LINE / 2, y + LINE / 2),
            "top center": (x - half, x + half, y + reach, y + reach + LINE),
            "bottom center": (x - half, x + half, y - reach - LINE, y - reach),
        }
        # A name to the right of the last ones would be cut off.
        order = sorted(sides, key=lambda side: side == "middle right") if x > LAST else list(sides)
        side = next((at for at in order if not any(_meet(sides[at], b) for b in boxes)), None)
        if side:
            boxes.append(sides[side])
        found.append((chart(one.name) if side else "", side or "top center"))
    return found


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes (left, right, bottom, top) share a point."""
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _quadrants(drawing: go.Figure, lines: tuple[float | None, float | None]) -> None:
    breadth, frequency = lines
    if breadth is None or frequency is None:
        return
    style = {"width": 1, "dash": "dot", "color": MUTED_TEXT}
    drawing.add_vline(x=breadth, line=style)
    drawing.add_hline(y=frequency, line=style)
    for text, x, y in (
        ("Narrow, often", 0, 1.04), ("Broad, often", 1, 1.04),
        ("Narrow, seldom", 0, 0), ("Broad, seldom", 1, 0),
    ):  # fmt: skip
        drawing.add_annotation(
            note(
                text,
                xref="paper",
                yref="paper",
                x=x,
                y=y,
                xanchor="right" if x else "left",
                yanchor="bottom",
            )
        )


def _said(one: Bubble) -> str:
    return (
        f"{chart(one.name)}: {one.quadrant.lower()}<br>{one.users:,} users, "
        f"{words.full(one.breadth, 'percent')} of active<br>"
        f"{one.frequency:.2f} use days a week"
    )
