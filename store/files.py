"""The store as files that people can read: one of JSON lines per table, in a folder or a .zip."""

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from store.database import Database
from store.errors import StoreRefused
from store.packing import packed
from store.schema import NEWEST
from store.tables import Row

MANIFEST = "manifest.json"
FORMAT = 1  # of the files themselves; the columns in them are those of the schema's version
Rows = Mapping[str, int]


def export(database: Database, target: Path) -> Rows:
    """Write all that is kept, as of one moment; the number of rows by table.

    Args:
        database: The store.
        target: A name ending in .zip, or a folder that is new, empty or an earlier export.

    Raises:
        StoreError: The store cannot be read, or the target is something else.
    """
    with database.reading() as session, _writer(target) as write:
        if session.get_bind().dialect.name == "postgresql":
            # As of one moment; SQLite does so by itself.
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        counts = {}
        for table in Row.metadata.sorted_tables:
            found = session.execute(select(table).order_by(table.c.id)).mappings()
            lines = [_line(row) for row in found]
            write(file_name(table), "".join(lines))
            counts[table.name] = len(lines)
        about = {
            "format": FORMAT,
            "schema": NEWEST,
            "exported_at": datetime.now(UTC).isoformat(),
            "rows": counts,
        }
        write(MANIFEST, json.dumps(about, indent=2) + "\n")
    return counts


def file_name(table: Table) -> str:
    """Where the rows of a table are."""
    return f"{table.name}.jsonl"


def _line(row: Mapping[Any, Any]) -> str:
    """A row; days and moments as ISO 8601 says them, in UTC."""
    values = {str(name): _written(value) for name, value in row.items()}
    return json.dumps(values, ensure_ascii=False) + "\n"


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else packed(value)


@contextmanager
def _writer(target: Path) -> Iterator[Any]:
    """How a file of the export is written; a .zip appears only once it is whole."""
    try:
        if target.suffix == ".zip":
            yield from _archive(target)
            return
        target.mkdir(parents=True, exist_ok=True)
        if any(target.iterdir()) and not (target / MANIFEST).is_file():
            raise StoreRefused(
                f"{target} holds something else than an export; name a new folder or a .zip"
            )
        yield lambda name, text: (target / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise StoreRefused(f"the export to {target} failed: {error.strerror or error}") from error


def _archive(target: Path) -> Iterator[Any]:
    part = target.with_name(f"{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            yield archive.writestr
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def read_export(source: Path) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """An export: what its manifest says, and the text of each table's file that it has.

    Raises:
        StoreRefused: It is no export.
    """
    names = [MANIFEST, *(file_name(table) for table in Row.metadata.sorted_tables)]
    try:
        texts = _in_folder(source, names) if source.is_dir() else _in_archive(source, names)
        about = json.loads(texts[MANIFEST])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise StoreRefused(
            f"{source} is no export of a store: a folder or .zip with a {MANIFEST} is ({error})"
        ) from error
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise StoreRefused(f"{source}: {MANIFEST} does not say format {FORMAT}")
    return about, texts


def _in_folder(source: Path, names: Sequence[str]) -> dict[str, str]:
    paths = {name: source / name for name in names}
    return {name: path.read_text("utf-8") for name, path in paths.items() if path.is_file()}


def _in_archive(source: Path, names: Sequence[str]) -> dict[str, str]:
    with zipfile.ZipFile(source) as archive:
        there = set(archive.namelist())
        return {name: archive.read(name).decode() for name in names if name in there}
