"""The tables beside `events`: read whole, checked row by row, kept under canonical names."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from queries.build.columns import numbers
from queries.build.days import FIRST_MOMENT, moment_of
from queries.build.mapping import FileProblem, mapping
from queries.build.moments import UNREADABLE, moments
from queries.build.parquet_columns import parquet_file, raw_columns, renamed
from queries.build.quarantine import left_out, nothing
from queries.build.reading import DUPLICATE
from queries.build.sources import Found
from queries.settings import Settings
from queries.snapshot import SourceFile
from queries.tables import TABLES, Column, Table

# What has happened cannot lie ahead; a subscription, an experiment or a release can.
HAPPENED = ("requests", "feedback", "exposures", "rollouts")
# Requests served in the same millisecond may well be alike.
MAY_REPEAT = ("requests",)
# A second row about the same thing is left out, so that a join never multiplies.
ONE_ROW_EACH = {"users": "user_id", "experiments": "experiment", "releases": "release"}
# Numbers that cannot be smaller, by table and column.
LEAST = {("requests", "duration_ms"): 0, ("requests", "count"): 1}


@dataclass(frozen=True, slots=True)
class SideTable:
    """A table as it was read.

    Attributes:
        rows: Good rows; canonical columns first, then the user's own for open tables.
        files: What each file was like, by path.
        left_out: Quarantined rows.
        columns: Canonical name to the user's column or expression, over all files.
    """

    rows: pl.DataFrame
    files: dict[str, SourceFile]
    left_out: pa.Table
    columns: dict[str, str]


def read_side_table(name: str, files: list[Found], settings: Settings, now: int) -> SideTable:
    """A table from all of its files; a file that cannot be used is described, not read.

    Args:
        name: The canonical table.
        files: Its files.
        settings: The workspace's.
        now: Microseconds since 1970 UTC.
    """
    table = TABLES[name]
    frames = [_empty(table)]
    described: dict[str, SourceFile] = {}
    quarantined = [nothing()]
    columns: dict[str, str] = {}
    for number, file in enumerate(files):
        try:
            frame, mapped = _read(table, file, settings)
        except FileProblem as problem:
            described[file.path] = _problem(file, str(problem))
            continue
        columns |= mapped
        reasons = _reasons(table, frame, now)
        bad = (
            frame.select("row")
            .with_columns(reasons.alias("reason"))
            .filter(pl.col("reason").is_not_null())
        )
        frames.append(frame.filter(reasons.is_null()).with_columns(pl.lit(number).alias("file")))
        quarantined.append(_left_out(name, file, bad))
        described[file.path] = _description(table, file, frame, bad)
    rows = pl.concat(frames, how="diagonal_relaxed")
    rows, again = _without_repeats(table, rows)
    for (number,), bad in again.group_by("file", maintain_order=True):
        file = files[int(str(number))]
        quarantined.append(_left_out(name, file, bad))
        described[file.path] = _with_reasons(described[file.path], bad)
    return SideTable(rows.drop("row", "file"), described, pa.concat_tables(quarantined), columns)


def _read(table: Table, file: Found, settings: Settings) -> tuple[pl.DataFrame, dict[str, str]]:
    """A file's rows in canonical types; a value that cannot be read becomes null beside a flag."""
    with parquet_file(file.path) as source:
        columns = mapping(table.name, settings, source.schema_arrow.names)
        wanted = list(columns.names)
        raw = raw_columns(columns, wanted)
        unknown = sorted(set(raw) - set(source.schema_arrow.names))
        if unknown:
            raise FileProblem(f"missing column {', '.join(unknown)}, named in workspace.toml")
        try:
            content = source.read(columns=raw, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise FileProblem(f"unreadable file: {str(error).splitlines()[0]}") from error
    arrow = renamed(content, columns, wanted)
    known = {column.name: column for column in table.columns}
    series = [pl.Series("row", np.arange(arrow.num_rows, dtype=np.int64))]
    for name in arrow.column_names:
        series += list(_typed(arrow[name], name, known.get(name)))
    return pl.DataFrame(series), columns.described()


def _typed(column: pa.ChunkedArray, name: str, ours: Column | None) -> Iterator[pl.Series]:
    """The column in its canonical type, and which values could not be read."""
    kind = ours.kind if ours else "text"
    if kind == "moment":
        at = moments(column, name)
        unreadable = at == UNREADABLE
        values = pl.Series(name, at).set(pl.Series(unreadable), None).cast(pl.Datetime("us"))
        given = ~numbers(column.is_null())
        yield values
        yield pl.Series(_flag(name), unreadable & given)
        return
    raw = pl.Series(name, pl.from_arrow(column))
    types = {"number": pl.Float64, "integer": pl.Int64, "boolean": pl.Boolean}
    wanted = types.get(kind, pl.String)
    if raw.dtype == wanted:
        yield raw
        return
    if raw.dtype.is_nested():
        raw = (
            pl.DataFrame({name: raw})
            .select(pl.struct(name).struct.json_encode().alias(name))
            .to_series()
        )
    values = _as_boolean(raw) if kind == "boolean" else _cast(raw, wanted)
    yield values
    yield pl.Series(_flag(name), values.is_null() & raw.is_not_null())


def _cast(raw: pl.Series, wanted: type[pl.DataType]) -> pl.Series:
    if raw.dtype in (pl.Categorical, pl.Enum) or isinstance(raw.dtype, pl.Enum):
        raw = raw.cast(pl.String)
    if wanted == pl.String and raw.dtype.is_float():
        whole = raw.cast(pl.Int64, strict=False)
        if ((whole.cast(pl.Float64) == raw) | raw.is_null()).all():
            return whole.cast(pl.String)
    return raw.cast(wanted, strict=False)


def _as_boolean(raw: pl.Series) -> pl.Series:
    if raw.dtype != pl.String:
        return raw.cast(pl.Boolean, strict=False)
    known = {"true": True, "t": True, "yes": True, "1": True,
             "false": False, "f": False, "no": False, "0": False}  # fmt: skip
    return raw.str.to_lowercase().replace_strict(known, default=None, return_dtype=pl.Boolean)


def _flag(name: str) -> str:
    return f"\0unreadable {name}"


def _reasons(table: Table, frame: pl.DataFrame, now: int) -> pl.Series:
    """Why each row cannot count, the first reason that holds; null: it counts."""
    reason = pl.lit(None, pl.String)
    for column in reversed(table.columns):
        if column.name not in frame.columns:
            continue
        for test, words in reversed(_tests(table, column, frame, now)):
            reason = pl.when(test).then(pl.lit(f"{column.name} {words}")).otherwise(reason)
    return frame.select(reason.alias("reason")).to_series()


def _tests(
    table: Table, column: Column, frame: pl.DataFrame, now: int
) -> list[tuple[pl.Expr, str]]:
    value = pl.col(column.name)
    tests: list[tuple[pl.Expr, str]] = []
    if column.kind == "moment":
        if column.is_key:
            tests.append((value.is_null(), "is missing or unreadable"))
        first = pl.lit(moment_of(FIRST_MOMENT))
        if column.name == table.moment:
            tests.append((value < first, "is before 2000"))
        if column.name == table.moment and table.name in HAPPENED:
            tests.append((value > pl.lit(moment_of(now)), "is in the future"))
    elif column.is_key:
        tests.append((value.is_null() | (value.str.strip_chars() == ""), "is null or blank"))
    if _flag(column.name) in frame.columns:
        words = {"moment": "a moment", "number": "a number", "integer": "a whole number",
                 "boolean": "true or false"}.get(column.kind, "text")  # fmt: skip
        tests.append((pl.col(_flag(column.name)), f"is not {words}"))
    return tests + _too_small(table, column)


def _too_small(table: Table, column: Column) -> list[tuple[pl.Expr, str]]:
    """Tests of a number that cannot be negative."""
    least, value = LEAST.get((table.name, column.name)), pl.col(column.name)
    if least is None:
        return []
    below = [(value < least, f"is below {least}")]
    if column.kind != "number":
        return below
    return [(value.is_nan() | value.is_infinite(), "is not a number"), *below]


def _without_repeats(table: Table, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows without those that repeat an earlier one, and those, with the reason."""
    rows = rows.drop([name for name in rows.columns if name.startswith("\0")])
    content = [name for name in rows.columns if name not in ("row", "file")]
    reason = pl.lit(None, pl.String)
    if table.name in ONE_ROW_EACH:
        key = ONE_ROW_EACH[table.name]
        words = f"{key} has an earlier row"
        reason = pl.when(~pl.col(key).is_first_distinct()).then(pl.lit(words)).otherwise(reason)
    if table.name not in MAY_REPEAT and _may_have_repeats(rows.select(content)):
        first = pl.struct(content).is_first_distinct()
        reason = pl.when(~first).then(pl.lit(DUPLICATE)).otherwise(reason)
    rows = rows.with_columns(reason.alias("\0reason"))
    again = rows.filter(pl.col("\0reason").is_not_null())
    kept = rows.filter(pl.col("\0reason").is_null()).drop("\0reason")
    return kept, again.select("file", "row", pl.col("\0reason").alias("reason"))


def _may_have_repeats(rows: pl.DataFrame) -> bool:
    """Rows that are the same have the same hash, so that different hashes settle it quickly."""
    return bool(rows.width) and rows.hash_rows().n_unique() < rows.height


def _left_out(table: str, file: Found, bad: pl.DataFrame) -> pa.Table:
    if bad.is_empty():
        return nothing()
    reasons = bad["reason"].to_list()
    return left_out(table, file.path, bad["row"].to_numpy(), reasons, [None] * len(reasons))


def _description(table: Table, file: Found, frame: pl.DataFrame, bad: pl.DataFrame) -> SourceFile:
    counts = bad.group_by("reason").len().sort("reason")
    known = frame[table.moment] if table.moment else None
    return SourceFile(
        path=file.path,
        size=file.size,
        modified_ns=file.modified_ns,
        digest=file.digest(),
        rows=frame.height,
        days={},
        quarantined=dict(counts.iter_rows()),
        first_at=known.min() if known is not None else None,  # type: ignore[arg-type]
        last_at=known.max() if known is not None else None,  # type: ignore[arg-type]
    )


def _with_reasons(file: SourceFile, bad: pl.DataFrame) -> SourceFile:
    from dataclasses import replace

    total = dict(file.quarantined)
    for reason, rows in bad.group_by("reason").len().sort("reason").iter_rows():
        total[reason] = total.get(reason, 0) + rows
    return replace(file, quarantined=total)


def _problem(file: Found, message: str) -> SourceFile:
    try:
        digest = file.digest()
    except OSError:
        digest = ""
    return SourceFile(file.path, file.size, file.modified_ns, digest, None, {}, {}, problem=message)


def _empty(table: Table) -> pl.DataFrame:
    types = {"moment": pl.Datetime("us"), "number": pl.Float64(), "integer": pl.Int64(),
             "boolean": pl.Boolean()}  # fmt: skip
    columns = {column.name: types.get(column.kind, pl.String()) for column in table.columns}
    return pl.DataFrame(schema={"row": pl.Int64(), "file": pl.Int32(), **columns})
