"""`users`: everybody who did something or is described, with their number and dimensions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from queries.build.arrow import dates, day_numbers
from queries.build.columns import array
from queries.build.days import LocalTime
from queries.build.history import History, no_history
from queries.errors import WorkspaceError, nearest
from queries.narrow import COLUMNS
from queries.settings import Settings
from queries.tables import EVENT_DIMENSIONS, TABLES

MOST_VALUES = 50
# Names that roll-ups use themselves; a dimension cannot have one of them.
TAKEN = frozenset(name for columns in COLUMNS.values() for name in columns) | {"segment", "cell"}


@dataclass(frozen=True, slots=True)
class Described:
    """What the table `users` says.

    Attributes:
        rows: One row per user: user_id, account_id, signed_up_at, deleted_at, dimensions.
        dimensions: Names of the dimensions of users.
    """

    rows: pl.DataFrame
    dimensions: tuple[str, ...]


def user_dimensions(settings: Settings, rows: pl.DataFrame) -> tuple[str, ...]:
    """The declared dimensions of users, or the columns with few different values.

    Raises:
        WorkspaceError: A declared one is not there, or has the name of a roll-up's column.
    """
    own = [name for name in rows.columns if name not in TABLES["users"].names]
    declared = settings.dimensions.users
    if declared is None:
        few = [n for n in own if n not in TAKEN and 1 < rows[n].n_unique() <= MOST_VALUES]
        return tuple(few)
    _check(declared, rows.columns, "users")
    return declared


def event_dimensions(
    settings: Settings, columns: Sequence[str], of_users: Sequence[str]
) -> tuple[str, ...]:
    """The declared dimensions of events, or the usual ones that are there and not of users.

    Raises:
        WorkspaceError: A declared one is not there, is one of users too, or has the name of a
            roll-up's column.
    """
    declared = settings.dimensions.events
    if declared is None:
        return tuple(n for n in EVENT_DIMENSIONS if n in columns and n not in of_users)
    _check(declared, columns, "events")
    for name in declared:
        if name in of_users:
            raise WorkspaceError(
                f"dimensions: {name!r} is named for users and for events; a dimension is one of "
                "them. Give the event's column another name in [tables.events] columns"
            )
    return declared


def _check(declared: Sequence[str], there: Sequence[str], table: str) -> None:
    for name in declared:
        if name in TAKEN:
            raise WorkspaceError(
                f"dimensions.{table}: {name!r} is a column of the roll-ups. Give yours another "
                f'name: [tables.{table}] columns = {{ my_{name} = "{name}" }}'
            )
        if there and name not in there:
            raise WorkspaceError(
                f"dimensions.{table}: {table} has no column {name!r}. {nearest(name, there)}"
            )


def users_table(
    ids: pl.Series,
    described: Described,
    history: History,
    active: npt.NDArray[np.bool_],
    clock: LocalTime,
) -> pa.Table:
    """`users` as it is stored, in the order of numbers.

    Args:
        ids: User ids by number.
        described: What the table `users` says of some of them.
        history: First and last active day by number.
        active: Whether any event of the user is held, by number.
        clock: The workspace's local time.
    """
    rows = pl.DataFrame({"user_id": ids}).join(
        described.rows.with_columns(pl.lit(value=True).alias("\0described")),
        on="user_id", how="left", maintain_order="left",
    )  # fmt: skip
    grown = np.zeros(len(ids), dtype=bool)
    grown[: len(active)] = active
    known = grown | rows["\0described"].fill_null(value=False).to_numpy()
    history = history.grown(len(ids))
    columns: Mapping[str, pa.Array] = {
        "user_key": array(np.arange(len(ids), dtype=np.int32)),
        "user_id": _text(rows, "user_id"),
        "account_id": _text(rows, "account_id"),
        "signed_up_on": _local_day(rows, "signed_up_at", clock),
        "deleted_on": _local_day(rows, "deleted_at", clock),
        "first_day": dates(history.first),
        "last_day": dates(history.last),
        "has_events": array(grown),
        "is_known": array(known),
        **{name: _text(rows, name) for name in described.dimensions},
    }
    return pa.table(columns)


def unseen(ids: pl.Series, described: Described) -> pl.Series:
    """Described users who have no number yet, in order of their ids."""
    own = described.rows["user_id"]
    if own.is_empty():
        return own.alias(ids.name)
    return own.filter(~own.is_in(ids.implode())).sort().alias(ids.name)


def history_of(users: pa.Table) -> History:
    """First and last active day of everybody, from the stored table; no columns: nobody."""
    if not users.num_columns:
        return no_history()
    return History(day_numbers(users["first_day"]), day_numbers(users["last_day"]))


def _text(rows: pl.DataFrame, name: str) -> pa.Array:
    column = rows[name].cast(pl.String).to_arrow(compat_level=pl.CompatLevel.oldest())
    return column.cast(pa.string()) if name in ("user_id", "account_id") else (
        column.cast(pa.string()).dictionary_encode()
    )  # fmt: skip


def _local_day(rows: pl.DataFrame, name: str, clock: LocalTime) -> pa.Array:
    moments = rows[name].cast(pl.Int64)
    day, _ = clock.day_and_hour(moments.fill_null(0).to_numpy().astype(np.int64))
    day = np.where(moments.is_null().to_numpy(), 0, day).astype(np.uint16)
    return dates(day)
