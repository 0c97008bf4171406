"""A Parquet file's columns under our names; expressions are computed by DuckDB."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot
from sqlglot import exp

from queries.build.mapping import FileMapping, FileProblem
from queries.link import memory_link

BATCH_ROWS = 4_000_000
# Drivers' messages may name the file and quote bytes; the first line says what is wrong.
_FIRST_LINE = re.compile(r"[^\n]*")


def parquet_file(
    source: str | pa.Buffer,
    texts: list[str] | None = None,
    metadata: pq.FileMetaData | None = None,
) -> pq.ParquetFile:
    """A Parquet file, opened; texts of the named columns come as dictionaries.

    Args:
        source: Its path, or its content.
        texts: Columns of texts.
        metadata: Its footer, if that was read before.

    Raises:
        FileProblem: It is not readable as Parquet.
    """
    try:
        # Without reading ahead in Arrow's own threads: several files are read at once already.
        return pq.ParquetFile(
            source, metadata=metadata, read_dictionary=texts or None, pre_buffer=False
        )
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(error) from error


def raw_columns(columns: FileMapping, wanted: list[str]) -> list[str]:
    """Columns of the file that are needed for ours.

    Raises:
        FileProblem: An expression is not SQL.
    """
    needed = {columns.plain[name]: None for name in wanted if name in columns.plain}
    for name in wanted:
        if name in columns.computed:
            needed |= dict.fromkeys(columns_in(columns.computed[name]))
    return list(needed)


@lru_cache(maxsize=4096)
def columns_in(expression: str) -> tuple[str, ...]:
    """Names of the columns that an expression reads.

    Raises:
        FileProblem: It is not SQL.
    """
    try:
        tree = sqlglot.parse_one(expression, dialect="duckdb")
    except sqlglot.errors.SqlglotError as error:
        message = _FIRST_LINE.match(str(error))
        raise FileProblem(f"{expression!r} is no expression: {message and message[0]}") from error
    return tuple(column.parts[0].name for column in tree.find_all(exp.Column))


def renamed(table: pa.Table, columns: FileMapping, wanted: list[str]) -> pa.Table:
    """The wanted columns under our names; expressions are computed by DuckDB.

    Raises:
        FileProblem: An expression fails on these rows.
    """
    computed = [name for name in wanted if name in columns.computed]
    plain = [name for name in wanted if name in columns.plain]
    arrays = {name: table[columns.plain[name]] for name in plain}
    if computed:
        arrays |= _computed(table, columns, computed)
    return pa.table(arrays)


def _computed(table: pa.Table, columns: FileMapping, names: list[str]) -> dict[str, Any]:
    with memory_link(threads=1) as link:
        link.register("this_file", table)
        sql = f"select {columns.select_list(names)} from this_file"
        try:
            answer = link.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise FileProblem(f"columns in workspace.toml: {error}") from error
    return {name: answer[name] for name in names}


def read_groups(source: pq.ParquetFile, groups: list[int], columns: list[str]) -> pa.Table:
    """Some columns of some row groups.

    Raises:
        FileProblem: Pages are damaged.
    """
    try:
        return source.read_row_groups(groups, columns=columns, use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(error) from error


def row_groups(source: pq.ParquetFile) -> Iterator[list[int]]:
    """Row groups, as many at a time as hold some millions of rows; once for an empty file."""
    groups: list[int] = []
    rows = 0
    for number in range(source.num_row_groups):
        groups.append(number)
        rows += source.metadata.row_group(number).num_rows
        if rows >= BATCH_ROWS:
            yield groups
            groups, rows = [], 0
    if groups or not source.num_row_groups:
        yield groups


def _unreadable(error: Exception) -> FileProblem:
    message = _FIRST_LINE.match(str(error))
    return FileProblem(f"unreadable file: {message[0] if message else error}")


def is_text(kind: pa.DataType) -> bool:
    """Whether values are texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
