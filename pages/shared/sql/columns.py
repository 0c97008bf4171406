"""What the columns of any rows can be in a chart: time, a number, a kind of thing."""

from dataclasses import dataclass

import polars as pl

MOST_STEPS = 62  # different whole numbers that can still be names of places: hours, weeks, ages
STEP_NAMES = {
    "hour", "weekday", "week", "month", "year", "quarter", "interval", "period", "age", "step",
    "position", "bucket", "bin", "days", "active_days", "day_of_week", "cohort",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Columns:
    """Names of columns by what they can be, each in the order of the rows.

    Attributes:
        times: Days and moments.
        numbers: What can be measured or added up.
        steps: Whole numbers that name places in an order, such as hours; also in `numbers`.
        things: Texts, truths and choices.
    """

    times: tuple[str, ...]
    numbers: tuple[str, ...]
    steps: tuple[str, ...]
    things: tuple[str, ...]


def columns_of(rows: pl.DataFrame) -> Columns:
    """Sort the columns by type, and whole numbers by their names and values."""
    schema = rows.schema
    numbers = tuple(name for name, kind in schema.items() if kind.is_numeric())
    return Columns(
        times=tuple(n for n, kind in schema.items() if kind == pl.Date or _is_moment(kind)),
        numbers=numbers,
        steps=tuple(name for name in numbers if _is_step(rows[name])),
        things=tuple(name for name, kind in schema.items() if _is_thing(kind)),
    )


def _is_moment(kind: pl.DataType) -> bool:
    return isinstance(kind, pl.Datetime)


def _is_thing(kind: pl.DataType) -> bool:
    return kind in {pl.String, pl.Boolean} or isinstance(kind, pl.Categorical | pl.Enum)


def _is_step(column: pl.Series) -> bool:
    """Named like a step, or few whole numbers without a gap that come again and again."""
    if not column.dtype.is_integer() or column.null_count() == column.len():
        return False
    different = column.n_unique()
    if different > MOST_STEPS:
        return False
    if column.name.lower() in STEP_NAMES:
        return True
    low, high = column.min(), column.max()
    has_no_gap = int(high) - int(low) + 1 == different  # type: ignore[arg-type]
    return has_no_gap and 1 < different <= column.len() // 2
