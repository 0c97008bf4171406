"""The engine of a worker: its tables made, then every door shut and the key thrown away."""

import duckdb

from queries.sandbox.wire import Opening

# Harmless settings of one connection that stay open, for progress and for errors with positions.
OF_A_CONNECTION = (
    "set errors_as_json = true",
    "set enable_progress_bar = true",
    "set enable_progress_bar_print = false",
    "set progress_bar_time = 0",
    "set max_expression_depth = 250",
    "set python_enable_replacements = false",
)
_OPEN = ", ".join(f"'{statement.split()[1]}'" for statement in OF_A_CONNECTION)


def shut_engine(opening: Opening) -> duckdb.DuckDBPyConnection:
    """An engine in memory that reads the opening's files and nothing else."""
    link = duckdb.connect(":memory:", config={"temp_directory": ""})
    files = ", ".join("'" + path.replace("'", "''") + "'" for path in opening.files)
    for statement in (
        f"set memory_limit = '{int(opening.memory_mb)}MiB'",
        f"set threads = {int(opening.threads)}",
        "set TimeZone = 'UTC'",
        "set autoinstall_known_extensions = false",
        "set autoload_known_extensions = false",
        "set allow_community_extensions = false",
        "set allow_persistent_secrets = false",
        "set parquet_metadata_cache = true",
        "set max_temp_directory_size = '0B'",
        f"set allowed_configs = [{_OPEN}]",
        f"set allowed_paths = [{files}]",
        "set enable_external_access = false",
        *opening.ddl,
        "set lock_configuration = true",
    ):
        link.execute(statement)
    return link


def columns(link: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    """Names and types of a table's columns."""
    name = table.replace('"', '""')
    return [(str(row[0]), str(row[1])) for row in link.execute(f'describe "{name}"').fetchall()]
