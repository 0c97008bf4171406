"""A log cut into blocks that fit a processor's cache; no unit is cut in two."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.funnel.log import Log, tie_rank
from metrics.funnel.question import Funnel, microseconds

Rows = NDArray[np.intp]

ROWS_PER_BLOCK = 1 << 15  # about ten columns of 8 bytes then stay within 2 MiB
HIGHEST_KEY = 1 << 62
AFTER_ALL = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some rows of a log, all rows of each of its units.

    Attributes:
        first: The log's row that is row 0 here.
        keys: (n + 1,) unit and time in one number: rows of one unit differ by their microseconds,
            units lie further apart than window and grace reach. The last one, after all rows, is
            larger than any.
        unit_starts: (u,) the first row of each unit.
        steps: (n,) as in the log.
        exclusions: (n,) as in the log, or None.
        window: Microseconds, no longer than the log.
        grace: Microseconds, no longer than the log.
    """

    first: int
    keys: NDArray[np.int64]
    unit_starts: Rows
    steps: NDArray[np.unsignedinteger]
    exclusions: NDArray[np.unsignedinteger] | None
    window: int
    grace: int

    def __len__(self) -> int:
        return len(self.steps)

    def next_rows(self, fits: NDArray[np.bool_]) -> NDArray[np.int32]:
        """(n + 1,) for each row the first one at or after it that fits; n: none."""
        count = len(self)
        rows = np.full(count + 1, count, dtype=np.int32)
        rows[:-1][fits] = np.flatnonzero(fits)
        return np.minimum.accumulate(rows[::-1])[::-1]

    def next_step(self, step: int) -> NDArray[np.int32]:
        """(n + 1,) for each row the first one at or after it that fits a step; n: none."""
        return self.next_rows((self.steps & self.steps.dtype.type(1 << step)) != 0)


def blocks(log: Log, funnel: Funnel, *, rows: int = ROWS_PER_BLOCK) -> Iterator[Block]:
    """A log in blocks of about so many rows; one unit with more rows is a block of its own.

    Raises:
        ValueError: The log is not sorted.
    """
    if len(log) == 0:
        return
    earliest = int(log.times.min())
    length = int(log.times.max()) - earliest
    window = min(microseconds(funnel.window), length)
    grace = min(microseconds(funnel.grace), length)
    span = length + window + grace + 1
    starts = unit_starts(log)
    for low, high in _cuts(starts, len(log), rows, most_units=max(HIGHEST_KEY // span, 1)):
        here = slice(int(starts[low]), int(starts[high]) if high < len(starts) else len(log))
        local = starts[low:high] - starts[low]
        keys = np.empty(here.stop - here.start + 1, dtype=np.int64)
        sizes = np.diff(local, append=len(keys) - 1)
        keys[:-1] = np.repeat(np.arange(high - low, dtype=np.int64) * span - earliest, sizes)
        keys[:-1] += log.times[here]
        keys[-1] = AFTER_ALL
        steps = log.steps[here]
        excluded = None if log.exclusions is None else log.exclusions[here]
        _require_sorted(keys, None if log.has_own_order else steps)
        yield Block(here.start, keys, local, steps, excluded, window, grace)


def unit_starts(log: Log) -> Rows:
    """(u,) the first row of each unit of a log.

    Raises:
        ValueError: The units do not ascend.
    """
    units = log.units
    changes = units[1:] != units[:-1]
    if np.any(units[1:] < units[:-1]):
        raise ValueError("a log is sorted by unit, then time; these units do not ascend")
    return np.concatenate(([0], np.flatnonzero(changes) + 1))[: len(units)]


def _cuts(starts: Rows, count: int, rows: int, *, most_units: int) -> Iterator[tuple[int, int]]:
    low = 0
    while low < len(starts):
        high = int(np.searchsorted(starts, min(starts[low] + rows, count), side="right")) - 1
        high = len(starts) if starts[low] + rows >= count else high
        high = min(max(high, low + 1), low + most_units)
        yield low, high
        low = high


def _require_sorted(keys: NDArray[np.int64], steps: NDArray[np.unsignedinteger] | None) -> None:
    ahead, here = keys[1:-1], keys[:-2]
    if np.any(ahead < here):
        raise ValueError("a log is sorted by unit, then time; these times do not ascend")
    if steps is None:
        return
    ties = np.flatnonzero(ahead == here)
    if len(ties) and np.any(tie_rank(steps[ties + 1]) < tie_rank(steps[ties])):
        raise ValueError("rows of one unit and time are sorted by steps, those without one last")
