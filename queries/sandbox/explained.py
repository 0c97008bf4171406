"""The plan of a text in words: which tables and files are read, and how many rows are expected."""

from collections.abc import Mapping
from typing import Any


def explained(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Sentences about what answering would take."""
    tables = facts.get("tables", ())
    return (f"Reads {', '.join(tables)}." if tables else "Reads no table.",)
