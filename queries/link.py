"""A DuckDB in memory, set up the way this project wants one."""

import duckdb


def memory_link(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB of one's own: quiet, in UTC, blind to Python's variables."""
    link = duckdb.connect(":memory:")
    link.execute("set enable_progress_bar = false")
    link.execute("set python_enable_replacements = false")
    link.execute("set TimeZone = 'UTC'")
    if threads is not None:
        link.execute(f"set threads = {int(threads)}")
    return link
