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
    counts = lengths(first, len(user))
    hours = np.bitwise_or.reduceat(mask, first) if len(first) else mask
    user, day, cell = _taken((user, day, cell), first)
    return _merged(user, day, cell, counts, hours)


def _merged(
    user: npt.NDArray[np.int32],
    day: npt.NDArray[np.uint16],
    cell: npt.NDArray[np.int32],
    counts: npt.NDArray[np.int64],
    hours: npt.NDArray[np.int32],
) -> UserDays:
    """Runs of one cell put together where a user went back and forth between cells in a day."""
    cell, (counts, hours), first = _by_cell((user, day), cell, (counts, hours))
    if len(first) < len(cell):
        hours = np.bitwise_or.reduceat(hours, first)
        counts = summed(counts, first)
        user, day, cell = _taken((user, day, cell), first)
    return UserDays(user, day, counts, np.zeros(len(user), dtype=np.int64), hours, cell)


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
    cell, (counts,), first = _by_cell((kind, user, day), cell, (counts,))
    if len(first) < len(cell):
        counts = summed(counts, first)
        kind, user, day, cell = _taken((kind, user, day, cell), first)
    return FeatureDays(kind, user, day, cell, counts)


def _taken(
    columns: tuple[npt.NDArray[Any], ...], positions: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[Any], ...]:
    return tuple(column.take(positions) for column in columns)


def summed(values: npt.NDArray[Any], first: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Sums of groups that start at these positions."""
    if not len(first):
        return np.empty(0, dtype=np.int64)
    return np.add.reduceat(values, first).astype(np.int64)


def _by_cell(
    group: tuple[npt.NDArray[Any], ...],
    cell: npt.NDArray[np.int32],
    amounts: tuple[npt.NDArray[Any], ...],
) -> tuple[npt.NDArray[np.int32], tuple[npt.NDArray[Any], ...], npt.NDArray[np.intp]]:
    """Rows sorted by group, put in order of cells within it; few groups have several rows.

    Returns:
        Cells and amounts in that order, and the positions at which group or cell changes.
    """
    same = np.ones(max(0, len(cell) - 1), dtype=bool)
    for column in group:
        same &= column[1:] == column[:-1]
    if not same.any():
        return cell, amounts, np.arange(len(cell))
    rows = np.flatnonzero(np.append(same, False) | np.insert(same, 0, False))
    number = np.cumsum(np.insert(~same, 0, True)[rows])
    order = rows[np.lexsort((cell[rows], number))]
    cell, *amounts_moved = (_moved(column, rows, order) for column in (cell, *amounts))
    same &= cell[1:] == cell[:-1]
    return cell, tuple(amounts_moved), np.flatnonzero(np.insert(~same, 0, True))


def _moved(
    column: npt.NDArray[Any], to: npt.NDArray[np.intp], order: npt.NDArray[np.intp]
) -> npt.NDArray[Any]:
    moved = column.copy()
    moved[to] = column[order]
    return moved
