"""Sorted events, counted by group."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.build.sorting import lengths, starts


@dataclass(frozen=True, slots=True)
class UserDays:
    """One row per (user, day) with a qualifying event, sorted by user and day.

    Attributes:
        user: Number of the user.
        day: Local day number.
        events: Qualifying events.
        sessions: Sessions begun.
        hours: Mask of the local hours with a qualifying event, bit 0 is midnight to one.
        cell: Event dimensions; None: rows are not split by them.
    """

    user: npt.NDArray[np.int32]
    day: npt.NDArray[np.uint16]
    events: npt.NDArray[np.int64]
    sessions: npt.NDArray[np.int64]
    hours: npt.NDArray[np.int32]
    cell: npt.NDArray[np.int32] | None = None

    @property
    def cells(self) -> npt.NDArray[np.int32]:
        """The cell of each row; one and the same where rows are not split."""
        return np.zeros(len(self.user), dtype=np.int32) if self.cell is None else self.cell


@dataclass(frozen=True, slots=True)
class FeatureDays:
    """One row per (kind, user, day, cell), in that order."""

    kind: npt.NDArray[np.int32]
    user: npt.NDArray[np.int32]
    day: npt.NDArray[np.uint16]
    cell: npt.NDArray[np.int32]
    events: npt.NDArray[np.int64]


def segment_days(
    user: npt.NDArray[np.int32],
    day: npt.NDArray[np.uint16],
    cell: npt.NDArray[np.int32],
    hour: npt.NDArray[np.uint8],
) -> UserDays:
    """Events sorted by user and time, counted by (user, day, cell); sessions come later."""
    first = starts(user, day, cell)
    mask = np.left_shift(np.int32(1), hour.astype(np.int32))
    runs = (user[first], day[first], cell[first])
    counts = lengths(first, len(user))
    hours = np.bitwise_or.reduceat(mask, first) if len(first) else mask
    return _merged(*runs, counts, hours)


def _merged(
    user: npt.NDArray[np.int32],
    day: npt.NDArray[np.uint16],
    cell: npt.NDArray[np.int32],
    counts: npt.NDArray[np.int64],
    hours: npt.NDArray[np.int32],
) -> UserDays:
    """Runs of one cell put together where a user went back and forth between cells in a day."""
    order = _order_in_groups((user, day), cell)
    if order is None:
        return UserDays(user, day, counts, np.zeros(len(user), dtype=np.int64), hours, cell)
    user, day, cell = user.take(order), day.take(order), cell.take(order)
    first = starts(user, day, cell)
    return UserDays(
        user=user[first],
        day=day[first],
        events=summed(counts[order], first),
        sessions=np.zeros(len(first), dtype=np.int64),
        hours=np.bitwise_or.reduceat(hours[order], first) if len(first) else hours,
        cell=cell[first],
    )


def user_days(parts: UserDays) -> UserDays:
    """`segment_days` put together over cells."""
    first = starts(parts.user, parts.day)
    return UserDays(
        user=parts.user[first],
        day=parts.day[first],
        events=summed(parts.events, first),
        sessions=summed(parts.sessions, first),
        hours=np.bitwise_or.reduceat(parts.hours, first) if len(first) else parts.hours,
    )


def feature_days(
    kind: npt.NDArray[np.int32],
    user: npt.NDArray[np.int32],
    day: npt.NDArray[np.uint16],
    cell: npt.NDArray[np.int32],
) -> FeatureDays:
    """Events sorted by kind, user and time, counted by (kind, user, day, cell)."""
    first = starts(kind, user, day, cell)
    counts = lengths(first, len(kind))
    kind, user, day, cell = _taken((kind, user, day, cell), first)
    order = _order_in_groups((kind, user, day), cell)
    if order is None:
        return FeatureDays(kind, user, day, cell, counts)
    kind, user, day, cell = _taken((kind, user, day, cell), order)
    first = starts(kind, user, day, cell)
    events = summed(counts.take(order), first)
    kind, user, day, cell = _taken((kind, user, day, cell), first)
    return FeatureDays(kind, user, day, cell, events)


def _taken(
    columns: tuple[npt.NDArray[Any], ...], positions: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[Any], ...]:
    return tuple(column.take(positions) for column in columns)


def summed(values: npt.NDArray[Any], first: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Sums of groups that start at these positions."""
    if not len(first):
        return np.empty(0, dtype=np.int64)
    return np.add.reduceat(values, first).astype(np.int64)


def _order_in_groups(
    group: tuple[npt.NDArray[Any], ...], cell: npt.NDArray[np.int32]
) -> npt.NDArray[np.intp] | None:
    """Rows are sorted by group; order the few groups with several runs by cell as well.

    None: no group has several.
    """
    same = np.ones(max(0, len(cell) - 1), dtype=bool)
    for column in group:
        same &= column[1:] == column[:-1]
    if not same.any():
        return None
    member = np.append(same, False) | np.insert(same, 0, False)
    rows = np.flatnonzero(member)
    number = np.cumsum(np.insert(~same, 0, True)[rows])
    order = np.arange(len(cell))
    order[rows] = rows[np.lexsort((cell[rows], number))]
    return order
