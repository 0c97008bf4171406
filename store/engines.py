"""Connections to either database, set up so that two processes writing at once lose nothing."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import make_url

from store.place import FileState

WAIT = 15  # seconds for somebody else's writing to end
CONNECT = 3  # seconds for a server to answer
LONGEST = 60  # seconds of any one statement
WRITES = "tidemark_writes"  # option of a connection whose transactions take the write lock


def sqlite_engine(path: Path, state: FileState, *, watches_references: bool = True) -> Engine:
    """The file: written in WAL mode; one that may not be written is opened for reading."""
    if state.is_writable:
        address = f"sqlite:///{path}"
    else:
        # Without the log of a writer beside it, such a file cannot change while it is open.
        mode = "mode=ro" if state.has_log else "mode=ro&immutable=1"
        address = f"sqlite:///file:{_quoted(path)}?{mode}&uri=true"
    engine = create_engine(
        address, poolclass=QueuePool, connect_args={"timeout": WAIT, "check_same_thread": False}
    )
    _set_up_sqlite(engine, is_written=state.is_writable, watches_references=watches_references)
    return engine


def _quoted(path: Path) -> str:
    """A path as SQLite reads it in an address of its own."""
    from urllib.parse import quote

    return quote(str(path))


def empty_engine() -> Engine:
    """Nothing, for reading: where no file is and none can be made."""
    engine = create_engine(
        "sqlite://",
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        connect_args={"check_same_thread": False},
    )
    _set_up_sqlite(engine, is_written=False, watches_references=True)
    return engine


def _set_up_sqlite(engine: Engine, *, is_written: bool, watches_references: bool) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # we say when a transaction begins, see below
        connection.execute(f"pragma busy_timeout = {WAIT * 1000}")
        connection.execute(f"pragma foreign_keys = {'on' if watches_references else 'off'}")
        if is_written:
            _use_log(connection)
            connection.execute("pragma synchronous = full")  # what was kept outlives a power cut

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail when another wrote between.
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("begin immediate" if writes else "begin")


def _use_log(connection: sqlite3.Connection) -> None:
    """Readers go on while one writes; once set, it stays with the file."""
    if connection.execute("pragma journal_mode").fetchone()[0] == "wal":
        return
    try:
        connection.execute("pragma journal_mode = wal")
    except sqlite3.OperationalError:
        # Somebody else is setting it, or a network disk cannot have it: both are fine.
        return


def postgres_engine(url: str) -> Engine:
    """The server: it gives up waiting after a while, and a connection that broke is replaced."""
    address = make_url(url).set(drivername="postgresql+psycopg")
    limits = {"lock_timeout": WAIT, "statement_timeout": LONGEST}
    options = " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items())
    return create_engine(
        address,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT,
            "options": options,
            "application_name": "tidemark",
        },
    )
