"""A line chart as SVG without a browser, for pages that are printed or sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from metrics.periods import MONTHS
from reports.brief_words import figure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

WIDTH, HEIGHT = 720, 210
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 14, 28  # margins, in pixels
NOW, BEFORE, GRID, TEXT = "#0072B2", "#94A3B8", "#DDE3EC", "#475569"
STEPS = 4  # of the value axis
LABELS = 6  # of the time axis, at most
NICE = (1, 2, 2.5, 5, 10)


def line_chart(
    days: Sequence[date],
    values: Sequence[float | None],
    *,
    before: Sequence[float | None] = (),
    title: str,
    unit: str = "number",
) -> ET.Element:
    """Values by day, from zero, with those of an earlier period in grey beneath.

    Args:
        days: Ascending.
        values: As many; None leaves a gap.
        before: Values of the earlier period under the same days, in order; may be fewer.
        title: What a reader who does not see it is told.
        unit: Of the values, as of a metric definition.
    """
    drawing = ET.Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {WIDTH} {HEIGHT}",
            "role": "img", "font-family": "sans-serif", "font-size": "11",
        },
    )  # fmt: skip
    ET.SubElement(drawing, "title").text = title
    known = [one for one in (*values, *before) if one is not None]
    top = _nice(max(known, default=1.0))
    for step in range(STEPS + 1):
        value = top * step / STEPS
        height = _y(value, top)
        ET.SubElement(
            drawing, "line",
            {"x1": f"{LEFT}", "x2": f"{WIDTH - RIGHT}", "y1": f"{height:.1f}",
             "y2": f"{height:.1f}", "stroke": GRID},
        )  # fmt: skip
        label = ET.SubElement(
            drawing, "text",
            {"x": f"{LEFT - 6}", "y": f"{height + 4:.1f}", "text-anchor": "end", "fill": TEXT},
        )  # fmt: skip
        label.text = figure(value, unit)
    _days(drawing, days)
    _line(drawing, before[: len(days)], len(days), top, (BEFORE, "1.4"))
    _line(drawing, values, len(days), top, (NOW, "2.2"))
    return drawing


def _nice(highest: float) -> float:
    """A round number at or above the highest value."""
    if highest <= 0:
        return 1.0
    power = 10.0 ** (len(f"{int(highest)}") - 1) if highest >= 1 else 1.0
    if highest < 1:
        while power > highest:
            power /= 10
    return next(step * power for step in NICE if step * power >= highest)


def _x(number: int, count: int) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (number / max(count - 1, 1))


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _days(drawing: ET.Element, days: Sequence[date]) -> None:
    step = max(1, -(-len(days) // LABELS))
    for number in range(0, len(days), step):
        day = days[number]
        at = {"x": f"{_x(number, len(days)):.1f}", "y": f"{HEIGHT - 8}", "fill": TEXT}
        anchor = {"text-anchor": "start" if number == 0 else "middle"}
        ET.SubElement(drawing, "text", at | anchor).text = f"{day.day} {MONTHS[day.month - 1]}"


def _line(
    drawing: ET.Element,
    values: Sequence[float | None],
    count: int,
    top: float,
    look: tuple[str, str],
) -> None:
    """One stroke for each run of known values."""
    strokes: list[list[str]] = [[]]
    for number, value in enumerate(values):
        if value is None:
            strokes.append([])
        else:
            strokes[-1].append(f"{_x(number, count):.1f},{_y(value, top):.1f}")
    for points in filter(None, strokes):
        ET.SubElement(
            drawing, "polyline",
            {"points": " ".join(points), "fill": "none", "stroke": look[0],
             "stroke-width": look[1], "stroke-linejoin": "round"},
        )  # fmt: skip
