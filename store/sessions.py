"""Rows to records and back, the same for every kind of thing that people change."""

import secrets
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from store.errors import StoreConflict, StoreMissing
from store.fitness import check_fit
from store.records import AuditEntry, Record, Run
from store.tables import AuditRow, Changing, Row

Kind = TypeVar("Kind", bound=Record | Run | AuditEntry)
ChangingRow = TypeVar("ChangingRow", bound=Changing)

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
ID_LENGTH = 10  # letters: a million things share an id with a chance of one in a thousand
GIVEN_BY_STORE = {field.name for field in fields(Record)}


def new_id() -> str:
    """A short text that fits into a link."""
    return "".join(secrets.choice(LETTERS) for _ in range(ID_LENGTH))


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def record_of(kind: type[Kind], row: Row, **others: Any) -> Kind:
    """A row as a record; `others` are attributes that no column holds."""
    names = [field.name for field in fields(kind) if field.name not in others]
    values = {name: getattr(row, name) for name in names}
    return kind(**{name: _frozen(value) for name, value in values.items()}, **others)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def put(session: Session, table: type[ChangingRow], record: Record, *, author: str) -> ChangingRow:
    """Add a record that has no id yet, or change the one that has it.

    Raises:
        StoreMissing: There is none with this id.
        StoreConflict: It was changed since the record was read.
        StoreRefused: It cannot be kept as it is.
    """
    check_fit(record)
    values = written(record)
    moment = now()
    if record.id:
        row = found(session, table, record.id, version=record.version)
    else:
        row = table()
        values |= {"id": new_id(), "author": author, "created_at": moment}
        session.add(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_by, row.updated_at = author, moment
    flush(session, named(record))
    return row


def written(record: Record) -> dict[str, Any]:
    """What of a record stands in columns that people fill."""
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if name not in GIVEN_BY_STORE and name != "tiles"
    }


def found(
    session: Session, table: type[ChangingRow], row_id: str, *, version: int | None = None
) -> ChangingRow:
    """The row with an id, locked against others until the transaction ends.

    Raises:
        StoreMissing: There is none.
        StoreConflict: Its version is not the one given.
    """
    row = session.get(table, row_id, with_for_update=True)
    if row is None:
        kind = table.__name__.removesuffix("Row")
        raise StoreMissing(f"there is no {_spaced(kind)} {row_id!r}; somebody may have removed it")
    if version is not None and row.version != version:
        raise StoreConflict(
            f"{named(row)} was changed by {row.updated_by} on "
            f"{row.updated_at:%d %b %Y at %H:%M} UTC, after you opened it; "
            "load the page again and make your change to the new state"
        )
    return row


def flush(session: Session, what: str) -> None:
    """Send changes; a version that moved at this very moment is a conflict, too."""
    try:
        session.flush()
    except StaleDataError as error:
        raise StoreConflict(f"{what} was changed at this very moment; try again") from error


def remove(
    session: Session, table: type[ChangingRow], row_id: str, *, author: str, version: int | None
) -> None:
    """Delete a row; the audit log keeps what it said.

    Raises:
        StoreMissing: There is none.
        StoreConflict: It was changed since its version was read.
    """
    row = found(session, table, row_id, version=version)
    what = _spaced(type(row).__name__.removesuffix("Row"))
    note(session, author=author, action=f"removed {what}", subject=named(row), details=as_kept(row))
    session.delete(row)
    flush(session, named(row))


def note(
    session: Session, *, author: str, action: str, subject: str, details: Mapping[str, Any]
) -> None:
    """Write into the audit log, in the same transaction."""
    session.add(
        AuditRow(
            id=new_id(),
            at=now(),
            author=author,
            action=action,
            subject=subject,
            details=dict(details),
        )
    )


def as_kept(row: Any) -> dict[str, Any]:
    """All columns of a row."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def named(thing: Any) -> str:
    """What people call it: “Weekly revenue”."""
    for attribute in ("name", "title", "metric"):
        text = getattr(thing, attribute, "")
        if text:
            return f"“{text}”"
    return "It"


def _spaced(name: str) -> str:
    """'SavedQuery' as 'saved query'."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
