"""CSV and JSON become Parquet, once."""

import re
from pathlib import Path

import duckdb

from queries.errors import WorkspaceError, nearest
from queries.link import memory_link
from queries.quoting import quoted, text
from queries.tables import TABLES

READERS = {".csv": "csv", ".tsv": "csv", ".json": "json", ".ndjson": "json", ".jsonl": "json"}
NESTED = re.compile(r"STRUCT|MAP|\[\]|JSON", re.IGNORECASE)


def convert(source: Path, table: str, folder: Path) -> tuple[Path, int]:
    """Write a CSV or JSON file as Parquet where the workspace looks for the table.

    Ids stay texts, so that 007 is not 7; nested JSON becomes JSON text. Nothing is written unless
    every line could be read.

    Args:
        source: The file; it may be compressed (.gz, .zst).
        table: The canonical table.
        folder: The workspace's data folder.

    Returns:
        The new file, and its rows.

    Raises:
        WorkspaceError: There is no such table or file, or a line cannot be read.
    """
    if table not in TABLES:
        raise WorkspaceError(f"there is no table {table!r}. {nearest(table, TABLES)}")
    if not source.is_file():
        raise WorkspaceError(f"there is no file {source}")
    target = folder / table / f"{_stem(source)}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_suffix(".new")
    with memory_link() as link:
        try:
            link.execute(f"create view source as select * from {_reader(source)}")
            columns = link.sql("describe source").fetchall()
            shown = ", ".join(_column(str(row[0]), str(row[1])) for row in columns)
            link.execute(
                f"copy (select {shown} from source) to {text(str(beside))} (format parquet)"
            )
            rows = link.sql(f"select count(*) from read_parquet({text(str(beside))})").fetchall()
        except duckdb.Error as error:
            beside.unlink(missing_ok=True)
            raise WorkspaceError(f"{source}: {error}") from error
    beside.replace(target)
    return target, int(rows[0][0])


def _suffixes(source: Path) -> list[str]:
    return [suffix.lower() for suffix in source.suffixes]


def _stem(source: Path) -> str:
    return source.name.split(".")[0]


def _reader(source: Path) -> str:
    """The table function that reads the file."""
    kinds = [READERS[suffix] for suffix in _suffixes(source) if suffix in READERS]
    if not kinds:
        raise WorkspaceError(f"{source.name} is neither CSV nor JSON; known: {', '.join(READERS)}")
    path = text(str(source))
    if kinds[0] == "json":
        return f"read_json({path}, sample_size = -1, maximum_object_size = 268435456)"
    ids = _ids_of(source)
    types = f", types = {{{ids}}}" if ids else ""
    return f"read_csv({path}, sample_size = -1{types})"


def _ids_of(source: Path) -> str:
    """Columns that look like ids, as texts."""
    with memory_link() as link:
        try:
            rows = link.sql(
                f"describe select * from read_csv({text(str(source))}, all_varchar = true)"
            ).fetchall()
        except duckdb.Error as error:
            raise WorkspaceError(f"{source}: {error}") from error
    ids = [str(row[0]) for row in rows if re.search(r"(^|_)(id|key)$", str(row[0]), re.IGNORECASE)]
    return ", ".join(f"{text(name)}: 'varchar'" for name in ids)


def _column(name: str, kind: str) -> str:
    if NESTED.search(kind):
        return f"cast(to_json({quoted(name)}) as varchar) as {quoted(name)}"
    return quoted(name)
