"""Each metric's numerator and denominator by day, for everybody and by one dimension at a time."""

from collections.abc import Iterable, Mapping

import duckdb
import polars as pl
import pyarrow as pa
import sqlglot
from sqlglot import exp

from queries.build.mapping import FileProblem
from queries.build.reading import columns_in
from queries.definitions import MetricDefinition
from queries.engine import memory_link
from queries.errors import BuildError
from queries.narrow import NOT_SET

# Columns of events that every expression may read, beside the dimensions.
GIVEN = ("day", "user_key", "event", "feature", "action", "occurred_at", "is_qualifying")
ADDITIVE = ("count", "mean", "ratio")
SCHEMA: dict[str, pl.DataType] = {
    "day": pl.Date(), "metric": pl.String(), "dimension": pl.String(), "value": pl.String(),
    "numerator": pl.Float64(), "denominator": pl.Float64(),
}  # fmt: skip


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


def metric_days(
    events: pa.Table, metrics: Mapping[str, MetricDefinition], cells: pl.DataFrame
) -> pl.DataFrame:
    """All rolled-up metrics of some whole days.

    Args:
        events: Columns of GIVEN, the dimensions, `cell`, and what the metrics need.
        metrics: Definitions by name; those that are not rolled up are passed over.
        cells: Number and event dimensions of each cell, in columns `cell` and theirs.

    Raises:
        BuildError: An expression fails; the message names the metric.
    """
    dimensions = [name for name in cells.columns if name != "cell"]
    frames = [pl.DataFrame(schema=SCHEMA)]
    additive = {n: m for n, m in metrics.items() if m.kind in ADDITIVE}
    with memory_link(threads=1) as link:
        link.register("events", events)
        if additive:
            by_cell = _asked(link, additive, _by("day", "cell"))
            frames += _summed(by_cell.join(cells, on="cell", how="left"), additive, dimensions)
        for name, metric in metrics.items():
            if metric.is_rolled_up and name not in additive:
                frames += _grouped(link, name, metric, dimensions)
    return pl.concat(frames)


def _sql(text: str) -> exp.Expr:
    return sqlglot.parse_one(text, dialect="duckdb")


def _filtered(aggregate: exp.Expr, *conditions: str | None) -> exp.Expr:
    given = [exp.paren(_sql(text)) for text in conditions if text is not None]
    if not given:
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=exp.and_(*given)))


def _parts(metric: MetricDefinition) -> tuple[exp.Expr, exp.Expr]:
    """Numerator and denominator as aggregates over events."""
    where = metric.where
    if metric.kind == "count":
        return _filtered(_sql("count(*)"), where), exp.null()
    if metric.kind == "mean":
        value = exp.paren(_sql(str(metric.value)))
        return (
            _filtered(exp.func("sum", value), where),
            _filtered(exp.func("count", value.copy()), where),
        )
    if metric.kind == "ratio":
        sums = [exp.func("sum", exp.paren(_sql(str(t)))) for t in
                (metric.numerator, metric.denominator)]  # fmt: skip
        return _filtered(sums[0], where), _filtered(sums[1], where)
    if metric.kind == "quantile":
        value = exp.paren(_sql(str(metric.value)))
        quantile = exp.func("quantile_cont", value, exp.Literal.number(str(metric.q)))
        return _filtered(quantile, where), _filtered(exp.func("count", value.copy()), where)
    among = metric.among or "is_qualifying"
    people = _sql("count(distinct user_key)")
    return _filtered(people, among, where), _filtered(people.copy(), among)


def _by(*columns: str) -> exp.Select:
    names = [exp.column(name, quoted=True) for name in columns]
    return exp.select(*names).from_("events").group_by(*(name.copy() for name in names))


def _asked(
    link: duckdb.DuckDBPyConnection, metrics: Mapping[str, MetricDefinition], by: exp.Select
) -> pl.DataFrame:
    """Numerators n0, n1, … and denominators d0, d1, … of the metrics by group."""
    for position, metric in enumerate(metrics.values()):
        for side, part in zip(("n", "d"), _parts(metric), strict=True):
            by = by.select(exp.alias_(exp.cast(part, "double"), f"{side}{position}"))
    try:
        answer = link.sql(by.sql(dialect="duckdb")).to_arrow_table()
    except duckdb.Error as error:
        raise BuildError(f"metrics.toml, {', '.join(metrics)}: {error}") from error
    return pl.DataFrame(pl.from_arrow(answer))


def _summed(
    by_cell: pl.DataFrame, metrics: Mapping[str, MetricDefinition], dimensions: list[str]
) -> list[pl.DataFrame]:
    """Sums over cells: for everybody, then by each dimension."""
    sums = [
        pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)
        for position in range(len(metrics))
        for name in (f"n{position}", f"d{position}")
    ]
    frames = []
    for dimension in (None, *dimensions):
        keys = ["day"] if dimension is None else ["day", dimension]
        sizes = by_cell.group_by(keys).agg(sums)
        frames += [
            _long(sizes, name, dimension, f"n{position}", f"d{position}")
            for position, name in enumerate(metrics)
        ]
    return frames


def _grouped(
    link: duckdb.DuckDBPyConnection, name: str, metric: MetricDefinition, dimensions: list[str]
) -> list[pl.DataFrame]:
    """A metric that does not add up, asked anew for each dimension."""
    frames = [_long(_asked(link, {name: metric}, _by("day")), name, None, "n0", "d0")]
    for dimension in dimensions:
        answer = _asked(link, {name: metric}, _by("day", dimension))
        frames.append(_long(answer, name, dimension, "n0", "d0"))
    return frames


def _long(
    sizes: pl.DataFrame, metric: str, dimension: str | None, numerator: str, denominator: str
) -> pl.DataFrame:
    text = pl.String()
    value = pl.lit(None, text) if dimension is None else pl.col(dimension).fill_null(NOT_SET)
    return sizes.select(
        pl.col("day").cast(pl.Date),
        pl.lit(metric, text).alias("metric"),
        pl.lit(dimension, text).alias("dimension"),
        value.cast(pl.String).alias("value"),
        pl.col(numerator).alias("numerator"),
        pl.col(denominator).alias("denominator"),
    )
