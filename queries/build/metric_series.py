"""Sums, people and quantiles by day and by the values of one dimension, on arrays.

Metrics of one chunk of days are small, so that what a general table engine spends on each of a
hundred questions would be most of the time; counting into a grid of days and values is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.build.arrow import dates
from queries.build.columns import array, names
from queries.build.sorting import lengths, stable_order, starts

Days = npt.NDArray[np.uint16]
Codes = npt.NDArray[np.int32]
Numbers = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Grid:
    """Days by values of one dimension, or by everybody.

    Attributes:
        dimension: Its name; None: everybody.
        values: Names of its values, in their order; one None for everybody.
        of_cell: The value's position, by cell.
        first: The first day.
        days: How many days.
    """

    dimension: str | None
    values: tuple[str | None, ...]
    of_cell: Codes
    first: int
    days: int

    @property
    def size(self) -> int:
        """How many places the grid has."""
        return self.days * len(self.values)

    def places(self, day: Days, cell: Codes) -> Positions:
        """The place of each row."""
        own: Positions = (day.astype(np.intp) - self.first) * len(self.values)
        return own if self.dimension is None else own + self.of_cell[cell]

    def summed(self, places: Positions, amounts: Numbers | None = None) -> Numbers:
        """Sum of the amounts at each place; without amounts, the rows."""
        sums: Numbers = np.bincount(places, amounts, minlength=self.size).astype(np.float64)
        return sums


@dataclass(frozen=True, slots=True)
class Series:
    """One metric in one grid: the places that have a number, and their numbers.

    Attributes:
        metric: Its name.
        grid: Days and values.
        places: Places of the grid, ascending.
        numerator: At each of the places.
        denominator: At each of the places; None: the metric has none.
    """

    metric: str
    grid: Grid
    places: Positions
    numerator: Numbers
    denominator: Numbers | None


def grids(
    day: Days, cells: Sequence[tuple[str | None, ...]], dimensions: Sequence[str], missing: str
) -> tuple[Grid, ...]:
    """A grid for everybody, and one for each dimension.

    Args:
        day: The days of all rows.
        cells: Values of the dimensions, by cell.
        dimensions: Their names.
        missing: The name of a missing value.
    """
    first = int(day.min()) if len(day) else 0
    days = int(day.max()) - first + 1 if len(day) else 0
    everybody = Grid(None, (None,), np.zeros(len(cells), dtype=np.int32), first, days)
    found = [everybody]
    for number, name in enumerate(dimensions):
        own = [missing if values[number] is None else str(values[number]) for values in cells]
        names = sorted(set(own))
        position = {value: code for code, value in enumerate(names)}
        codes = np.array([position[value] for value in own], dtype=np.int32)
        found.append(Grid(name, tuple(names), codes, first, days))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class People:
    """Who did something on which day, and in which cells; rows in the order of user and day.

    Attributes:
        day: Local day number.
        cell: Event dimensions.
        group: Number of the (user, day), ascending.
        first: Positions at which the groups start.
        several: Positions of the rows of groups with more than one row.
    """

    day: Days
    cell: Codes
    group: Positions
    first: Positions
    several: Positions

    def counted(self, grid: Grid) -> Numbers:
        """Different people at each place of a grid."""
        if grid.dimension is None:
            return grid.summed(grid.places(self.day[self.first], self.cell[self.first]))
        places = grid.places(self.day, self.cell)
        # A group of one row is one person at one place; only the others can repeat a place.
        repeats = np.unique(self.group[self.several] * np.intp(grid.size) + places[self.several])
        alone = np.ones(len(places), dtype=bool)
        alone[self.several] = False
        return grid.summed(places[alone]) + grid.summed(repeats % np.intp(max(grid.size, 1)))


def people(user: Codes, day: Days, cell: Codes) -> People:
    """Rows of (user, day, cell) in any order, as people.

    Examples:
        >>> user, day = np.array([7, 8, 7], np.int32), np.array([1, 1, 1], np.uint16)
        >>> people(user, day, np.array([0, 0, 1], np.int32)).several.tolist()
        [0, 1]
    """
    same_user = user[1:] == user[:-1]
    if not np.all((user[1:] > user[:-1]) | (same_user & (day[1:] >= day[:-1]))):
        order = stable_order(user, stable_order(day))
        user, day, cell = user[order], day[order], cell[order]
    first = starts(user, day)
    length = lengths(first, len(user))
    several = np.flatnonzero(np.repeat(length > 1, length))
    return People(day, cell, np.repeat(np.arange(len(first)), length), first, several)


def quantiles(places: Positions, numbers: Numbers, q: float) -> tuple[Positions, Numbers, Numbers]:
    """The q-quantile at each place, between neighbours in a straight line, and its rows.

    Args:
        places: Place of each row.
        numbers: Its number, ascending.
        q: From 0 to 1.

    Examples:
        >>> quantiles(np.array([0, 0, 2]), np.array([1.0, 2.0, 5.0]), 0.5)
        (array([0, 2]), array([1.5, 5. ]), array([2., 1.]))
    """
    order = stable_order(places)
    places, numbers = places.take(order), numbers.take(order)
    first = starts(places)
    length = lengths(first, len(places))
    at = q * (length - 1)
    low = np.floor(at).astype(np.intp)
    high = np.minimum(low + 1, length - 1)
    below, above = numbers[first + low], numbers[first + high]
    return places[first], below + (above - below) * (at - low), length.astype(np.float64)


def table(series: Sequence[Series]) -> pa.Table:
    """All series as `metric_days` is stored: by metric, dimension, value and day."""
    ordered = sorted(series, key=lambda one: (one.metric, one.grid.dimension or ""))
    series = [_by_value(one) for one in ordered]
    return pa.table({
        "day": dates(_joined([_day(one) for one in series], np.uint16)),
        "metric": _texts(series, [(one.metric,) for one in series]),
        "dimension": _texts(series, [(one.grid.dimension,) for one in series]),
        "value": _texts(series, [one.grid.values for one in series]),
        "numerator": array(_joined([one.numerator for one in series], np.float64)),
        "denominator": _denominators(series),
    })  # fmt: skip


def _by_value(one: Series) -> Series:
    """The same by value, then day."""
    width = len(one.grid.values)
    if width <= 1:  # places are in the order of days
        return one
    order = np.lexsort((one.places // width, one.places % width))
    below = None if one.denominator is None else one.denominator[order]
    return Series(one.metric, one.grid, one.places[order], one.numerator[order], below)


def _day(one: Series) -> npt.NDArray[np.int64]:
    width = max(len(one.grid.values), 1)
    return one.places // width + one.grid.first


def _texts(series: Sequence[Series], values: list[tuple[str | None, ...]]) -> pa.Array:
    """A text a row: the metric's, the dimension's, or that of the row's own value."""
    codes = [
        one.places % len(own) if len(own) > 1 else np.zeros_like(one.places)
        for one, own in zip(series, values, strict=True)
    ]
    before = np.cumsum([0, *(len(own) for own in values)])
    joint = _joined([code + start for code, start in zip(codes, before, strict=False)], np.int32)
    return pa.DictionaryArray.from_arrays(
        array(joint), names([text for own in values for text in own])
    ).cast(pa.string())


def _denominators(series: Sequence[Series]) -> pa.Array:
    parts = [
        np.full(len(one.places), np.nan) if one.denominator is None else one.denominator
        for one in series
    ]
    has = [np.full(len(one.places), one.denominator is not None) for one in series]
    return array(_joined(parts, np.float64), missing=~_joined(has, np.bool_))


def _joined(parts: Sequence[npt.NDArray[Any]], kind: type[np.generic]) -> npt.NDArray[Any]:
    if not parts:
        return np.empty(0, dtype=kind)
    return np.concatenate(parts).astype(kind, copy=False)
