"""An export, read into a database of its own and brought to our schema before it is merged."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Date, DateTime, Engine, MetaData, Table, insert
from sqlalchemy.exc import DBAPIError

from store.engines import WRITES, sqlite_engine
from store.errors import StoreError, StoreRefused, StoreTooNew
from store.files import file_name, read_export
from store.place import FileState
from store.schema import NEWEST, bring_to

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
NEW_FILE = FileState(None, is_writable=True, has_log=False)


@contextmanager
def staged(source: Path) -> Iterator[Engine]:
    """The rows of an export in tables as ours are now, whichever version has written it.

    Raises:
        StoreTooNew: A newer Tidemark has written it.
        StoreRefused: It is no export, or a line of it cannot be used; the message says which.
    """
    about, texts = read_export(source)
    with tempfile.TemporaryDirectory() as folder:
        engine = sqlite_engine(Path(folder) / "staged.sqlite", NEW_FILE, watches_references=False)
        writing = engine.execution_options(**{WRITES: True})
        try:
            _bring(writing, str(about.get("schema")), source)
            _fill(writing, texts, source)
            bring_to(writing, NEWEST)
            yield engine
        finally:
            engine.dispose()


def _bring(engine: Engine, version: str, source: Path) -> None:
    if not version.isdigit() or version > NEWEST:
        raise StoreTooNew(
            f"{source} was written by a newer Tidemark: its schema is {version!r}, and this one "
            f"knows versions up to {NEWEST}"
        )
    try:
        bring_to(engine, version)
    except StoreError:
        raise
    except Exception as error:
        raise StoreRefused(f"{source}: there is no version {version!r} of the schema") from error


def _fill(engine: Engine, texts: Mapping[str, str], source: Path) -> None:
    metadata = MetaData()
    metadata.reflect(engine)
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            # splitlines would take further characters, which a text may hold, for its end.
            lines = texts.get(file_name(table), "").split("\n")
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                where = f"{source}, {file_name(table)}, line {number}"
                try:
                    connection.execute(insert(table).values(_row(line, table)))
                except (ValueError, TypeError, KeyError, DBAPIError) as error:
                    raise StoreRefused(f"{where}: {_why(error)}") from error


def _row(line: str, table: Table) -> Mapping[str, Any]:
    """A line's values in the types of the columns.

    Raises:
        ValueError: It is not JSON, or has other columns, or an id that fits into no link.
    """
    values = json.loads(line)
    if not isinstance(values, dict):
        raise TypeError("it is no JSON object")
    strange = set(values) - set(table.columns.keys())
    if strange:
        raise ValueError(f"{table.name} has no column {min(strange)!r}")
    if not ID.fullmatch(str(values.get("id"))):
        raise ValueError(f"an id is letters, digits, _ and -, got {values.get('id')!r}")
    return {name: _typed(value, table.columns[name].type) for name, value in values.items()}


def _typed(value: Any, kind: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return value


def _why(error: Exception) -> str:
    """The reason in a line."""
    text = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return text.splitlines()[0] if text else type(error).__name__
