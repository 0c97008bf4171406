"""New stores for tests: files, or databases of the server that TIDEMARK_TEST_POSTGRES names."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import make_url

SERVER = os.environ.get("TIDEMARK_TEST_POSTGRES")


@contextmanager
def fresh_store(folder: Path) -> Iterator[str]:
    """The address of a store in which nothing is kept yet."""
    if SERVER is None:
        yield f"sqlite:///{folder / 'tidemark.sqlite'}"
        return
    name = f"test_{secrets.token_hex(6)}"
    _on_server(f"create database {name}")
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        _on_server(f"drop database {name} with (force)")


def _on_server(statement: str) -> None:
    engine = create_engine(
        make_url(SERVER or ""), poolclass=NullPool, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
