"""The schema goes up and down a step at a time, with rows in it, and ends as the code has it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import (
    Engine,
    MetaData,
    Table,
    column,
    func,
    insert,
    inspect,
    select,
    table,
    update,
)

from store import SavedQuery, Store, StoreTooNew, open_store
from store.database import Database
from store.schema import EMPTY, FOLDER, NEWEST, VERSIONS
from store.tables import Row

ROOT = Path(__file__).parents[1]
STEPS = sorted(path.stem[1:5] for path in (FOLDER / "versions").glob("m*.py"))
SAMPLES = {"TEXT": "x", "INTEGER": 1, "FLOAT": 0.5, "DOUBLE PRECISION": 0.5, "DATE": "2026-11-03"}


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    """A database without any table."""
    opened = Database(store_url)
    yield opened
    opened.close()


def engine_of(database: Database) -> Engine:
    """Its engine, whatever version its schema has."""
    from store.engines import postgres_engine, sqlite_engine
    from store.place import state_of

    if database.path is None:
        return postgres_engine(database.url)
    return sqlite_engine(database.path, state_of(database.path))


def tables(engine: Engine) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(engine)
    return [table for table in metadata.sorted_tables if table.name != VERSIONS]


def fill(engine: Engine) -> None:
    """A row in each table that has none; ids are equal, so that references hold."""
    with engine.begin() as connection:
        for one in tables(engine):
            if connection.scalar(select(func.count()).select_from(one)):
                continue
            values = {part.name: sample(part) for part in one.columns}
            connection.execute(insert(one).values(values))


def sample(column: Any) -> Any:
    kind = str(column.type)
    if column.name == "id" or column.foreign_keys:
        return "same"
    if kind.startswith("JSON"):
        return {"a": [1]}
    if kind.startswith(("DATETIME", "TIMESTAMP")):
        return func.current_timestamp()
    if kind == "DATE":
        return func.current_date()
    return SAMPLES[kind]


def rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in tables(engine)
        }


def test_the_newest_step_is_the_one_that_the_code_names() -> None:
    assert STEPS[-1] == NEWEST


def test_every_step_goes_up_and_down_and_loses_no_row_but_its_own(database: Database) -> None:
    """On SQLite a table is changed by making it anew, which may take others' rows along."""
    for number, step in enumerate(STEPS):
        database.migrate(step)
        engine = engine_of(database)
        fill(engine)
        filled = rows(engine)
        assert set(filled.values()) == {1}
        below = STEPS[number - 1] if number else EMPTY
        assert database.migrate(below) == (step, below)
        kept = rows(engine)
        assert set(kept) <= set(filled)
        assert set(kept.values()) <= {1}
        assert database.migrate(step) == (below, step)
        assert {name: rows(engine)[name] for name in kept} == kept
        fill(engine)
        engine.dispose()


def test_the_whole_way_down_leaves_nothing(database: Database) -> None:
    database.migrate()
    database.migrate(EMPTY)
    engine = engine_of(database)
    assert set(inspect(engine).get_table_names()) <= {VERSIONS}
    engine.dispose()


def test_migrations_end_at_the_tables_of_the_code(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    database.migrate()
    engine = engine_of(database)
    options = {"compare_type": True, "version_table": VERSIONS}
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Row.metadata) == []
        names = {table.name: constraint_names(connection, table.name) for table in tables(engine)}
    engine.dispose()
    assert names == {table.name: expected_names(table) for table in Row.metadata.sorted_tables}


def constraint_names(connection: Any, table: str) -> set[str]:
    """Names of the keys in the database: a later step drops them by name."""
    there = inspect(connection)
    foreign = {str(key["name"]) for key in there.get_foreign_keys(table)}
    return foreign | {str(there.get_pk_constraint(table)["name"])}


def expected_names(table: Table) -> set[str]:
    return {str(one.name) for one in table.constraints}


def test_a_newer_schema_is_refused_in_words(database: Database) -> None:
    database.migrate()
    engine = engine_of(database)
    with engine.begin() as connection:
        versions = table(VERSIONS, column("version_num"))
        connection.execute(update(versions).values(version_num="9999"))
    engine.dispose()
    with pytest.raises(StoreTooNew) as caught:
        open_store(database.url)
    said = str(caught.value)
    assert database.place in said
    assert f"its schema is version 9999, and this Tidemark knows versions up to {NEWEST}" in said


def test_an_older_schema_is_brought_up_with_its_rows(database: Database) -> None:
    database.migrate(STEPS[0])
    engine = engine_of(database)
    fill(engine)
    engine.dispose()
    store = Store(database.url)
    assert [query.id for query in store.queries()] == ["same"]
    assert store.version() == NEWEST
    store.close()


def test_processes_that_start_at_once_make_one_schema(store_url: str) -> None:
    code = (
        "import sys; from store import open_store, SavedQuery\n"
        "store = open_store(sys.argv[1])\n"
        "store.save_query(SavedQuery(name=sys.argv[2], sql='select 1'), author='a')\n"
        "store.close()"
    )
    names = [str(number) for number in range(5)]
    started = [
        subprocess.Popen([sys.executable, "-c", code, store_url, name], cwd=ROOT) for name in names
    ]
    assert [process.wait(timeout=120) for process in started] == [0] * len(names)
    store = Store(store_url)
    assert [query.name for query in store.queries()] == names
    store.close()


def test_openings_at_the_very_same_moment_wait_for_each_other(store_url: str) -> None:
    together = Barrier(6)

    def opened(number: int) -> str:
        store = Store(store_url)
        together.wait()
        kept = store.save_query(SavedQuery(name=str(number), sql="select 1"), author="a")
        store.close()
        return kept.name

    with ThreadPoolExecutor(6) as threads:
        names = list(threads.map(opened, range(6)))
    assert names == [str(number) for number in range(6)]


def loaded_modules(code: str, *arguments: str) -> set[str]:
    """Which of the slow packages a process has imported after running some code."""
    ending = (
        "\nimport json, sys\n"
        "print(json.dumps([m for m in ('sqlalchemy', 'alembic') if m in sys.modules]))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code + ending, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(json.loads(ran.stdout.splitlines()[-1]))


def test_nothing_slow_is_imported_before_it_is_needed(store: Store) -> None:
    store.save_query(SavedQuery(name="x", sql="x"), author="a")
    assert loaded_modules("import store") == set()
    code = "import sys, store; s = store.open_store(sys.argv[1]); s.queries(); s.close()"
    assert loaded_modules(code, store.url) == {"sqlalchemy"}
