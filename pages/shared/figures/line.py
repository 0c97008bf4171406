"""Values over time: this period, what it is compared with, and what happened meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import plotly.graph_objects as go

from pages.shared import dates, words
from pages.shared.figures.canvas import HEIGHT, figure, note, value_axis
from pages.shared.figures.happenings import add_happenings
from pages.shared.palette import BACKGROUND, MUTED_TEXT, PREVIOUS_PERIOD, THIS_PERIOD
from pages.shared.plain import chart
from reports.markers import Marker

BAND_ALPHA = "26"  # of 255, as hexadecimal digits that follow a colour
LABEL_GAP = 15  # pixels between the names beside two lines
LABEL_LETTER = 7.2  # pixels of a letter of such a name, roughly
LONGEST_LABEL = 16  # letters


@dataclass(frozen=True, slots=True)
class Line:
    """One line.

    Attributes:
        name: What it is called beside the line; may come from the data.
        days: First day of each point's span, ascending.
        values: As many values; None leaves a gap.
        colour: One of the palette's.
        own_days: The days the values really belong to, for a line drawn over other days.
        complete: False for a point whose span is not over: drawn dotted; None: all are complete.
        low: Lower ends of the values' intervals; None: no band.
        high: Upper ends.
        is_quiet: Drawn thin and grey, as what another line is compared with.
    """

    name: str
    days: Sequence[date]
    values: Sequence[float | None]
    colour: str = THIS_PERIOD
    own_days: Sequence[date] | None = None
    complete: Sequence[bool] | None = None
    low: Sequence[float | None] | None = None
    high: Sequence[float | None] | None = None
    is_quiet: bool = False


def time_series(
    lines: Sequence[Line],
    *,
    unit: str = "number",
    grain: str = "day",
    currency: str = "USD",
    markers: Sequence[Marker] = (),
    height: int = HEIGHT,
) -> go.Figure:
    """Lines over a shared time axis that starts at zero, with markers along its top."""
    drawing = figure(height=height)
    drawing.update_layout(legend_traceorder="reversed")  # in the hover, this period comes first
    for line in sorted(lines, key=lambda line: not line.is_quiet):
        _add_band(drawing, line)
        _add_line(drawing, line, unit, grain, currency)
    value_axis(drawing, unit, currency=currency)
    if len(lines) > 1:
        _name_lines(drawing, lines, height)
    add_happenings(drawing, markers, [day for line in lines for day in line.days])
    return drawing


def previous(line: Line, values: Sequence[float | None], own_days: Sequence[date]) -> Line:
    """The comparison of a line: its values laid over the same days, quiet and grey."""
    count = min(len(line.days), len(values))
    return Line(
        name="Before",
        days=line.days[:count],
        values=values[:count],
        own_days=own_days[:count],
        colour=PREVIOUS_PERIOD,
        is_quiet=True,
    )


def _add_line(drawing: go.Figure, line: Line, unit: str, grain: str, currency: str) -> None:
    """What is complete solid; what is in progress dotted and hollow, joined to its neighbours."""
    texts = _hover_texts(line, unit, grain, currency)
    done = list(line.complete) if line.complete is not None else [True] * len(line.days)
    width = 1.6 if line.is_quiet else 2.4
    drawing.add_scatter(
        x=line.days,
        y=_only(line.values, done),
        customdata=texts,
        mode="lines+markers" if sum(done) < 3 else "lines",
        line={"color": line.colour, "width": width},
        marker={"color": line.colour, "size": 6},
        name=chart(line.name),
        hovertemplate="%{customdata}",
    )
    if all(done):
        return
    open_points = [not one for one in done]
    drawing.add_scatter(
        x=line.days,
        y=_only(line.values, _with_neighbours(open_points)),
        mode="lines",
        line={"color": line.colour, "width": width, "dash": "dot"},
        hoverinfo="skip",
    )
    drawing.add_scatter(
        x=line.days,
        y=_only(line.values, open_points),
        customdata=texts,
        mode="markers",
        marker={"color": BACKGROUND, "size": 7, "line": {"color": line.colour, "width": 1.6}},
        name=f"{chart(line.name)} (in progress)",
        hovertemplate="%{customdata}",
    )


def _only(values: Sequence[float | None], wanted: Sequence[bool]) -> list[float | None]:
    return [value if keep else None for value, keep in zip(values, wanted, strict=True)]


def _with_neighbours(points: Sequence[bool]) -> list[bool]:
    return [any(points[max(0, at - 1) : at + 2]) for at in range(len(points))]


def _add_band(drawing: go.Figure, line: Line) -> None:
    if line.low is None or line.high is None:
        return
    for ends, fill in ((line.high, None), (line.low, "tonexty")):
        drawing.add_scatter(
            x=line.days,
            y=ends,
            mode="lines",
            line={"width": 0, "color": line.colour},
            fill=fill,
            fillcolor=f"{line.colour}{BAND_ALPHA}",
            hoverinfo="skip",
        )


def _hover_texts(line: Line, unit: str, grain: str, currency: str) -> list[str]:
    """'1,234' or, for a comparison, '1,180 (Sun 25 Oct 2026)'."""
    figures = [words.full(value, unit, currency=currency) for value in line.values]
    if line.own_days is None:
        return figures
    pairs = zip(figures, line.own_days, strict=True)
    return [f"{value} ({dates.bucket(day, grain)})" for value, day in pairs]


def _name_lines(drawing: go.Figure, lines: Sequence[Line], height: int) -> None:
    """Write each name at the end of its line, moved apart where they would overlap."""
    ends = [(line, _last_value(line)) for line in lines]
    known = sorted(((line, end) for line, end in ends if end is not None), key=lambda pair: pair[1])
    highest = max(
        (end for line in lines for end in (*line.values, *(line.high or ())) if end is not None),
        default=0,
    )
    pixel = (highest or 1) * 1.05 / height
    names, floor = [], float("-inf")
    for line, end in known:
        place = max(end / pixel, floor + LABEL_GAP)
        floor = place
        names.append(
            note(
                chart(line.name)[:LONGEST_LABEL],
                x=1,
                xref="paper",
                xanchor="left",
                y=place * pixel,
                font={"size": 12, "color": MUTED_TEXT if line.is_quiet else line.colour},
            )
        )
    longest = max((min(len(line.name), LONGEST_LABEL) for line in lines), default=0)
    drawing.update_layout(annotations=names, margin_r=int(12 + longest * LABEL_LETTER))


def _last_value(line: Line) -> float | None:
    return next((value for value in reversed(line.values) if value is not None), None)
