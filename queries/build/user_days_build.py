"""`user_days` as history: each row knows the user's first and previous day.

As long as new days follow all known ones, rows are written as they come. When days change that
others follow, everything from the first changed day on is taken back and added again in order.
"""

from collections.abc import Callable
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.build.arrow import day_numbers, user_days_table
from queries.build.columns import array, numbers
from queries.build.days import day_number, day_of
from queries.build.grouping import UserDays
from queries.build.history import History
from queries.build.partitions import Partitions
from queries.build.sorting import stable_order
from queries.snapshot import Snapshot

BLOCK_ROWS = 1_000_000
FIELDS = ("user", "day", "events", "sessions", "hours")
Write = Callable[[str, pa.Table, list[int]], None]


class UserDaysBuild:
    """Adds user-days to what is known, in the order of days.

    Attributes:
        history: First and last active day of each user so far.
        rewritten_from: The day from which all user-days are written anew; None: none are.
    """

    def __init__(
        self, history: History, partitions: Partitions, old: Snapshot | None, first_day: int
    ) -> None:
        self.history = history
        self.rewritten_from: date | None = None
        self._old = self._taken_back(partitions, old, max(first_day, 1))
        self._new: list[UserDays] = []

    def add(self, rows: UserDays, days: list[int], users: int, write: Write) -> None:
        """Rows of some days, sorted by user and day; written now unless other days follow."""
        if self._old is not None:
            self._new.append(rows)
            return
        self._write(rows, users, [(days[0], days[-1])], write)

    def finish(self, touched: set[int], users: int, write: Write) -> None:
        """Write what had to wait: rows of changed days, and those of before on the others."""
        if self._old is None:
            return
        changed = np.array(sorted(touched), dtype=np.uint16)
        kept = _only(self._old, ~np.isin(self._old.day, changed))
        rows = _joined([kept, *self._new])
        rows = _only(rows, _order(rows))
        self._write(rows, users, _blocks(rows.day), write)

    def _write(
        self, rows: UserDays, users: int, blocks: list[tuple[int, int]], write: Write
    ) -> None:
        self.history = self.history.grown(users)
        first, prev = self.history.add(rows.user, rows.day)
        for low, high in blocks:
            own = slice(None) if len(blocks) == 1 else (rows.day >= low) & (rows.day <= high)
            table = user_days_table(_only(rows, own), first[own], prev[own])
            write("user_days", table, [low, high])

    def _taken_back(
        self, partitions: Partitions, old: Snapshot | None, first_day: int
    ) -> UserDays | None:
        """User-days of before from the first changed day on, forgotten by the history."""
        first = day_of(first_day)
        files = [
            one
            for one in (old.partitions.get("user_days", ()) if old else ())
            if one.last_day is not None and one.last_day >= first
        ]
        if not files:
            return None
        table = partitions.read(files)
        table = table.filter(array(day_numbers(table["day"]) >= day_number(first)))
        rows = _read(table)
        order = _order(rows)
        prev = day_numbers(table["prev_day"])
        self.history.forget(rows.user[order], prev[order])
        self.rewritten_from = day_of(day_number(first))
        return rows


def _read(table: pa.Table) -> UserDays:
    return UserDays(
        user=numbers(table["user_key"]),
        day=day_numbers(table["day"]),
        events=numbers(table["events"]).astype(np.int64),
        sessions=numbers(table["sessions"]).astype(np.int64),
        hours=numbers(table["hours"]),
    )


def _order(rows: UserDays) -> npt.NDArray[np.intp]:
    return stable_order(rows.user, stable_order(rows.day))


def _only(rows: UserDays, keep: npt.NDArray[np.generic] | slice) -> UserDays:
    return UserDays(**{name: getattr(rows, name)[keep] for name in FIELDS})


def _joined(parts: list[UserDays]) -> UserDays:
    return UserDays(**{n: np.concatenate([getattr(p, n) for p in parts]) for n in FIELDS})


def _blocks(day: npt.NDArray[np.uint16]) -> list[tuple[int, int]]:
    """Ranges of days that hold about BLOCK_ROWS rows each."""
    if not len(day):
        return []
    counts = np.bincount(day)
    days = np.flatnonzero(counts)
    block = np.cumsum(counts[days]) // BLOCK_ROWS
    return [(int(days[block == n].min()), int(days[block == n].max())) for n in np.unique(block)]
