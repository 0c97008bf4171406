"""Where a store is: the address, the file behind it, and how to say so without a password."""

import os
from dataclasses import dataclass
from pathlib import Path

from store.errors import StoreUnreadable

VARIABLE = "TIDEMARK_STORE"
FILE_NAME = "tidemark.sqlite"
SQLITE = "sqlite:///"
KINDS = ("sqlite", "postgresql")


@dataclass(frozen=True, slots=True)
class FileState:
    """What decides how a file is opened; when it changes, the file is opened anew.

    Attributes:
        identity: Device and number of the file; None: it is not there.
        is_writable: Whether the file and its folder may be written.
        has_log: Whether somebody else has it open for writing.
    """

    identity: tuple[int, int] | None
    is_writable: bool
    has_log: bool


def address_of(folder: Path, setting: str | None) -> str:
    """A workspace's store: TIDEMARK_STORE wins over the setting; without either a file beside it.

    A relative path of the setting starts in the workspace's folder.
    """
    override = os.environ.get(VARIABLE)
    if override:
        return override
    if setting is None:
        return f"sqlite:///{folder / FILE_NAME}"
    start, path = setting[: len(SQLITE)], setting[len(SQLITE) :]
    return f"{SQLITE}{folder / path}" if start == SQLITE and path else setting


def file_of(url: str) -> Path | None:
    """The file of an SQLite address; None: it is a server's.

    Raises:
        StoreUnreadable: It is no address of a store.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parts = make_url(url)
    except ArgumentError as error:
        raise StoreUnreadable(f"{url!r} is not an address of a store; {_right()}") from error
    if parts.get_backend_name() not in KINDS:
        kind = parts.get_backend_name()
        raise StoreUnreadable(f"a store cannot be kept in {kind!r}; {_right()}")
    if parts.get_backend_name() == "postgresql":
        return None
    if not parts.database or parts.database == ":memory:":
        raise StoreUnreadable(f"a store needs a file, and {url!r} names none; {_right()}")
    return Path(parts.database).resolve()


def _right() -> str:
    return "right are sqlite:///folder/tidemark.sqlite and postgresql://user@host/database"


def words_of(url: str) -> str:
    """The place as people say it: a path, or server and database."""
    path = file_of(url)
    if path is not None:
        return str(path)
    from sqlalchemy.engine import make_url

    parts = make_url(url)
    where = parts.host or parts.query.get("host") or "the local socket"
    return f"PostgreSQL at {where}" + (f", database {parts.database}" if parts.database else "")


def state_of(path: Path) -> FileState:
    """How the file is at this moment."""
    try:
        found = path.stat()
    except OSError:
        return FileState(None, os.access(path.parent, os.W_OK), has_log=False)
    is_writable = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    has_log = not is_writable and path.with_name(f"{path.name}-wal").exists()
    return FileState((found.st_dev, found.st_ino), is_writable, has_log)
