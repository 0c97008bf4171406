"""What a driver complains about, in words: wrapped once, here."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from store.errors import (
    StoreError,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
    StoreRefused,
    StoreUnreachable,
    StoreUnreadable,
)

Said = tuple[type[StoreError], str]

LOCKED = (StoreLocked, "somebody else is writing to it; try again in a moment")
READ_ONLY = (StoreReadOnly, "it can be read but not written")
FULL = (StoreFull, "no room is left on its disk; make some and try again")
DAMAGED = (StoreUnreadable, "the file is damaged or is no SQLite database; restore a backup")
NO_SIGN_IN = (StoreUnreachable, "the server does not let us in; check user and password")
NO_ANSWER = (StoreUnreachable, "the server does not answer; check that it runs and its address")
NOT_FIT = (StoreRefused, "the database does not take it")

# The low byte of SQLite's error codes, see https://www.sqlite.org/rescode.html
OF_SQLITE: dict[int, Said] = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_PERM: READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: (StoreUnreadable, "the file cannot be opened; check who may read it"),
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: (StoreUnreadable, "its disk reports an error"),
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_CONSTRAINT: NOT_FIT,
}

# By the longest beginning of PostgreSQL's SQLSTATE that is listed here.
OF_POSTGRES: dict[str, Said] = {
    "08": NO_ANSWER,
    "57P": NO_ANSWER,
    "28": NO_SIGN_IN,
    "3D": (StoreUnreachable, "the server has no such database; make it with createdb"),
    "53100": FULL,
    "53300": (StoreUnreachable, "the server has no connection left for us"),
    "55P03": LOCKED,
    "57014": (StoreLocked, "it took too long and was stopped; try again in a moment"),
    "40": LOCKED,
    "25006": READ_ONLY,
    "42501": (StoreReadOnly, "the account may not write to it"),
    "22": NOT_FIT,
    "23": NOT_FIT,
}


@contextmanager
def in_words(place: str) -> Iterator[None]:
    """Turn what a driver raises into an error of ours that names the place."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreLocked(f"the store in {place}: every connection is busy; try again") from error
    except DBAPIError as error:
        kind, why = _said(error)
        raise kind(f"the store in {place}: {why} ({_shown(error)})") from error
    except SQLAlchemyError as error:
        raise StoreUnreadable(f"the store in {place}: {error}") from error


def _said(error: DBAPIError) -> Said:
    original = error.orig
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", None)
        return OF_SQLITE.get((code or 0) & 0xFF, (StoreUnreadable, "it cannot be used"))
    state = getattr(original, "sqlstate", None)
    if state is None:
        return _without_state(str(original))
    for length in (5, 3, 2):
        if state[:length] in OF_POSTGRES:
            return OF_POSTGRES[state[:length]]
    return StoreUnreadable, "the server refuses"


def _without_state(text: str) -> Said:
    """What the driver says by itself: of a server that it has not reached, there is no code."""
    if "authentication failed" in text or "no password supplied" in text:
        return NO_SIGN_IN
    if "does not exist" in text:
        return OF_POSTGRES["3D"]
    return NO_ANSWER


def _shown(error: DBAPIError) -> str:
    """The first line of what the driver says."""
    lines = str(error.orig).strip().splitlines()
    return lines[0][:200] if lines else type(error.orig).__name__
