"""When sessions begin and end, from the roll-up's files, each of which is read once."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from queries.snapshot import Partition
from queries.step_files import numbers, read_file
from queries.visit_parts import Sessions

LONGEST_SESSION = timedelta(days=2)  # in days, on the safe side
MICROSECOND = timedelta(microseconds=1)
COLUMNS = ["user_key", "started_at", "seconds", "is_start"]
Rows = tuple[
    NDArray[np.int32], NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]
]  # as COLUMNS has them
NOTHING: Rows = (
    np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.bool_),
)  # fmt: skip


class SessionFiles:
    """Reads sessions of one span of time after the other; those of two spans ago are forgotten."""

    def __init__(self, folder: Path, days: tuple[date, date]) -> None:
        """Sessions that begin on some days."""
        self._folder, self._days = folder, days
        self._kept: dict[str, Rows] = {}

    def sessions(self, files: Sequence[Partition], since: int | None) -> Sessions:
        """Those that reach into a span, among others.

        Args:
            files: What there is around the span.
            since: When the span begins, microseconds since 1970, UTC; None: any moment.
        """
        self._kept = {one.file: self._kept.get(one.file) or self._rows(one) for one in files}
        found = [_late(rows, since) for rows in self._kept.values()]
        found = found or [NOTHING]
        users, starts, seconds, is_start = map(np.concatenate, zip(*found, strict=True))
        return Sessions.from_days(users, starts, seconds, is_start)

    def _rows(self, file: Partition) -> Rows:
        table = read_file(self._folder, file, COLUMNS, *self._days, early=LONGEST_SESSION)
        users, starts, seconds, is_start = (numbers(table, name) for name in COLUMNS)
        return users, starts, seconds, is_start


def _late(rows: Rows, since: int | None) -> Rows:
    """Those that may still go on at a moment."""
    if since is None:
        return rows
    users, starts, seconds, is_start = rows
    kept = starts >= since - LONGEST_SESSION // MICROSECOND
    if kept.all():
        return rows
    return users[kept], starts[kept], seconds[kept], is_start[kept]
