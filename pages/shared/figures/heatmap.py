"""Cells whose colour says how much: hour by weekday, and days of a calendar."""

from collections.abc import Sequence
from datetime import date, timedelta

import plotly.graph_objects as go

from pages.shared import dates, words
from pages.shared.figures.canvas import figure
from pages.shared.palette import BACKGROUND, FIRST_STRONG_STEP, STEPS, TEXT
from pages.shared.plain import chart

Cells = Sequence[Sequence[float | None]]

# Ten flat steps instead of a gradient: then the text on each of them can be made readable.
COLOURS = [
    [edge, colour]
    for step, colour in enumerate(STEPS)
    for edge in (step / len(STEPS), (step + 1) / len(STEPS))
]


def heatmap(
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Cells,
    *,
    unit: str = "number",
    texts: Sequence[Sequence[str]] | None = None,
    hovers: Sequence[Sequence[str]] | None = None,
    row_height: int = 30,
    ends: tuple[float, float] | None = None,
) -> go.Figure:
    """One cell per row and column, first row on top; None leaves a hole.

    Args:
        rows: Names of the rows.
        columns: Names of the columns.
        cells: Values, one list per row.
        unit: What the values are.
        texts: What is written in the cells; None: nothing is.
        hovers: What a cell says on hover; None: row, column and value.
        row_height: Pixels of a row.
        ends: Values of the palest and the strongest colour; None: 0 and the highest there is.
    """
    drawing = figure(height=len(rows) * row_height + 40, hovermode="closest")
    known = [value for row in cells for value in row if value is not None]
    ends = ends or (0, max(known, default=0))
    drawing.add_heatmap(
        z=[[_step(value, ends) for value in row] for row in cells],
        x=list(range(len(columns))),
        y=list(range(len(rows))),
        zmin=0,
        zmax=len(STEPS),
        colorscale=COLOURS,
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=hovers or _hovers(rows, columns, cells, unit),
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )
    if texts is not None:
        _write(drawing, cells, texts, ends)
    _name_axes(drawing, rows, columns)
    return drawing


def _step(value: float | None, ends: tuple[float, float]) -> float | None:
    """The middle of the value's colour step."""
    if value is None:
        return None
    low, high = ends
    place = (value - low) / (high - low) if high > low else 0
    return min(max(int(place * len(STEPS)), 0), len(STEPS) - 1) + 0.5


def _write(
    drawing: go.Figure, cells: Cells, texts: Sequence[Sequence[str]], ends: tuple[float, float]
) -> None:
    """Dark text on the pale steps, the page's background on the strong ones."""
    for is_strong, colour in ((False, TEXT), (True, BACKGROUND)):
        places = [
            (x, y)
            for y, row in enumerate(cells)
            for x, value in enumerate(row)
            if value is not None and ((_step(value, ends) or 0) > FIRST_STRONG_STEP) is is_strong
        ]
        drawing.add_scatter(
            x=[x for x, _ in places],
            y=[y for _, y in places],
            text=[texts[y][x] for x, y in places],
            mode="text",
            textfont={"color": colour, "size": 12},
            hoverinfo="skip",
        )


def _name_axes(drawing: go.Figure, rows: Sequence[str], columns: Sequence[str]) -> None:
    drawing.update_yaxes(
        autorange=False,
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        tickvals=list(range(len(rows))),
        ticktext=[chart(name) for name in rows],
        nticks=None,
    )
    drawing.update_xaxes(
        side="top",
        range=[-0.5, len(columns) - 0.5],
        tickvals=[at for at, name in enumerate(columns) if name],
        ticktext=[chart(name) for name in columns if name],
        tickangle=0,
    )
    drawing.update_layout(margin_t=28)


def _hovers(
    rows: Sequence[str], columns: Sequence[str], cells: Cells, unit: str
) -> list[list[str]]:
    return [
        [
            f"{chart(name)}, {chart(column)}: {words.full(value, unit)}"
            for column, value in zip(columns, row, strict=True)
        ]
        for name, row in zip(rows, cells, strict=True)
    ]


def calendar(
    days: Sequence[date],
    values: Sequence[float | None],
    *,
    noun: str,
    starts_on_sunday: bool = False,
) -> go.Figure:
    """One column per week, one row per weekday; a day without data is a hole."""
    first_weekday = 6 if starts_on_sunday else 0
    start = days[0] - timedelta(days=(days[0].weekday() - first_weekday) % 7)
    n_weeks = (days[-1] - start).days // 7 + 1
    cells: list[list[float | None]] = [[None] * n_weeks for _ in range(7)]
    hovers = [[""] * n_weeks for _ in range(7)]
    for day, value in zip(days, values, strict=True):
        week, weekday = divmod((day - start).days, 7)
        cells[weekday][week] = value
        hovers[weekday][week] = f"{dates.full_day(day)}: {words.full(value)} {noun}"
    weekdays = [dates.WEEKDAYS[(first_weekday + at) % 7] for at in range(7)]
    weeks = [_month_that_starts(start + timedelta(weeks=week)) for week in range(n_weeks)]
    return heatmap(weekdays, weeks, cells, hovers=hovers, row_height=18)


def _month_that_starts(week: date) -> str:
    """The month's name over the week with its 1st."""
    last = week + timedelta(days=6)
    return dates.MONTHS[last.month - 1] if last.day <= dates.DAYS_OF_WEEK else ""
