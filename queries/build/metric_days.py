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
import polars as pl
import pyarrow as pa

from queries.build.arrow import cell_columns, dates, kind_columns, qualifying, stamps
from queries.build.grouping import UserDays
from queries.build.kinds import Kind
from queries.build.mapping import FileProblem
from queries.build.parquet_columns import columns_in
from queries.build.rows import EventRows
from queries.definitions import MetricDefinition
from queries.engine import memory_link
from queries.errors import BuildError
from queries.narrow import NOT_SET

OF_KIND = ("event", "feature", "action", "is_qualifying")
# Columns of events that every expression may read, beside the dimensions.
GIVEN = (*OF_KIND, "day", "user_key", "occurred_at")
QUALIFYING = "is_qualifying"
ADDITIVE = ("count", "mean", "ratio")
SCHEMA: dict[str, pl.DataType] = {
    "day": pl.Date(), "metric": pl.String(), "dimension": pl.String(), "value": pl.String(),
    "numerator": pl.Float64(), "denominator": pl.Float64(),
}  # fmt: skip
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

    def cell_frame(self) -> pl.DataFrame:
        """The event dimensions of each cell, by its number."""
        schema = {"cell": pl.Int32(), **dict.fromkeys(self.dimensions, pl.String())}
        values = [(number, *values) for number, values in enumerate(self.cells)]
        return pl.DataFrame(values, schema=schema, orient="row").with_columns(
            pl.col(self.dimensions).fill_null(NOT_SET) if self.dimensions else []
        )


def metric_days(
    rows: EventRows,
    active: UserDays,
    metrics: Mapping[str, MetricDefinition],
    meaning: Meaning,
    evaluator: "Evaluator",
) -> pl.DataFrame:
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
    wanted = {name: metric for name, metric in metrics.items() if metric.is_rolled_up}
    with evaluator.link.cursor() as cursor:
        asked = _Asked(cursor, evaluator, rows, active, meaning)
        sums = {name: one for name, one in wanted.items() if asked.is_sum_of_kinds(name, one)}
        frames = [pl.DataFrame(schema=SCHEMA), *asked.sums_of_kinds(sums)]
        for name, metric in wanted.items():
            if name not in sums:
                with _named(name):
                    frames += asked.series(name, metric)
    return pl.concat(frames)


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
        self._active = active
        self._meaning = meaning
        self._cells = meaning.cell_frame()
        self._by_kind = self._counted_by_kind()
        self._people: dict[str, pl.DataFrame] = {}
        self._link.register("kinds", self._kinds_table())

    def series(self, name: str, metric: MetricDefinition) -> list[pl.DataFrame]:
        """The metric by day, for everybody and by each dimension."""
        if metric.kind == "share":
            found = self._share(metric)
        elif metric.kind == "quantile":
            found = self._quantile(metric)
        else:
            found = self._added(self._sizes(metric), is_count=metric.kind == "count")
        return [_long(frame, name, dimension) for dimension, frame in found]

    # Sums

    def is_sum_of_kinds(self, name: str, metric: MetricDefinition) -> bool:
        """Whether the metric adds up what the kinds of events alone tell."""
        if metric.kind not in ADDITIVE:
            return False
        with _named(name):
            return all(self._is_of_kind(text) for text in expressions(metric))

    def sums_of_kinds(self, metrics: Mapping[str, MetricDefinition]) -> list[pl.DataFrame]:
        """All such metrics at once, for everybody and by each dimension."""
        if not metrics:
            return []
        columns: dict[str, Numbers] = {}
        for name, metric in metrics.items():
            with _named(name):
                numerator, denominator = self._kind_sizes(metric)
            columns[f"n {name}"] = numerator
            if denominator is not None:
                columns[f"d {name}"] = denominator
        wide = self._by_kind.with_columns(pl.Series(n, values) for n, values in columns.items())
        wide = wide.join(self._cells, on="cell", how="left")
        frames = []
        for dimension in (None, *self._meaning.dimensions):
            keys = ["day", *([dimension] if dimension else [])]
            sums = wide.group_by(keys).agg(pl.col(name).sum() for name in columns)
            frames += [_long(_of_metric(sums, name, keys), name, dimension) for name in metrics]
        return frames

    def _kind_sizes(self, metric: MetricDefinition) -> tuple[Numbers, Numbers | None]:
        """Numerator and denominator of each row of the counts by kind."""
        kind = self._by_kind["kind"].to_numpy()
        rows = self._by_kind["rows"].to_numpy() * (self._of_kind(metric.where or "true") == 1)[kind]
        numerator, denominator = _parts(metric)
        sizes = rows * np.nan_to_num(self._of_kind(numerator))[kind]
        if denominator is None:
            return sizes, None
        return sizes, rows * np.nan_to_num(self._of_kind(denominator))[kind]

    def _sizes(self, metric: MetricDefinition) -> pl.DataFrame:
        """Numerator and denominator of each row that matches."""
        at = self._matching(metric.where)
        numerator, denominator = _parts(metric)
        return self._keys(at).with_columns(
            pl.Series("numerator", np.nan_to_num(self._values(numerator, at))),
            pl.lit(None, pl.Float64).alias("denominator")
            if denominator is None
            else pl.Series("denominator", np.nan_to_num(self._values(denominator, at))),
        )

    def _added(
        self, sizes: pl.DataFrame, *, is_count: bool
    ) -> list[tuple[str | None, pl.DataFrame]]:
        """Sums over rows; a day on which nothing matched is 0 of 0, as it was looked at."""
        nothing = pl.lit(None, pl.Float64).alias("denominator")
        sums = [pl.col("numerator").sum(), nothing if is_count else pl.col("denominator").sum()]
        days = self._by_kind.select(pl.col("day").unique())
        everybody = days.join(sizes.group_by("day").agg(sums), on="day", how="left")
        named = sizes.join(self._cells, on="cell", how="left")
        counted = ["numerator"] if is_count else ["numerator", "denominator"]
        return [(None, everybody.with_columns(pl.col(counted).fill_null(0.0)))] + [
            (dimension, named.group_by("day", dimension).agg(sums))
            for dimension in self._meaning.dimensions
        ]

    def _counted_by_kind(self) -> pl.DataFrame:
        """Rows of each (day, cell, kind) that occurs."""
        day, cell = self._rows.day, self._rows.cell
        if not len(day):
            nothing = {"day": pl.UInt16, "cell": pl.Int32, "kind": pl.Int32, "rows": pl.Int64}
            return pl.DataFrame(schema=nothing)
        width = len(self._meaning.kinds)
        joint = cell.astype(np.int64) * width + self._rows.kind
        seen = np.zeros(int(joint.max()) + 1, dtype=bool)
        seen[joint] = True
        present = np.flatnonzero(seen)
        rank = np.cumsum(seen) - 1
        first = int(day.min())
        key = (day.astype(np.int64) - first) * len(present) + rank[joint]
        counts = np.bincount(key)
        some = np.flatnonzero(counts)
        code = present[some % len(present)]
        return pl.DataFrame({
            "day": (some // len(present) + first).astype(np.uint16),
            "cell": (code // width).astype(np.int32),
            "kind": (code % width).astype(np.int32),
            "rows": counts[some],
        })  # fmt: skip

    # People and quantiles

    def _share(self, metric: MetricDefinition) -> list[tuple[str | None, pl.DataFrame]]:
        among = metric.among or QUALIFYING
        whole = self._people_of(among)
        part = self._people_of(f"({among}) and ({metric.where})")
        return [
            (dimension, _counted(whole, dimension, "denominator").join(
                _counted(part, dimension, "numerator"),
                on=["day", *([dimension] if dimension else [])], how="left",
            ).with_columns(pl.col("numerator").fill_null(0.0)))
            for dimension in (None, *self._meaning.dimensions)
        ]  # fmt: skip

    def _people_of(self, condition: str) -> pl.DataFrame:
        """Different (day, user, cell) of the rows that satisfy a condition, with dimensions."""
        if condition not in self._people:
            people = self._active_people() if condition == QUALIFYING else self._acted(condition)
            self._people[condition] = people.join(self._cells, on="cell", how="left")
        return self._people[condition]

    def _active_people(self) -> pl.DataFrame:
        active = self._active
        return pl.DataFrame({"day": active.day, "cell": active.cell, "user": active.user})

    def _acted(self, condition: str) -> pl.DataFrame:
        at = self._matching(condition)
        users = pl.Series("user", self._rows.user[at])
        return self._keys(at).with_columns(users).unique()

    def _quantile(self, metric: MetricDefinition) -> list[tuple[str | None, pl.DataFrame]]:
        at = self._matching(metric.where)
        values = pl.Series("number", self._values(str(metric.value), at), nan_to_null=True)
        frame = self._keys(at).with_columns(values).drop_nulls("number")
        named = frame.join(self._cells, on="cell", how="left")
        parts = [
            pl.col("number").quantile(float(metric.q or 0), "linear").alias("numerator"),
            pl.len().cast(pl.Float64).alias("denominator"),
        ]
        return [
            (dimension, named.group_by("day", *([dimension] if dimension else [])).agg(parts))
            for dimension in (None, *self._meaning.dimensions)
        ]

    # Evaluating expressions

    def _matching(self, condition: str | None) -> Positions:
        """Positions of the rows that satisfy a condition."""
        if condition is None:
            return np.arange(len(self._rows))
        if self._is_of_kind(condition):
            return np.flatnonzero((self._of_kind(condition) == 1)[self._rows.kind])
        everything = np.arange(len(self._rows))
        return np.flatnonzero(self._values(f"cast(({condition}) as integer)", everything) == 1)

    def _keys(self, at: Positions) -> pl.DataFrame:
        return pl.DataFrame({"day": self._rows.day[at], "cell": self._rows.cell[at]})

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
        numbers: Numbers = answer.to_arrow_table()["number"].to_numpy()
        return numbers

    def _kinds_table(self) -> pa.Table:
        number = np.arange(len(self._meaning.kinds), dtype=np.int32)
        return pa.table({
            "number": number,
            **kind_columns(number, self._meaning.kinds),
            "is_qualifying": qualifying(number, self._meaning.kinds),
        })  # fmt: skip

    def _events(self, at: Positions, names: list[str]) -> pa.Table:
        """The columns of some rows that an expression reads."""
        rows, position = self._rows, at
        kind, cell = rows.kind[position], rows.cell[position]
        columns: dict[str, Any] = {"user_key": rows.user[position]}
        if "day" in names:
            columns["day"] = dates(rows.day[position])
        if "occurred_at" in names:
            columns["occurred_at"] = stamps(rows.at[position])
        if set(names) & set(OF_KIND):
            columns |= kind_columns(kind, self._meaning.kinds)
            columns["is_qualifying"] = qualifying(kind, self._meaning.kinds)
        if set(names) & set(self._meaning.dimensions):
            columns |= cell_columns(cell, self._meaning.cells, self._meaning.dimensions)
        extras = [name for name in names if name in rows.extras.column_names]
        taken = rows.extras.select(extras).take(pa.array(position)) if extras else None
        return pa.table(columns | {name: taken[name] for name in extras if taken is not None})


def _parts(metric: MetricDefinition) -> tuple[str, str | None]:
    """Row expressions that are summed; a count has no denominator."""
    if metric.kind == "count":
        return "1", None
    if metric.kind == "mean":
        return f"({metric.value})", f"cast(({metric.value}) is not null as integer)"
    return str(metric.numerator), str(metric.denominator)


def _of_metric(sums: pl.DataFrame, name: str, keys: list[str]) -> pl.DataFrame:
    """One metric's columns of a frame with those of many."""
    has_denominator = f"d {name}" in sums.columns
    nothing = pl.lit(None, pl.Float64)
    return sums.select(
        *keys,
        pl.col(f"n {name}").alias("numerator"),
        (pl.col(f"d {name}") if has_denominator else nothing).alias("denominator"),
    )


def _counted(people: pl.DataFrame, dimension: str | None, name: str) -> pl.DataFrame:
    """Different people by day, and by a dimension."""
    keys = ["day", *([dimension] if dimension else [])]
    different = people.select(*keys, "user").unique()
    return different.group_by(keys).agg(pl.len().cast(pl.Float64).alias(name))


def _long(frame: pl.DataFrame, metric: str, dimension: str | None) -> pl.DataFrame:
    value = pl.lit(None, pl.String()) if dimension is None else pl.col(dimension)
    epoch = pl.lit("1999-12-31").str.to_date()
    return frame.select(
        (epoch + pl.duration(days=pl.col("day").cast(pl.Int32))).cast(pl.Date).alias("day"),
        pl.lit(metric, pl.String()).alias("metric"),
        pl.lit(dimension, pl.String()).alias("dimension"),
        value.cast(pl.String).alias("value"),
        pl.col("numerator"),
        pl.col("denominator"),
    )
