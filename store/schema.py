"""Which version of the schema a database has, and the way to another, under a lock."""

from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table, text

from store.errors import StoreTooNew

NEWEST = "0008"  # the last file of migrations/versions; Alembic is not imported to find out
EMPTY = "nothing"
VERSIONS = "tidemark_version"  # our table for it; a server may hold others' stores, too
LOCK = 7_345_128_916_003  # any number that nobody else uses as an advisory lock of PostgreSQL
FOLDER = Path(__file__).parent / "migrations"


def version_of(connection: Connection) -> str:
    """The version that the database has; EMPTY: no table of ours is there."""
    if not inspect(connection).has_table(VERSIONS):
        return EMPTY
    found = connection.scalar(select(column("version_num")).select_from(table(VERSIONS)))
    return str(found) if found else EMPTY


def bring_to(engine: Engine, version: str = NEWEST) -> tuple[str, str]:
    """Bring the schema to a version, up or down; whoever comes second finds it done.

    The engine's transactions must take the write lock, and must not enforce foreign keys on
    SQLite: a table is changed there by making it anew, and dropping the old one would take along
    whatever points to it.

    Returns:
        The versions before and after.

    Raises:
        StoreTooNew: The database's version is not known here.
    """
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        before = version_of(connection)
        if before == version:
            return before, version
        _migrate(connection, before, version)
        _check_references(connection)
        return before, version


def _migrate(connection: Connection, before: str, version: str) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(FOLDER)
    known = [step.revision for step in scripts.walk_revisions()]
    if before not in {*known, EMPTY}:
        raise StoreTooNew(
            f"its schema is version {before}, and this Tidemark knows versions up to {known[0]}. "
            "Start the newer Tidemark that has written it, or restore a backup"
        )
    is_upward = before == EMPTY or (version != EMPTY and version > before)

    def steps(heads: tuple[str, ...], _: MigrationContext) -> list[object]:
        here = heads[0] if heads else "base"
        if is_upward:
            return list(scripts._upgrade_revs(version, here))  # noqa: SLF001  (no other way in)
        target = "base" if version == EMPTY else version
        return list(scripts._downgrade_revs(target, here))  # noqa: SLF001

    options = {"fn": steps, "version_table": VERSIONS}
    context = MigrationContext.configure(connection, opts=options)
    with Operations.context(context):
        context.run_migrations()


def _check_references(connection: Connection) -> None:
    """SQLite did not watch over references meanwhile, so look now, before it is final."""
    if connection.dialect.name != "sqlite":
        return
    broken = connection.execute(text("pragma foreign_key_check")).all()
    if broken:
        raise RuntimeError(f"a migration has left {len(broken)} references to nothing")
