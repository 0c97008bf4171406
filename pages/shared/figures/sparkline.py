"""The recent course of a figure as a small picture, without axes: its shape, not its size."""

from collections.abc import Sequence

WIDTH, HEIGHT = 200, 34  # units of the drawing, scaled to the card
MARGIN = 4
# A picture cannot know the theme; this blue has a contrast of 3:1 and more on both backgrounds.
COLOUR = "#2F7BD9"

Point = tuple[float, float]


def sparkline(values: Sequence[float | None]) -> str:
    """An SVG line through the values, oldest first, with a dot on the last; None leaves a gap."""
    points = _points(values)
    known = [point for point in points if point is not None]
    lines = "".join(
        f'<polyline vector-effect="non-scaling-stroke" points="{_path(run)}"/>'
        for run in _runs(points)
    )
    dot = f'<circle cx="{known[-1][0]:.1f}" cy="{known[-1][1]:.1f}" r="2.5"/>' if known else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<g fill="none" stroke="{COLOUR}" stroke-width="2" stroke-linejoin="round" '
        f'stroke-linecap="round">{lines}</g><g fill="{COLOUR}">{dot}</g></svg>'
    )


def _path(run: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in run)


def _points(values: Sequence[float | None]) -> list[Point | None]:
    known = [value for value in values if value is not None]
    lowest = min(known, default=0)
    height = (max(known, default=0) - lowest) or 1
    step = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    return [
        None
        if value is None
        else (
            MARGIN + at * step,
            HEIGHT - MARGIN - (value - lowest) / height * (HEIGHT - 2 * MARGIN),
        )
        for at, value in enumerate(values)
    ]


def _runs(points: Sequence[Point | None]) -> list[list[Point]]:
    """The points in unbroken runs."""
    runs: list[list[Point]] = [[]]
    for point in points:
        if point is not None:
            runs[-1].append(point)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1]
