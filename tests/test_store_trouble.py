"""When the store cannot be used: what is said, and that reading goes on where it can."""

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

import store.database
import store.engines
from store import (
    SavedQuery,
    Store,
    StoreFull,
    StoreLocked,
    StoreUnreachable,
    StoreUnreadable,
    open_store,
)
from tests.store_servers import SERVER

ROOT = Path(__file__).parents[1]
NOBODY = 65534
QUERY = SavedQuery(name="Weekly", sql="select 1")

pytestmark = pytest.mark.skipif(SERVER is not None, reason="about files, and servers not there")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that any account may look into, unlike pytest's."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    for path in (made, *made.iterdir()):
        path.chmod(0o755)
    shutil.rmtree(made)


@pytest.fixture
def path(folder: Path) -> Path:
    """The file of a store with one saved query, closed."""
    opened = open_store(folder / "tidemark.sqlite")
    opened.save_query(QUERY, author="a")
    opened.close()
    return folder / "tidemark.sqlite"


# Gives up all rights, once what may lie in a folder of root's has been imported.
AS_READER = """
import os, sys
from pathlib import Path
import sqlalchemy.dialects.sqlite.pysqlite, sqlalchemy.orm, store.store
from store import *
if os.getuid() == 0:
    os.setgroups([])
    os.setgid({nobody})
    os.setuid({nobody})
"""


def as_reader(code: str, path: Path) -> str:
    """What code prints that runs in an account without rights, such as a service's."""
    ran = subprocess.run(
        [sys.executable, "-c", AS_READER.format(nobody=NOBODY) + code, path],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


READ_THEN_WRITE = """
store = open_store(Path(sys.argv[1]))
print([query.name for query in store.queries()], store.is_writable)
try:
    store.save_query(SavedQuery(name="x", sql="x"), author="b")
except StoreReadOnly as error:
    print(error)
"""


def test_a_read_only_folder_is_read_and_says_so_when_written(path: Path) -> None:
    path.chmod(0o444)
    path.parent.chmod(0o555)
    said = as_reader(READ_THEN_WRITE, path)
    assert said.startswith("['Weekly'] False\n")
    assert f"the store in {path} cannot be written; let this program write to the file" in said


def test_a_reader_sees_what_a_writer_beside_it_has_just_kept(path: Path) -> None:
    writer = open_store(path)
    writer.save_query(replace(QUERY, name="Fresh"), author="a")
    for one in (path, *path.parent.glob("*-wal"), *path.parent.glob("*-shm")):
        one.chmod(0o444)
    path.parent.chmod(0o555)
    assert as_reader(READ_THEN_WRITE, path).startswith("['Fresh', 'Weekly'] False")
    writer.close()


def test_where_no_file_can_be_made_nothing_is_kept_yet(folder: Path) -> None:
    folder.chmod(0o555)
    said = as_reader(READ_THEN_WRITE, folder / "tidemark.sqlite")
    assert said.startswith("[] False\n")
    assert "cannot be written" in said


def test_reading_makes_no_file(folder: Path) -> None:
    opened = open_store(folder / "tidemark.sqlite")
    assert (opened.queries(), opened.boards()) == ((), ())
    assert list(folder.iterdir()) == []
    opened.save_query(QUERY, author="a")
    assert [query.name for query in opened.queries()] == ["Weekly"]
    opened.close()


def test_a_file_that_appears_while_none_is_looked_for_is_the_one_that_is_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{folder / 'tidemark.sqlite'}"
    nothing = store.database._nothing_kept

    def made_meanwhile() -> Engine:
        monkeypatch.setattr(store.database, "_nothing_kept", nothing)
        other = Store(url)
        other.save_query(QUERY, author="b")
        other.close()
        return nothing()

    monkeypatch.setattr(store.database, "_nothing_kept", made_meanwhile)
    opened = Store(url)
    opened.queries()
    opened.save_query(replace(QUERY, name="Mine"), author="a")
    opened.close()
    assert [query.name for query in Store(url).queries()] == ["Mine", "Weekly"]


def test_an_older_schema_that_cannot_be_written_says_what_it_needs(path: Path) -> None:
    older = Store(f"sqlite:///{path}")
    older.migrate("0001")
    path.chmod(0o444)
    path.parent.chmod(0o555)
    code = "try: open_store(Path(sys.argv[1]))\nexcept StoreReadOnly as error: print(error)"
    assert "has version 0001 of the schema and needs" in as_reader(code, path)


def test_a_store_that_somebody_keeps_locked_is_still_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store.engines, "WAIT", 0.2)
    opened = open_store(path)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("begin immediate")
    with pytest.raises(StoreLocked, match="somebody else is writing to it; try again"):
        opened.save_query(replace(QUERY, name="x"), author="a")
    assert [query.name for query in opened.queries()] == ["Weekly"]
    blocker.execute("rollback")
    blocker.close()
    opened.save_query(replace(QUERY, name="x"), author="a")
    opened.close()


def test_a_full_disk_is_said_and_what_was_kept_stays(path: Path) -> None:
    """SQLite's own limit of pages gives the error that a full disk gives."""
    opened = open_store(path)
    engine = opened.open()
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("pragma page_count").scalar()
        connection.exec_driver_sql(f"pragma max_page_count = {pages}")
    with pytest.raises(StoreFull, match="no room is left on its disk; make some and try again"):
        opened.save_query(replace(QUERY, sql="x" * 900_000), author="a")
    assert [query.sql for query in opened.queries()] == ["select 1"]
    opened.close()


@pytest.mark.parametrize("content", [b"no database" * 100, b"SQLite format 3\0" + b"x" * 900])
def test_a_damaged_file_is_said(folder: Path, content: bytes) -> None:
    path = folder / "tidemark.sqlite"
    path.write_bytes(content)
    with pytest.raises(StoreUnreadable, match="damaged or is no SQLite database; restore a backup"):
        open_store(path)
    assert path.read_bytes() == content


def test_a_missing_folder_is_said(folder: Path) -> None:
    opened = Store(f"sqlite:///{folder}/not/here.sqlite")
    assert opened.queries() == ()
    with pytest.raises(StoreUnreadable, match=f"there is no folder {folder}/not; make it"):
        opened.save_query(QUERY, author="a")


def test_a_backup_put_back_is_noticed(path: Path, folder: Path) -> None:
    backup = Path(shutil.copy(path, folder / "backup.sqlite"))
    opened = open_store(path)
    opened.save_query(replace(QUERY, name="Later"), author="a")
    assert len(opened.queries()) == 2
    for beside in path.parent.glob("tidemark.sqlite-*"):
        beside.unlink()
    backup.replace(path)
    assert [query.name for query in opened.queries()] == ["Weekly"]
    opened.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "'nonsense' is not an address of a store; right are sqlite:///"),
        ("mysql://host/db", "a store cannot be kept in 'mysql'"),
        ("sqlite://", "a store needs a file"),
    ],
)
def test_a_wrong_address_says_what_is_right(url: str, words: str) -> None:
    with pytest.raises(StoreUnreadable, match=words):
        open_store(url)


def test_a_server_that_is_not_there_is_said_once_and_then_at_once() -> None:
    opened = Store("postgresql://ann:secret@127.0.0.1:1/kept")
    with pytest.raises(StoreUnreachable, match="the server does not answer") as caught:
        opened.queries()
    assert "PostgreSQL at 127.0.0.1, database kept" in str(caught.value)
    assert "secret" not in str(caught.value)
    start = time.perf_counter()
    for _ in range(100):
        with pytest.raises(StoreUnreachable):
            opened.queries()
    assert time.perf_counter() - start < 1


def test_a_server_that_comes_back_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Store("postgresql://127.0.0.1:1/kept")
    asked: list[int] = []

    def bring_up(*_: object) -> None:
        asked.append(1)
        raise StoreUnreachable("gone")

    monkeypatch.setattr(Store, "_bring_up", bring_up)
    for _ in range(3):
        with pytest.raises(StoreUnreachable):
            opened.queries()
    assert len(asked) == 1
    monkeypatch.setattr(store.database, "SECONDS_BEFORE_RETRY", 0)
    with pytest.raises(StoreUnreachable):
        opened.queries()
    assert len(asked) == 2
