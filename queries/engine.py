"""The seam to whatever executes SQL, and its embedded adapter."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pyarrow as pa

from queries.errors import QueryError
from queries.link import memory_link
from queries.settings import DEFAULT_ENGINE

MACROS = Path(__file__).parent / "macros.ddl"


class Engine(Protocol):
    """What the runner needs of an engine; one adapter each."""

    dialect: str

    def query(
        self, sql: str, parameters: Mapping[str, Any], deadline: float | None = None
    ) -> pa.Table:
        """The answer as Arrow; `deadline` in seconds from now, None: no limit."""
        ...

    def cancel(self) -> None:
        """End every query that runs at this moment."""
        ...

    def tables(self) -> dict[str, tuple[str, ...]]:
        """Each table's columns, by name."""
        ...


class DuckDBEngine:
    """DuckDB in this process; any number of threads may ask at once, one cursor a question."""

    dialect = "duckdb"

    def __init__(self, ddl: Sequence[str] = (), threads: int | None = None) -> None:
        self._root = memory_link(threads)
        self._root.execute("set global parquet_metadata_cache = true")  # for each cursor too
        self._root.execute(MACROS.read_text(encoding="utf-8"))
        self._running: set[duckdb.DuckDBPyConnection] = set()
        self._lock = threading.Lock()
        for statement in ddl:
            self._root.execute(statement)

    def query(
        self, sql: str, parameters: Mapping[str, Any], deadline: float | None = None
    ) -> pa.Table:
        """See `Engine`.

        Raises:
            QueryError: The database refused the text, failed, or ran past the deadline.
        """
        with self._cursor() as cursor:
            timer = threading.Timer(deadline, cursor.interrupt) if deadline else None
            if timer:
                timer.start()
            try:
                answer = cursor.sql(sql, params=dict(parameters) or None)
                return answer.to_arrow_table() if answer is not None else pa.table({})
            except duckdb.InterruptException as error:
                raise QueryError(f"stopped before it was done (limit: {deadline} s)") from error
            except duckdb.Error as error:
                raise QueryError(str(error)) from error
            finally:
                if timer:
                    timer.cancel()

    def cancel(self) -> None:
        """See `Engine`."""
        with self._lock:
            for cursor in self._running:
                cursor.interrupt()

    def tables(self) -> dict[str, tuple[str, ...]]:
        """See `Engine`."""
        rows = self.query(
            "select table_name, column_name from information_schema.columns "
            "order by table_name, ordinal_position",
            {},
        ).to_pylist()
        found: dict[str, tuple[str, ...]] = {}
        for row in rows:
            found[row["table_name"]] = (*found.get(row["table_name"], ()), row["column_name"])
        return found

    def close(self) -> None:
        """Give back memory and files; the engine cannot be asked afterwards."""
        self._root.close()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self._root.cursor()
        with self._lock:
            self._running.add(cursor)
        try:
            yield cursor
        finally:
            with self._lock:
                self._running.discard(cursor)
            cursor.close()


def open_engine(url: str, ddl: Sequence[str]) -> Engine:
    """The engine that the workspace's URL names.

    Raises:
        QueryError: There is no adapter for that kind of address.
    """
    if url == DEFAULT_ENGINE:
        return DuckDBEngine(ddl)
    from sqlalchemy.engine import make_url  # a quarter of the start-up, so only where needed

    backend = make_url(url).get_backend_name()
    if backend != "duckdb":
        raise QueryError(f"there is no adapter for {backend!r} yet; known: duckdb")
    return DuckDBEngine(ddl)
