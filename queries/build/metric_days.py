"""Each metric's numerator and denominator by day, for everybody and by one dimension at a time.

A metric's expressions are evaluated on as few rows as can tell: on the kinds of events where they
read nothing else, then on the rows that satisfy `where`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.build.arrow import cell_columns, dates, kind_columns, qualifying, stamps
from queries.build.columns import array, numbers
from queries.build.grouping import UserDays
from queries.build.kinds import Kind
from queries.build.mapping import FileProblem
from queries.build.metric_series import Grid, People, Series, grids, people, quantiles, table
from queries.build.parquet_columns import columns_in
from queries.build.rows import EventRows
from queries.definitions import MetricDefinition
from queries.errors import BuildError
from queries.link import memory_link
from queries.narrow import NOT_SET

OF_KIND = ("event", "feature", "action", "is_qualifying")
# Columns of events that every expression may read, beside the dimensions.
GIVEN = (*OF_KIND, "day", "user_key", "occurred_at")
QUALIFYING = "is_qualifying"
Positions = npt.NDArray[np.intp]
Numbers = npt.NDArray[np.float64]


def expressions(metric: MetricDefinition) -> list[str]:
    """The SQL that a metric consists of."""
    parts = (metric.where, metric.among, metric.value, metric.numerator, metric.denominator)
    return [part for part in parts if part is not None]


def extra_columns(
    metrics: Mapping[str, MetricDefinition], dimensions: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Columns of `events` that each rolled-up metric needs beyond those always there.

    Raises:
        BuildError: An expression is not SQL.
    """
    there = {*GIVEN, *dimensions}
    needed: dict[str, tuple[str, ...]] = {}
    for name, metric in metrics.items():
        if metric.is_rolled_up:
            try:
                used = {c for text in expressions(metric) for c in columns_in(text)}
            except FileProblem as error:
                raise BuildError(f"metrics.toml, {name}: {error}") from error
            needed[name] = tuple(sorted(used - there))
    return needed


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the codes of rows mean: kinds, cells, and the names of the event dimensions."""

    kinds: tuple[Kind, ...]
    cells: Sequence[tuple[str | None, ...]]
    dimensions: tuple[str, ...]


def metric_days(
    rows: EventRows,
    active: UserDays,
    metrics: Mapping[str, MetricDefinition],
    meaning: Meaning,
    evaluator: "Evaluator",
) -> pa.Table:
    """All rolled-up metrics of some whole days.

    Args:
        rows: The events of those days that count.
        active: The same days' `segment_days`.
        metrics: Definitions by name; those that are not rolled up are passed over.
        meaning: What the codes mean.
        evaluator: Evaluates expressions, for all chunks of a build.

    Raises:
        BuildError: An expression fails; the message names the metric.
    """
    found: list[Series] = []
    with evaluator.link.cursor() as cursor:
        asked = _Asked(cursor, evaluator, rows, active, meaning)
        for name, metric in metrics.items():
            if metric.is_rolled_up:
                with _named(name):
                    found += asked.series(name, metric)
    return table(found)


@contextmanager
def _named(metric: str) -> Iterator[None]:
    """An expression that fails says whose it is."""
    try:
        yield
    except duckdb.Error as error:
        raise BuildError(f"metrics.toml, {metric}: {error}") from error


class Evaluator:
    """Evaluates expressions in SQL; what the kinds of events alone tell is remembered."""

    def __init__(self) -> None:
        self.link = memory_link(threads=1)
        self.of_kinds: dict[tuple[str, tuple[Kind, ...]], Numbers] = {}


class _Asked:
    """Rows of some days, asked for one metric after the other."""

    def __init__(
        self,
        link: duckdb.DuckDBPyConnection,
        evaluator: "Evaluator",
        rows: EventRows,
        active: UserDays,
        meaning: Meaning,
    ) -> None:
        self._link = link
        self._evaluator = evaluator
        self._rows = rows
        self._active = (active.user, active.day, active.cells)
        self._meaning = meaning
        self._grids = grids(rows.day, meaning.cells, meaning.dimensions, NOT_SET)
        self._kinds = _counted_by_kind(rows, len(meaning.kinds))
        self._kind_places = [grid.places(self._kinds.day, self._kinds.cell) for grid in self._grids]
        self._happened = [
            grid.summed(places) > 0
            for grid, places in zip(self._grids, self._kind_places, strict=True)
        ]
        self._people: dict[str, People] = {}
        self._link.register("kinds", self._kinds_table())

    def series(self, name: str, metric: MetricDefinition) -> Iterator[Series]:
        """The metric by day, for everybody and by each dimension."""
        if metric.kind == "share":
            return self._share(name, metric)
        if metric.kind == "quantile":
            return self._quantile(name, metric)
        if all(self._is_of_kind(text) for text in expressions(metric)):
            return self._sum_of_kinds(name, metric)
        return self._sum_of_rows(name, metric)

    def _sum_of_kinds(self, name: str, metric: MetricDefinition) -> Iterator[Series]:
        """Adds up what the kinds of events alone tell, on counts by kind."""
        kinds = self._kinds
        rows = kinds.rows * (self._of_kind(metric.where or "true") == 1)[kinds.kind]
        numerator, denominator = (
            None if text is None else rows * np.nan_to_num(self._of_kind(text))[kinds.kind]
            for text in _parts(metric)
        )
        for grid, places, happened in zip(
            self._grids, self._kind_places, self._happened, strict=True
        ):
            yield _summed(name, grid, np.flatnonzero(happened), places, numerator, denominator)

    def _sum_of_rows(self, name: str, metric: MetricDefinition) -> Iterator[Series]:
        """Sums over rows; a day on which nothing matched is 0 of 0, as it was looked at."""
        at = self._matching(metric.where)
        numerator, denominator = (
            None if text is None else np.nan_to_num(self._values(text, at))
            for text in _parts(metric)
        )
        day, cell = self._rows.day[at], self._rows.cell[at]
        for grid, happened in zip(self._grids, self._happened, strict=True):
            places = grid.places(day, cell)
            met = happened if grid.dimension is None else grid.summed(places) > 0
            yield _summed(name, grid, np.flatnonzero(met), places, numerator, denominator)

    def _share(self, name: str, metric: MetricDefinition) -> Iterator[Series]:
        among = metric.among or QUALIFYING
        whole = self._people_of(among)
        part = self._people_of(f"({among}) and ({metric.where})")
        for grid in self._grids:
            everybody = whole.counted(grid)
            some = np.flatnonzero(everybody)
            yield Series(name, grid, some, part.counted(grid)[some], everybody[some])

    def _people_of(self, condition: str) -> People:
        """Who satisfies a condition on which day, and in which cells."""
        if condition not in self._people:
            if condition == QUALIFYING:
                self._people[condition] = people(*self._active)
            else:
                rows, at = self._rows, self._matching(condition)
                self._people[condition] = people(rows.user[at], rows.day[at], rows.cell[at])
        return self._people[condition]

    def _quantile(self, name: str, metric: MetricDefinition) -> Iterator[Series]:
        at = self._matching(metric.where)
        numbers = self._values(str(metric.value), at)
        known = ~np.isnan(numbers)
        at, numbers = at[known], numbers[known]
        day, cell = self._rows.day.take(at), self._rows.cell.take(at)
        order = np.argsort(numbers, kind="stable")
        day, cell, numbers = day.take(order), cell.take(order), numbers.take(order)
        for grid in self._grids:
            found = quantiles(grid.places(day, cell), numbers, float(metric.q or 0))
            yield Series(name, grid, *found)

    # Evaluating expressions

    def _matching(self, condition: str | None) -> Positions:
        """Positions of the rows that satisfy a condition."""
        if condition is None:
            return np.arange(len(self._rows))
        if self._is_of_kind(condition):
            return np.flatnonzero((self._of_kind(condition) == 1).take(self._rows.kind))
        everything = np.arange(len(self._rows))
        return np.flatnonzero(self._values(f"cast(({condition}) as integer)", everything) == 1)

    def _is_of_kind(self, expression: str) -> bool:
        return set(columns_in(expression)) <= set(OF_KIND)

    def _of_kind(self, expression: str) -> Numbers:
        """The expression's value for each kind; NaN for null."""
        known, key = self._evaluator.of_kinds, (expression, self._meaning.kinds)
        if key not in known:
            known[key] = self._projected(expression, "kinds")
        return known[key]

    def _values(self, expression: str, at: Positions) -> Numbers:
        """The expression's value for the rows at these positions; NaN for null."""
        self._link.register("events", self._events(at, columns_in(expression)))
        return self._projected(expression, "events")

    def _projected(self, expression: str, table: str) -> Numbers:
        answer = self._link.sql(f"select cast(({expression}) as double) as number from {table}")
        return numbers(answer.to_arrow_table()["number"], np.nan)

    def _kinds_table(self) -> pa.Table:
        number = np.arange(len(self._meaning.kinds), dtype=np.int32)
        return pa.table({
            "number": array(number),
            **kind_columns(number, self._meaning.kinds),
            "is_qualifying": array(qualifying(number, self._meaning.kinds)),
        })  # fmt: skip

    def _events(self, at: Positions, wanted: Iterable[str]) -> pa.Table:
        """The columns of some rows that an expression reads."""
        rows, position = self._rows, at
        kind, cell = rows.kind[position], rows.cell[position]
        columns: dict[str, Any] = {"user_key": array(rows.user[position])}
        if "day" in wanted:
            columns["day"] = dates(rows.day[position])
        if "occurred_at" in wanted:
            columns["occurred_at"] = stamps(rows.at[position])
        if set(wanted) & set(OF_KIND):
            columns |= kind_columns(kind, self._meaning.kinds)
            columns["is_qualifying"] = array(qualifying(kind, self._meaning.kinds))
        if set(wanted) & set(self._meaning.dimensions):
            columns |= cell_columns(cell, self._meaning.cells, self._meaning.dimensions)
        extras = [name for name in wanted if name in rows.extras.column_names]
        taken = rows.extras.select(extras).take(array(position)) if extras else None
        return pa.table(columns | {name: taken[name] for name in extras if taken is not None})


def _parts(metric: MetricDefinition) -> tuple[str, str | None]:
    """Row expressions that are summed; a count has no denominator."""
    if metric.kind == "count":
        return "1", None
    if metric.kind == "mean":
        return f"({metric.value})", f"cast(({metric.value}) is not null as integer)"
    return str(metric.numerator), str(metric.denominator)


def _summed(
    name: str,
    grid: Grid,
    some: Positions,
    places: Positions,
    numerator: Numbers | None,
    denominator: Numbers | None,
) -> Series:
    """Sums at some places of a grid."""
    bottom = None if denominator is None else grid.summed(places, denominator)[some]
    return Series(name, grid, some, grid.summed(places, numerator)[some], bottom)


@dataclass(frozen=True, slots=True)
class _Counts:
    """Rows of each (day, cell, kind) that occurs."""

    day: npt.NDArray[np.uint16]
    cell: npt.NDArray[np.int32]
    kind: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int64]


def _counted_by_kind(rows: EventRows, kinds: int) -> _Counts:
    day, cell = rows.day, rows.cell
    if not len(day):
        return _Counts(day, cell, cell, np.empty(0, dtype=np.int64))
    joint = cell.astype(np.int64) * kinds + rows.kind
    seen = np.bincount(joint) > 0
    present = np.flatnonzero(seen)
    rank = np.cumsum(seen) - 1
    first = int(day.min())
    counts = np.bincount((day.astype(np.int64) - first) * len(present) + rank.take(joint))
    some = np.flatnonzero(counts)
    code = present[some % len(present)]
    return _Counts(
        day=(some // len(present) + first).astype(np.uint16),
        cell=(code // kinds).astype(np.int32),
        kind=(code % kinds).astype(np.int32),
        rows=counts[some],
    )
