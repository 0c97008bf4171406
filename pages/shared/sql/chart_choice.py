"""Which chart suits which rows."""

import polars as pl

from pages.shared.sql.chart_settings import ChartSettings, Kind, Total
from pages.shared.sql.columns import Columns, columns_of

MOST_SPLITS = 40  # different values that a colour can still tell something about
MOST_LINES = 4  # columns of values drawn together
MANY_TO_ONE = 3  # rows of a kind, from where on they are points and not its parts
NEAR = 20  # columns whose largest values differ by more do not share an axis
SHARES = ("share", "rate", "stickiness", "low", "high", "mean", "average", "median", "percent")


def chosen(rows: pl.DataFrame) -> ChartSettings:
    """Time is a line; two kinds of things a heatmap; one kind bars; two numbers points."""
    columns = columns_of(rows)
    values = _values(columns)
    if columns.times:
        return chosen_for(rows, "line")
    if _pair(rows, columns) and values:
        return chosen_for(rows, "heatmap")
    if _is_of_points(rows, columns):
        return chosen_for(rows, "scatter")
    return chosen_for(rows, "bar")


def _is_of_points(rows: pl.DataFrame, columns: Columns) -> bool:
    """Two measures of each of many rows, that no kind of thing names."""
    kinds = [*columns.things, *columns.steps]
    measured = [name for name in columns.numbers if name not in columns.steps]
    if not kinds:
        return len(columns.numbers) > 1
    return len(measured) > 1 and rows.select(kinds).n_unique() * MANY_TO_ONE < rows.height


def chosen_for(rows: pl.DataFrame, kind: Kind) -> ChartSettings:
    """The columns that suit one kind of chart."""
    columns = columns_of(rows)
    if kind in {"heatmap", "pivot"}:
        return _grid(rows, columns, kind)
    if kind == "scatter":
        return _points(rows, columns)
    x = _across(rows, columns)
    values = tuple(name for name in _values(columns) if name != x)
    colour = _split(rows, columns, x)
    first = values[:1] if colour else _together(rows, values)
    return ChartSettings(kind, x, first, colour, None, _total(first))


def _values(columns: Columns) -> tuple[str, ...]:
    """What is measured: numbers that name no place; where all do, the last of them."""
    measured = tuple(name for name in columns.numbers if name not in columns.steps)
    is_placed = bool(columns.times or columns.things or len(columns.steps) > 1)
    return measured or (columns.steps[-1:] if is_placed else ())


def _across(rows: pl.DataFrame, columns: Columns) -> str | None:
    candidates = (*columns.times, *columns.steps, *columns.things, *columns.numbers)
    several = [name for name in candidates if rows[name].n_unique() > 1]
    return next(iter([*several, *candidates, *rows.columns]), None)


def _split(rows: pl.DataFrame, columns: Columns, x: str | None) -> str | None:
    """The first kind of thing that tells apart rows at the same place."""
    if x is None or rows[x].n_unique() == rows.height:
        return None
    kinds = (*columns.things, *columns.steps)
    several = (n for n in kinds if n != x and 1 < rows[n].n_unique() <= MOST_SPLITS)
    return next(several, None)


def _together(rows: pl.DataFrame, values: tuple[str, ...]) -> tuple[str, ...]:
    """The first values, and those of the same size and sort that follow."""
    if not values:
        return ()
    first = values[0]
    size = _size(rows[first])
    alike = (
        name
        for name in values
        if size / NEAR <= _size(rows[name]) <= size * NEAR
        and rows.schema[name].is_integer() == rows.schema[first].is_integer()
    )
    return tuple(alike)[:MOST_LINES] or (first,)


def _size(column: pl.Series) -> float:
    largest = column.cast(pl.Float64).abs().max()
    return float(largest) if isinstance(largest, int | float) else 0.0


def _pair(rows: pl.DataFrame, columns: Columns) -> tuple[str, str] | None:
    """Two columns that name each row together, though neither does alone."""
    kinds = (*columns.things, *columns.steps)
    named = [name for name in kinds if 1 < rows[name].n_unique() <= MOST_SPLITS * 2]
    for at, first in enumerate(named):
        for second in named[at + 1 :]:
            is_alone = rows.height in {rows[first].n_unique(), rows[second].n_unique()}
            if not is_alone and rows.select(first, second).n_unique() == rows.height:
                return first, second
    return None


def _grid(rows: pl.DataFrame, columns: Columns, kind: Kind) -> ChartSettings:
    pair = _pair(rows, columns)
    if pair is None:
        kinds = [*columns.things, *columns.steps, *columns.times, *rows.columns]
        names = list(dict.fromkeys(kinds))[:2]
        pair = (names[0], names[-1]) if names else None
    if pair is None:
        return ChartSettings(kind)
    down, across = pair
    values = tuple(name for name in _values(columns) if name not in pair)[:1]
    return ChartSettings(kind, across, values, None, down, _total(values))


def _points(rows: pl.DataFrame, columns: Columns) -> ChartSettings:
    measured = [name for name in columns.numbers if name not in columns.steps]
    numbers = measured if len(measured) > 1 else columns.numbers
    if not numbers:
        return ChartSettings("scatter")
    x, y = numbers[0], numbers[1] if len(numbers) > 1 else numbers[0]
    several = (n for n in columns.things if 1 < rows[n].n_unique() <= MOST_SPLITS)
    return ChartSettings("scatter", x, (y,), next(several, None))


def _total(values: tuple[str, ...]) -> Total:
    """Shares and means do not add up; counts do."""
    words = {word for name in values for word in name.lower().split("_")}
    return "mean" if words & {*SHARES} else "sum"
