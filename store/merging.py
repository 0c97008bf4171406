"""Bring an export into a store without losing what either of them has."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from store.database import Database
from store.errors import StoreRefused
from store.fitness import check_fit
from store.records import (
    Annotation,
    Board,
    Decision,
    EditorTab,
    FeatureAction,
    Goal,
    PlannedRelease,
    Record,
    SavedQuery,
    SavedView,
    Tile,
    Vote,
)
from store.sessions import GIVEN_BY_STORE, note
from store.staging import staged
from store.tables import Row

RECORDS: dict[str, type[Record]] = {
    "saved_queries": SavedQuery,
    "editor_tabs": EditorTab,
    "boards": Board,
    "board_tiles": Tile,
    "annotations": Annotation,
    "goals": Goal,
    "decisions": Decision,
    "saved_views": SavedView,
    "votes": Vote,
    "planned_releases": PlannedRelease,
    "feature_actions": FeatureAction,
}


@dataclass(slots=True)
class Merged:
    """What an import has done.

    Attributes:
        added: Rows that were not here, by table.
        replaced: Rows that the export had a newer version of; the audit log keeps the older.
        unchanged: Rows that are the same here, or newer here.
        conflicts: A sentence for each row of the same version that says something else here;
            what is here stays, what is in the export stays in the export.
    """

    added: dict[str, int] = field(default_factory=dict)
    replaced: dict[str, int] = field(default_factory=dict)
    unchanged: dict[str, int] = field(default_factory=dict)
    conflicts: list[str] = field(default_factory=list)


def merge(database: Database, source: Path, *, author: str) -> Merged:
    """Add what is missing, replace what is older, say what is in conflict; all or nothing.

    Raises:
        StoreError: The export cannot be used, or the store cannot be written.
    """
    result = Merged()
    with staged(source) as stage, stage.connect() as incoming, database.writing() as session:
        for table in Row.metadata.sorted_tables:
            for row in incoming.execute(select(table).order_by(table.c.id)).mappings():
                _check(table, row, source)
                try:
                    _merge_row(session, table, dict(row), author, result)
                except IntegrityError as error:
                    raise StoreRefused(
                        f"{source}: {table.name} {row['id']!r} points to something that neither "
                        "the export nor the store has"
                    ) from error
    return result


def _check(table: Table, row: Mapping[Any, Any], source: Path) -> None:
    """What is refused from people is refused from files."""
    kind = RECORDS.get(table.name)
    if kind is None:
        return
    names = [part.name for part in fields(kind) if part.name in row]
    try:
        check_fit(kind(**{name: _tuple(row[name]) for name in names}))
    except StoreRefused as error:
        raise StoreRefused(f"{source}: {table.name} {row['id']!r}: {error}") from error


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _merge_row(
    session: Session, table: Table, row: dict[str, Any], author: str, result: Merged
) -> None:
    asked = select(table).where(table.c.id == row["id"]).with_for_update()
    here = session.execute(asked).mappings().one_or_none()
    if here is None:
        session.execute(insert(table).values(row))
        _count(result.added, table)
    elif dict(here) == row or row.get("version", 0) < here.get("version", 0):
        _count(result.unchanged, table)
    elif row.get("version", 0) > here.get("version", 0):
        subject = f"{table.name} {row['id']}"
        note(
            session, author=author, action="replaced by import", subject=subject, details=dict(here)
        )
        session.execute(update(table).where(table.c.id == row["id"]).values(row))
        _count(result.replaced, table)
    elif _content(here) == _content(row):
        _count(result.unchanged, table)
    else:
        result.conflicts.append(_conflict(table, here, row))


def _content(row: Mapping[Any, Any]) -> dict[Any, Any]:
    return {name: value for name, value in row.items() if name not in GIVEN_BY_STORE}


def _conflict(table: Table, here: Mapping[Any, Any], row: Mapping[str, Any]) -> str:
    what = f"{table.name} {row['id']}"
    if "updated_by" not in row:
        return f"{what} says something else here; what is here stays"
    return (
        f"{what} was changed here by {here['updated_by']} on {_when(here)} and in the export by "
        f"{row['updated_by']} on {_when(row)}; what is here stays"
    )


def _when(row: Mapping[Any, Any]) -> str:
    return f"{row['updated_at']:%d %b %Y at %H:%M} UTC"


def _count(counts: dict[str, int], table: Table) -> None:
    counts[table.name] = counts.get(table.name, 0) + 1
