"""Visits: from each user's moments to sessions, also across the edges of chunks of days.

A session ends after some idle minutes, at its last event, and at the latest 24 hours after it
began; it is filed under the day it began and is not reset at midnight. A given session id wins
over the idle rule. What a session did after midnight is a row of its own, in the file of the day on
which it was done, so that each day's file depends on that day's events and on `Open` alone.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from queries.build.days import DAY, SECOND
from queries.build.sorting import starts

LONGEST = DAY
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Open:
    """Sessions that the next day may continue, one row each.

    Attributes:
        user: Number of the user.
        session: Hash of the given session id; 0: none given.
        started_at: First moment, microseconds.
        last_at: Last moment so far, microseconds.
        day: The local day it is filed under.
    """

    user: npt.NDArray[np.int32]
    session: Integers
    started_at: Integers
    last_at: Integers
    day: npt.NDArray[np.uint16]

    def equals(self, other: "Open") -> bool:
        """Whether both leave the next day the same."""
        return all(
            np.array_equal(a, b) for a, b in zip(self.in_order(), other.in_order(), strict=True)
        )

    def in_order(self) -> tuple[npt.NDArray[np.generic], ...]:
        """All columns, sorted by user, session and beginning."""
        order = np.lexsort((self.started_at, self.session, self.user))
        columns = (self.user, self.session, self.started_at, self.last_at, self.day)
        return tuple(column[order] for column in columns)


def nothing_open() -> Open:
    """No session is open, as before the first day."""
    none = np.empty(0, dtype=np.int64)
    return Open(none.astype(np.int32), none, none, none, none.astype(np.uint16))


@dataclass(frozen=True, slots=True)
class Visits:
    """Parts of sessions, one row per (session, local day on which something was done).

    Attributes:
        on_day: The day on which it was done.
        day: The day under which the session is filed.
        user: Number of the user.
        started_at: First moment of the session, microseconds.
        last_at: Last moment of this part, microseconds.
        seconds: What this part adds to the session's length.
        events: Events of this part.
        is_start: Whether the session begins with this part.
        cell: Event dimensions of this part's first event.
        session: Hash of the given session id; 0: none given.
    """

    on_day: npt.NDArray[np.uint16]
    day: npt.NDArray[np.uint16]
    user: npt.NDArray[np.int32]
    started_at: Integers
    last_at: Integers
    seconds: npt.NDArray[np.float64]
    events: Integers
    is_start: npt.NDArray[np.bool_]
    cell: npt.NDArray[np.int32]
    session: Integers


@dataclass(frozen=True, slots=True)
class Moments:
    """Qualifying events in the order of user and time, as equally long arrays."""

    user: npt.NDArray[np.int32]
    session: Integers
    at: Integers
    day: npt.NDArray[np.uint16]
    cell: npt.NDArray[np.int32]


def visits(rows: Moments, before: Open, *, idle: int) -> Visits:
    """Sessions of some consecutive days, given those that were open when they began.

    Args:
        rows: Events sorted by user and time.
        before: Sessions that may go on.
        idle: The longest pause within a session, microseconds.
    """
    rows = _by_session(rows)
    if not len(rows.at):
        return _parts(rows, rows.at, rows.day, rows.at)
    stream = starts(rows.user, rows.session)
    resumed = _resumed(rows, stream, before, idle)
    first = _first_events(rows, stream, idle)
    began, filed = rows.at[first], rows.day[first]
    at = np.searchsorted(first, resumed.position)
    began[at], filed[at] = resumed.started_at, resumed.day
    length = np.diff(np.append(first, len(rows.at)))
    began, filed = np.repeat(began, length), np.repeat(filed, length)
    _cap(rows, began, filed, first)
    until = began.copy()
    until[resumed.position] = resumed.last_at
    return _parts(rows, began, filed, until)


def still_open(parts: Visits, at: int, *, idle: int) -> Open:
    """Sessions that an event at or after the instant `at` may continue.

    Args:
        parts: The parts of the two days before, in any order.
        at: The first instant of a local day, microseconds.
        idle: The longest pause within a session, microseconds.
    """
    given = parts.session != 0
    may = np.where(given, parts.started_at + LONGEST > at, parts.last_at + idle >= at)
    kept = np.flatnonzero(may)
    order = kept[np.lexsort((parts.last_at[kept], parts.session[kept], parts.user[kept]))]
    first = starts(parts.user[order], parts.session[order])
    latest = order[np.append(first[1:], len(order))[: len(first)] - 1]
    return Open(
        parts.user[latest], parts.session[latest], parts.started_at[latest],
        parts.last_at[latest], parts.day[latest],
    )  # fmt: skip


def _by_session(rows: Moments) -> Moments:
    """Each given session in one piece: users who were in two at once are sorted by session."""
    mixed = _mixed(rows)
    if not len(mixed):
        return rows
    order = mixed[np.lexsort((rows.session[mixed], rows.user[mixed]))]  # keeps the order of time
    return Moments(*(_moved(getattr(rows, name), mixed, order) for name in Moments.__slots__))


def _moved(
    column: npt.NDArray[Any], to: npt.NDArray[np.intp], order: npt.NDArray[np.intp]
) -> npt.NDArray[Any]:
    moved = column.copy()
    moved[to] = column[order]
    return moved


def _mixed(rows: Moments) -> npt.NDArray[np.intp]:
    """Positions of all events of users who went back to a session, or to none, after another."""
    first = starts(rows.user, rows.session)
    session, user = rows.session.take(first), rows.user.take(first)
    if _are_apart(session, user):
        return np.empty(0, dtype=np.intp)
    order = np.argsort(session, kind="stable")  # runs stand by user, and so they stay
    is_again = session[order[1:]] == session[order[:-1]]
    is_again &= user[order[1:]] == user[order[:-1]]
    again = order[1:][is_again]
    if not len(again):
        return np.empty(0, dtype=np.intp)
    is_mixed = np.zeros(int(rows.user.max()) + 1, dtype=bool)
    is_mixed[user[again]] = True
    found: npt.NDArray[np.intp] = np.flatnonzero(is_mixed[rows.user])
    return found


def _are_apart(session: Integers, user: npt.NDArray[np.int32]) -> bool:
    """Whether no given session has two runs, and no user two without one; the usual case.

    Sorting plain numbers is several times as quick as sorting their positions.
    """
    given = np.sort(session[session != 0])
    without = user[session == 0]
    is_apart = np.all(given[1:] != given[:-1]) and np.all(without[1:] != without[:-1])
    return bool(is_apart)


def _first_events(rows: Moments, stream: npt.NDArray[np.intp], idle: int) -> npt.NDArray[np.intp]:
    """Positions of the events that begin a session, but for those that go on from before."""
    is_new = np.zeros(len(rows.at), dtype=bool)
    is_new[1:] = ((rows.at[1:] - rows.at[:-1]) > idle) & (rows.session[1:] == 0)
    is_new[stream] = True
    return np.flatnonzero(is_new)


@dataclass(frozen=True, slots=True)
class _Resumed:
    """Events that go on with an open session: their positions, and that session."""

    position: npt.NDArray[np.intp]
    started_at: Integers
    last_at: Integers
    day: npt.NDArray[np.uint16]


def _resumed(rows: Moments, stream: npt.NDArray[np.intp], before: Open, idle: int) -> _Resumed:
    """The first events of users whose open session they continue."""
    firsts = pl.DataFrame({
        "user": rows.user[stream], "session": rows.session[stream], "at": rows.at[stream],
        "position": stream,
    })  # fmt: skip
    opened = pl.DataFrame({name: getattr(before, name) for name in Open.__slots__})
    met = firsts.join(opened, on=["user", "session"], maintain_order="left").filter(
        (pl.col("session") != 0) | (pl.col("at") - pl.col("last_at") <= idle)
    )
    return _Resumed(
        met["position"].to_numpy(), met["started_at"].to_numpy(), met["last_at"].to_numpy(),
        met["day"].to_numpy(),
    )  # fmt: skip


def _cap(
    rows: Moments,
    began: Integers,
    filed: npt.NDArray[np.uint16],
    first: npt.NDArray[np.intp],
) -> None:
    """Cut sessions at 24 hours, in place; what is left of one is a session again."""
    ends = np.append(first[1:], len(rows.at))
    late = np.flatnonzero(rows.at - began >= LONGEST)
    while len(late):
        number = np.searchsorted(ends, late, side="right")
        for position, end in zip(late[starts(number)], ends[number[starts(number)]], strict=True):
            began[position:end] = rows.at[position]
            filed[position:end] = rows.day[position]
        late = late[rows.at[late] - began[late] >= LONGEST]


def _parts(
    rows: Moments, began: Integers, filed: npt.NDArray[np.uint16], until: Integers
) -> Visits:
    """One row per session and local day; `until`: how far each was before its first event."""
    first = starts(rows.user, rows.session, began, rows.day)
    last = np.append(first[1:], len(rows.at))[: len(first)] - 1
    is_start = rows.at[first] == began[first]
    return Visits(
        on_day=rows.day[first],
        day=filed[first],
        user=rows.user[first],
        started_at=began[first],
        last_at=rows.at[last],
        seconds=(
            rows.at[last] - np.where(is_start, began[first], _stood(rows, began, until, first))
        )
        / SECOND,
        events=(last - first + 1).astype(np.int64),
        is_start=is_start,
        cell=rows.cell[first],
        session=rows.session[first],
    )


def _stood(
    rows: Moments, began: Integers, until: Integers, first: npt.NDArray[np.intp]
) -> Integers:
    """Last moment of the same session before each part."""
    before = np.maximum(first - 1, 0)
    is_same = (first > 0) & (rows.user[before] == rows.user[first])
    is_same &= (rows.session[before] == rows.session[first]) & (began[before] == began[first])
    return np.where(is_same, rows.at[before], until[first])
