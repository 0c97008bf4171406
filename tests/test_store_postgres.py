"""What is PostgreSQL's own: accounts, locks, broken connections. Run by `make test-postgres`."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from store import SavedQuery, Store, StoreLocked, StoreReadOnly, StoreUnreachable, open_store
from tests.store_servers import SERVER, fresh_store

pytestmark = pytest.mark.skipif(SERVER is None, reason="needs a server: make test-postgres")
QUERY = SavedQuery(name="Weekly", sql="select 1")


def run(store: Store, statement: str) -> None:
    with store.open().begin() as connection:
        connection.exec_driver_sql(statement)


def test_a_wrong_password_is_said_without_it(store_url: str) -> None:
    wrong = {"password": "guessed"}
    url = make_url(store_url).set(**wrong).render_as_string(hide_password=False)
    with pytest.raises(StoreUnreachable, match="does not let us in; check user") as caught:
        open_store(url)
    assert "guessed" not in str(caught.value)


def test_a_missing_database_is_said(store_url: str) -> None:
    url = make_url(store_url).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(StoreUnreachable, match="no such database; make it with createdb"):
        open_store(url)


def test_an_account_for_reading_reads_and_says_so_when_it_writes(store: Store) -> None:
    store.save_query(QUERY, author="a")
    name = make_url(store.url).database
    run(store, f"alter database {name} set default_transaction_read_only = on")
    reader = Store(store.url)
    assert [query.name for query in reader.queries()] == ["Weekly"]
    with pytest.raises(StoreReadOnly, match="it can be read but not written"):
        reader.save_query(QUERY, author="a")
    reader.close()


def test_a_lock_that_somebody_keeps_is_said(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved = store.save_query(QUERY, author="a")
    monkeypatch.setattr("store.engines.WAIT", 1)
    other = Store(store.url)
    with store.open().begin() as connection:
        connection.exec_driver_sql("select * from saved_queries for update")
        with pytest.raises(StoreLocked, match="somebody else is writing"):
            other.save_query(replace(saved, name="x"), author="b")
        assert [query.name for query in other.queries()] == ["Weekly"]
    other.close()



def test_connections_that_broke_are_replaced(store: Store) -> None:
    store.save_query(QUERY, author="a")
    killer = Store(store.url)
    run(
        killer,
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()",
    )
    assert [query.name for query in store.queries()] == ["Weekly"]
    killer.close()


def test_a_store_moves_from_a_file_to_a_server(store: Store, tmp_path: Path) -> None:
    file = Store(f"sqlite:///{tmp_path / 'tidemark.sqlite'}")
    file.save_query(replace(QUERY, parameters={"name": "Ünï"}), author="a")
    file.export(tmp_path / "kept.zip")
    store.merge(tmp_path / "kept.zip", author="b")
    assert store.queries() == file.queries()
    file.close()


def test_an_export_is_of_one_moment(store_url: str, tmp_path: Path) -> None:
    with fresh_store(tmp_path) as other:
        source, target = Store(store_url), Store(other)
        source.save_query(QUERY, author="a")
        source.export(tmp_path / "kept")
        target.merge(tmp_path / "kept", author="a")
        assert target.queries() == source.queries()
        source.close()
        target.close()
