"""What the engine says when a text fails, in words fit for whoever wrote the text.

The engine names files, internal types and long lists of candidates; none of these help, and paths
are nobody's business.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

import duckdb

from queries.sandbox.gate import characters, closest

SECONDS, MEMORY = "seconds", "memory_mb"
EXPLAIN = "explain (format json) "  # stands before a text when the engine is asked for its plan
_FATAL = (duckdb.FatalException, duckdb.InternalException)
_OF_FILES = (duckdb.IOException, duckdb.PermissionException, duckdb.HTTPException)
_COLUMN = re.compile(r'(?:Referenced column|column named|have a column named) "([^"]+)"')
_TABLE = re.compile(r'Referenced table "([^"]+)" not found')
_VALUE = re.compile(r"'[^']*'")
MOST_CHARACTERS = 600


def described(
    error: Exception,
    sql: str,
    hidden: Iterable[str],
    *,
    hides_values: bool = False,
    before: str = "",
) -> dict[str, Any]:
    """An error as the fields of a frame.

    Args:
        error: What the engine raised.
        sql: The text that it was given.
        hidden: Paths that no message may name.
        hides_values: Whether values are kept out, as they may be of rows that are not seen.
        before: What stood before the text when the engine was asked.
    """
    if isinstance(error, duckdb.InterruptException):
        return {"limit": SECONDS}
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError):
        return {"limit": MEMORY, "is_fatal": True}
    if isinstance(error, _FATAL):
        message = "the engine gave up on this text; the next one is answered by a fresh one"
        return {"message": message, "is_fatal": True}
    if isinstance(error, _OF_FILES):
        return {"message": "the data could not be read", "is_of_files": True, "is_fatal": True}
    facts = _facts(error)
    message, suggestion = _in_words(facts)
    if hides_values and type(error) in (duckdb.ConversionException, duckdb.InvalidInputException):
        message = _VALUE.sub("'…'", message)
    return {
        "message": without_paths(message, hidden)[:MOST_CHARACTERS],
        "position": _position(facts, sql, before),
        "suggestion": suggestion,
    }


def _position(facts: dict[str, Any], sql: str, before: str) -> int | None:
    """Where in the text; the engine counts bytes from the start of what it was asked."""
    position = str(facts.get("position", ""))
    return characters(sql, max(0, int(position) - len(before))) if position.isdigit() else None


def without_paths(message: str, hidden: Iterable[str]) -> str:
    """A message in which no path is named."""
    for path in hidden:
        message = re.sub(re.escape(path) + r"[^\s'\"]*", "…", message)
    return message


def _facts(error: Exception) -> dict[str, Any]:
    """What the engine says, as it says it in JSON."""
    text = str(error)
    start = text.find("{")
    try:
        facts = json.loads(text[start:]) if start >= 0 else None
    except ValueError:
        facts = None
    return facts if isinstance(facts, dict) else {"exception_message": text}


def _in_words(facts: dict[str, Any]) -> tuple[str, str | None]:
    """The message, and the nearest right name."""
    message = str(facts.get("exception_message", "")).strip()
    first = message.partition("\n")[0].strip().rstrip("!")
    table = _TABLE.search(first)
    if table:
        return f"there is no table {table[1]!r} in what is read here", None
    missing = _COLUMN.search(first)
    if not missing:
        return _lower_first(first) or "the text could not be answered", None
    name = missing[1]
    names = _candidates(facts, message)
    if "FROM clause is missing" in first:
        return f"there is no column {name!r}: nothing is read; FROM is missing", None
    near = closest(name, names, likeness=0.5)
    hint = f". Did you mean {near!r}?" if near else ""
    return f"there is no column {name!r} in what is read here{hint}", near


def _candidates(facts: dict[str, Any], message: str) -> list[str]:
    given = str(facts.get("candidates", ""))
    if given:
        names = [part.strip().strip('"') for part in given.split(",")]
    else:
        names = re.findall(r'"([^"]+)"', message.partition("Candidate bindings:")[2])
    return [name.rpartition(".")[2] for name in names if name]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
