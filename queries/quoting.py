"""Names and texts as SQL writes them."""

from collections.abc import Iterable


def quoted(name: str) -> str:
    """A name as SQL writes it, whatever it contains."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


def file_list(files: Iterable[str]) -> str:
    """Paths as DuckDB's list of texts."""
    return "[" + ", ".join(text(file) for file in files) + "]"
