"""Who did what: signed in or was refused, asked in SQL, took rows away, changed what others see?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from store import store_of

if TYPE_CHECKING:
    from datetime import datetime

    from queries import Workspace

MOST_ENTRIES = 10_000
LONGEST_DETAIL = 300  # characters of one detail, such as a query's text
SCHEMA: dict[str, type[pl.DataType] | pl.DataType] = {
    "at": pl.Datetime("us"),
    "author": pl.String,
    "action": pl.String,
    "subject": pl.String,
    "details": pl.String,
}


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the log holds.

    Attributes:
        rows: One row per entry, the latest first: `at` (UTC), `author`, `action`, `subject`,
            `details`.
        actions: The different actions, by name.
        authors: The different people, by name.
        is_cut: Whether there are more entries than `rows` holds.
    """

    rows: pl.DataFrame
    actions: tuple[str, ...]
    authors: tuple[str, ...]
    is_cut: bool


def audit_report(workspace: Workspace, *, since: datetime | None = None) -> AuditReport:
    """The latest entries of the log.

    Args:
        workspace: Whose log.
        since: Only from then on, UTC; None: from the first one on.

    Raises:
        StoreError: The store cannot be read.
    """
    entries = store_of(workspace).audit_log(since=since, limit=MOST_ENTRIES + 1)
    rows = pl.DataFrame(
        [
            (one.at.replace(tzinfo=None) if one.at else None, one.author, one.action, one.subject,
             _words(one.details))
            for one in entries[:MOST_ENTRIES]
        ],
        schema=SCHEMA,
        orient="row",
    )  # fmt: skip
    return AuditReport(
        rows=rows,
        actions=tuple(sorted(set(rows["action"]))),
        authors=tuple(sorted(set(rows["author"]))),
        is_cut=len(entries) > MOST_ENTRIES,
    )


def _words(details: object) -> str:
    """Details in a line: name, colon, value."""
    if not isinstance(details, dict):
        return "" if details is None else str(details)
    return " · ".join(f"{name}: {_short(value)}" for name, value in details.items())


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= LONGEST_DETAIL else f"{text[: LONGEST_DETAIL - 1]}…"
