"""The open database: transactions for reading and for writing, errors in words."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from store.engines import WRITES, empty_engine, postgres_engine, sqlite_engine
from store.errors import StoreError, StoreReadOnly, StoreTooNew, StoreUnreachable, StoreUnreadable
from store.place import FileState, file_of, state_of, words_of
from store.schema import NEWEST, bring_to, version_of
from store.tables import Row
from store.trouble import in_words

SECONDS_BEFORE_RETRY = 30  # of a server that did not answer: a page should not wait again and again


class Database:
    """One database; safe between threads. Opened, and brought to our schema, on first use.

    A file is made when something is written first; until then reading finds nothing.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.path = file_of(url)
        self.place = words_of(url)
        self._lock = threading.RLock()
        self._held: tuple[FileState | None, Engine] | None = None
        self._empty: Engine | None = None
        self._failed: tuple[float, StoreUnreachable] | None = None

    @property
    def is_writable(self) -> bool:
        """Whether writing could work, as far as one can tell without writing."""
        return self.path is None or state_of(self.path).is_writable

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One state of everything.

        Raises:
            StoreError: It cannot be read; the message says why.
        """
        engine = self.open()
        with in_words(self.place), Session(engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """All of what is done inside, or nothing of it.

        Raises:
            StoreNotWritable: Nothing can be written at the moment.
            StoreError: It cannot be used at all.
        """
        self._refuse_read_only()
        engine = self.open(for_writing=True)
        with (
            in_words(self.place),
            Session(engine.execution_options(**{WRITES: True})) as session,
            session.begin(),
        ):
            yield session

    def open(self, *, for_writing: bool = False) -> Engine:
        """The engine; opened anew when its file was replaced, or may be written now."""
        with self._lock:
            state = state_of(self.path) if self.path else None
            is_missing = state is not None and state.identity is None
            if self._held and self._held[0] == state and not (is_missing and for_writing):
                return self._held[1]
            self._refuse_soon_after_failure()
            self._let_go()
            if is_missing and not for_writing:
                # Held as of before: a file that somebody makes at this moment is another state.
                self._empty = self._empty or _nothing_kept()
                self._held = (state, self._empty)
                return self._empty
            try:
                engine = self._opened(state)
            except StoreUnreachable as error:
                self._failed = (time.monotonic(), error)
                raise
            self._failed = None
            self._held = (state_of(self.path) if self.path and is_missing else state, engine)
            return engine

    def close(self) -> None:
        """Let go of all connections; the next use opens again."""
        with self._lock:
            self._let_go()
            if self._empty:
                self._empty.dispose()
            self._empty = None

    def _let_go(self) -> None:
        """Close the file or the server; who is reading nothing may go on reading it."""
        if self._held and self._held[1] is not self._empty:
            self._held[1].dispose()
        self._held = None

    def version(self) -> str:
        """The version of its schema, as it is."""
        with self.reading() as session:
            return version_of(session.connection())

    def _refuse_read_only(self) -> None:
        if self.path is None or self.is_writable:
            return
        if not self.path.parent.is_dir():
            raise StoreUnreadable(
                f"the store in {self.place}: there is no folder {self.path.parent}; make it"
            )
        raise StoreReadOnly(
            f"the store in {self.place} cannot be written; "
            "let this program write to the file and its folder"
        )

    def _refuse_soon_after_failure(self) -> None:
        if self._failed and time.monotonic() - self._failed[0] < SECONDS_BEFORE_RETRY:
            raise StoreUnreachable(str(self._failed[1]))

    def _opened(self, state: FileState | None) -> Engine:
        engine = self._engine(state)
        try:
            self._bring_up(engine, state)
        except StoreError:
            engine.dispose()
            raise
        return engine

    def _engine(self, state: FileState | None, *, watches_references: bool = True) -> Engine:
        if self.path is None or state is None:
            return postgres_engine(self.url)
        return sqlite_engine(self.path, state, watches_references=watches_references)

    def _bring_up(self, engine: Engine, state: FileState | None) -> None:
        """Bring the schema to what we know; nothing is imported or written when it is already."""
        with in_words(self.place), engine.connect() as connection:
            version = version_of(connection)
        if version == NEWEST:
            return
        if state is not None and not state.is_writable:
            raise StoreReadOnly(
                f"the store in {self.place} has version {version} of the schema and needs "
                f"{NEWEST}, but it cannot be written; let this program write to the file once"
            )
        self.migrate()

    def migrate(self, version: str = NEWEST) -> tuple[str, str]:
        """Bring the schema to a version; the ones before and after.

        Raises:
            StoreError: It cannot be brought there; it stays as it was.
        """
        state = state_of(self.path) if self.path else None
        engine = self._engine(state, watches_references=False)
        try:
            with in_words(self.place):
                return bring_to(engine.execution_options(**{WRITES: True}), version)
        except StoreTooNew as error:
            raise StoreTooNew(f"the store in {self.place}: {error}") from error
        finally:
            engine.dispose()


def _nothing_kept() -> Engine:
    """The tables with nothing in them, for reading, where no file can be made."""
    engine = empty_engine()
    Row.metadata.create_all(engine)
    return engine
