"""Ways through an event log: nodes in columns by place, and bands as wide as those who went on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import plotly.graph_objects as go

from pages.shared import words
from pages.shared.figures.canvas import figure
from pages.shared.palette import GREY, STEPS, TEXT, THIS_PERIOD
from pages.shared.plain import chart

HEIGHT = 520  # pixels
NODE_WIDTH = 0.09  # of the distance between columns
ROOM_FOR_LABELS = 0.8  # behind the last column
GAP = 0.022  # between nodes, of the tallest column
SMALLEST_LABELLED = 0.028  # of a column: below, a label would lie on its neighbour's
ROOM_FOR_TWO_LINES = 0.06
LINE = 14  # characters of a label's line
LABEL_SIZE = 11  # pixels
BEND = tuple(step / 12 for step in range(13))
OTHER = "Other ways"


@dataclass(frozen=True, slots=True)
class Stop:
    """A node at a place.

    Attributes:
        place: Columns stand by it, ascending.
        name: Comes from the data; None: all that are not named.
        count: Visits there.
        hover: What it says when pointed at.
    """

    place: int
    name: str | None
    count: int
    hover: str


@dataclass(frozen=True, slots=True)
class Band:
    """Those who went from one node to the next.

    Attributes:
        place: Of the node they came from; the next one's is the next column.
        source: The node; None: all that are not named.
        target: The next one.
        count: Visits that went.
        hover: What it says when pointed at.
    """

    place: int
    source: str | None
    target: str | None
    count: int
    hover: str


@dataclass(slots=True)
class _Box:
    """A node as drawn, and how far its sides are taken by bands."""

    stop: Stop
    column: int
    top: float
    height: float
    out_taken: float = 0.0
    in_taken: float = 0.0


def flow(stops: Sequence[Stop], bands: Sequence[Band]) -> go.Figure:
    """The columns, left to right; a node can be picked, and says its place and name.

    Args:
        stops: Every node of a band, and one without a name where anything is left over.
        bands: At most fifty or so.
    """
    places = sorted({stop.place for stop in stops})
    boxes = _boxes(stops, places)
    drawing = figure(height=HEIGHT, hovermode="closest", bargap=0, barmode="overlay")
    following = dict(pairwise(places))
    in_order = sorted(bands, key=lambda band: (
        band.place, _top(boxes, band.place, band.source), _top(boxes, band.place + 1, band.target)
    ))  # fmt: skip
    ends = _targets(in_order, boxes, following)
    for band in in_order:
        source = boxes.get((band.place, band.source))
        if source is not None and band in ends:
            _add_band(drawing, band, source, ends[band])
    _add_nodes(drawing, list(boxes.values()))
    tallest = max((box.top + box.height for box in boxes.values()), default=1.0)
    drawing.update_xaxes(visible=False, range=[-0.02, len(places) - 1 + ROOM_FOR_LABELS])
    drawing.update_yaxes(visible=False, range=[tallest * 1.01, -tallest * 0.01], nticks=None)
    return drawing


def _boxes(stops: Sequence[Stop], places: Sequence[int]) -> dict[tuple[int, str | None], _Box]:
    """Each column from its largest node down, what is left over last."""
    columns = [[stop for stop in stops if stop.place == place] for place in places]
    tallest = max((sum(stop.count for stop in column) for column in columns), default=1)
    boxes = {}
    for number, column in enumerate(columns):
        top = 0.0
        for stop in sorted(column, key=lambda one: (one.name is None, -one.count)):
            boxes[stop.place, stop.name] = _Box(stop, number, top, float(stop.count))
            top += stop.count + GAP * tallest
    return boxes


def _top(boxes: dict[tuple[int, str | None], _Box], place: int, name: str | None) -> float:
    box = boxes.get((place, name))
    return box.top if box else 0.0


def _targets(
    bands: Sequence[Band],
    boxes: dict[tuple[int, str | None], _Box],
    following: dict[int, int],
) -> dict[Band, tuple[_Box, float]]:
    """The box that each band ends at, and where on its side."""
    ends = {}
    for band in bands:
        box = boxes.get((following.get(band.place, 0), band.target))
        if box is not None:
            ends[band] = (box, box.top + box.in_taken)
            box.in_taken += band.count
    return ends


def _add_band(drawing: go.Figure, band: Band, source: _Box, end: tuple[_Box, float]) -> None:
    target, low = end
    left, right = source.column + NODE_WIDTH, float(target.column)
    start = source.top + source.out_taken
    source.out_taken += band.count
    along = [left + (right - left) * step for step in BEND]
    upper = [start + (low - start) * (3 * step**2 - 2 * step**3) for step in BEND]
    lower = [y + band.count for y in upper]
    drawing.add_scatter(
        x=[*along, *along[::-1]],
        y=[*upper, *lower[::-1]],
        fill="toself",
        fillcolor=STEPS[1] if band.source is None else STEPS[3],
        opacity=0.8,
        mode="lines",
        line={"width": 0},
        hoveron="fills",
        hoverinfo="text",
        text=band.hover,
    )


def _add_nodes(drawing: go.Figure, boxes: Sequence[_Box]) -> None:
    drawing.add_bar(
        x=[box.column + NODE_WIDTH / 2 for box in boxes],
        y=[box.height for box in boxes],
        base=[box.top for box in boxes],
        width=NODE_WIDTH,
        marker={"color": [GREY if box.stop.name is None else THIS_PERIOD for box in boxes]},
        customdata=[[box.stop.place, box.stop.name or "", box.stop.hover] for box in boxes],
        hovertemplate="%{customdata[2]}<extra></extra>",
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    tallest = max((box.top + box.height for box in boxes), default=1.0)
    for box in boxes:
        share = box.height / tallest
        if share >= SMALLEST_LABELLED:
            drawing.add_annotation(
                x=box.column + NODE_WIDTH, y=box.top + box.height / 2, xshift=3,
                text=_label(box.stop, has_two_lines=share >= ROOM_FOR_TWO_LINES),
                showarrow=False, xanchor="left", align="left",
                font={"size": LABEL_SIZE, "color": TEXT},
            )  # fmt: skip


def _label(stop: Stop, *, has_two_lines: bool) -> str:
    name = OTHER if stop.name is None else stop.name
    count = f"<b>{words.compact(stop.count)}</b>"
    if not has_two_lines:
        return f"{chart(_cut(name, LINE + 2))} {count}"
    head, tail = _halves(name)
    lines = [chart(head), *([chart(_cut(tail, LINE))] if tail else []), count]
    return "<br>".join(lines)


def _halves(name: str) -> tuple[str, str]:
    """A name on two lines, broken where a word ends."""
    if len(name) <= LINE:
        return name, ""
    at = max(name.rfind(mark, 0, LINE) for mark in "_ -./:") + 1
    at = at if at > 1 else LINE
    return name[:at], name[at:]


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
