"""The attempts that count: the vectorised kernel of a funnel."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.funnel.blocks import ROWS_PER_BLOCK, Block, Rows, blocks
from metrics.funnel.log import Log
from metrics.funnel.question import Funnel
from metrics.funnel.reach import NO_ROW, Reach, entries, reach

NOT_REACHED = np.iinfo(np.int64).min  # what numpy reads as "not a time"


@dataclass(frozen=True, slots=True, eq=False)
class Attempts:
    """The counted attempts of a funnel, in the order of unit and entry.

    Attributes:
        units: (m,) who made the attempt, as in the log.
        rows: (m, steps) the log's row taken for each step; -1: not reached.
        times: (m, steps) when each step counts as done, microseconds since 1970, UTC; the smallest
            int64: not reached. Never falls along an attempt.
        levels: (m,) how many steps were reached, 1 or more; in "any" order the number of distinct
            steps, and column k is the k-th one done, whichever it is.
    """

    units: NDArray[np.integer]
    rows: NDArray[np.int64]
    times: NDArray[np.int64]
    levels: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.units)

    def passed(self, step: int) -> NDArray[np.integer]:
        """Who reached a step, counted from 0; each once, ascending: exactly those it counts."""
        return np.unique(self.units[self.levels > step])

    def dropped(self, step: int) -> NDArray[np.integer]:
        """Who reached a step, counted from 0, and never the next one; each once, ascending."""
        return np.setdiff1d(self.passed(step), self.units[self.levels > step + 1])


def attempts(
    log: Log,
    funnel: Funnel,
    *,
    cohorts: NDArray[np.integer] | None = None,
    rows_per_block: int = ROWS_PER_BLOCK,
) -> Attempts:
    """Which attempts at a funnel count, how far each got, and when.

    Each step is one pass over the rows: the next row that fits it, for every row at once, is a
    running minimum from the end; whether it belongs to the same unit and lies within the window is
    one comparison of keys that hold both. A unit whose every attempt is voided has no row here.

    Args:
        log: The events, sorted.
        funnel: The rules.
        cohorts: (n,) for example the week of each event: a "unique" attempt is then counted for
            each unit and cohort of entry. Never falls within a unit. None: one cohort.
        rows_per_block: How many rows are looked at together; changes speed, never the answer.

    Raises:
        ValueError: The log or the cohorts are not sorted, or exclusions are asked for without
            their column.

    References:
        The rules are those of the package's docstring. A running pass per step over sorted events
        is how column stores answer funnels (ClickHouse, `windowFunnel`).

    Examples:
        >>> log = Log(np.array([1, 1, 1]), np.array([0, 5, 9]), np.array([1, 2, 1], dtype="u1"))
        >>> attempts(log, Funnel(2)).levels.tolist()
        [2]
    """
    return attempts_by(log, funnel, (cohorts,), rows_per_block=rows_per_block)[0]


def attempts_by(
    log: Log,
    funnel: Funnel,
    cohorts: Sequence[NDArray[np.integer] | None],
    *,
    rows_per_block: int = ROWS_PER_BLOCK,
) -> tuple[Attempts, ...]:
    """The same for several kinds of cohorts at once: how far attempts get is found only once.

    Args:
        log: The events, sorted.
        funnel: The rules.
        cohorts: As `attempts` takes them, one for each answer.
        rows_per_block: How many rows are looked at together; changes speed, never the answer.

    Raises:
        ValueError: As `attempts` does.

    Examples:
        >>> log = Log(np.array([1, 1]), np.array([0, 9]), np.array([1, 1], dtype="u1"))
        >>> [len(one) for one in attempts_by(log, Funnel(1), (None, np.array([0, 1])))]
        [1, 2]
    """
    for one in cohorts:
        _require_columns(log, funnel, one)
    cut = blocks(log, funnel, rows=rows_per_block)
    parts = [_of_block(log, one, funnel, cohorts) for one in cut]
    return tuple(_together(log, funnel, kind) for kind in (zip(*parts, strict=True) if parts
                                                           else [[]] * len(cohorts)))  # fmt: skip


Part = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]


def _together(log: Log, funnel: Funnel, parts: Sequence[Part]) -> Attempts:
    if not parts:
        empty = np.empty((0, funnel.steps), dtype=np.int64)
        return Attempts(log.units[:0], empty, empty, np.empty(0, dtype=np.int8))
    rows, times, levels = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return Attempts(log.units[rows[:, 0]], rows, times, levels)


def _of_block(
    log: Log, block: Block, funnel: Funnel, cohorts: Sequence[NDArray[np.integer] | None]
) -> tuple[Part, ...]:
    opened = entries(block, funnel)
    groups = [_group_starts(block, opened, one) for one in cohorts]
    if funnel.attempt == "first":
        firsts = [opened[starts] for starts in groups]
        return tuple(_part(log, block, reach(block, funnel, own)) for own in firsts)
    reached = reach(block, funnel, opened)
    if funnel.counting == "total":
        return (_part(log, block, reached, _without_overlap(block, reached, opened)),) * len(groups)
    return tuple(_part(log, block, reached, _furthest(reached.levels, starts)) for starts in groups)


def _part(log: Log, block: Block, reached: Reach, chosen: Rows | None = None) -> Part:
    """Those of the chosen attempts that are not void; None: of all."""
    chosen = np.arange(len(reached.levels)) if chosen is None else chosen
    chosen = chosen[reached.levels[chosen] > 0]
    rows = reached.rows[chosen].astype(np.int64)
    times = log.times[reached.clock[chosen] + block.first]
    is_missing = rows == NO_ROW
    times[is_missing] = NOT_REACHED
    rows += block.first
    rows[is_missing] = NO_ROW
    return rows, times, reached.levels[chosen]


def _group_starts(block: Block, opened: Rows, cohorts: NDArray[np.integer] | None) -> Rows:
    """Where in `opened` the attempts of the next unit, or its next cohort, start."""
    unit = np.searchsorted(block.unit_starts, opened, side="right")
    changes = unit[1:] != unit[:-1]
    if cohorts is not None:
        here = cohorts[opened + block.first]
        if np.any(~changes & (here[1:] < here[:-1])):
            raise ValueError("cohorts must not fall within a unit")
        changes |= here[1:] != here[:-1]
    return np.concatenate(([0], np.flatnonzero(changes) + 1))[: len(opened)]


def _furthest(levels: NDArray[np.int8], groups: Rows) -> Rows:
    """Of each group the attempt with the highest level, of these the earliest."""
    if not len(groups):
        return groups
    count = len(levels)
    score = levels.astype(np.int64) * count + np.arange(count - 1, -1, -1)
    return count - 1 - np.maximum.reduceat(score, groups) % count


def _without_overlap(block: Block, reached: Reach, opened: Rows) -> Rows:
    """Of each unit its first attempt, then the first one after that was over, and so on."""
    count = len(opened)
    firsts = _group_starts(block, opened, None)
    ends = np.append(firsts, count)[1:]
    ends = np.repeat(ends, np.diff(firsts, append=count))
    later = np.searchsorted(block.keys[opened], reached.left, side="right")
    jumps = [np.append(np.where(later < ends, later, count), count)]  # count: no further attempt
    while np.any(jumps[-1] < count):
        jumps.append(jumps[-1][jumps[-1]])  # twice as many attempts ahead
    counted = np.zeros(count + 1, dtype=np.bool_)
    counted[firsts] = True
    for jump in reversed(jumps):
        counted[jump[np.flatnonzero(counted)]] = True
    return np.flatnonzero(counted[:-1])


def _require_columns(log: Log, funnel: Funnel, cohorts: NDArray[np.integer] | None) -> None:
    if funnel.exclusions and log.exclusions is None:
        raise ValueError(f"{len(funnel.exclusions)} exclusions need the log's column `exclusions`")
    if cohorts is not None and len(cohorts) != len(log):
        raise ValueError(f"cohorts must be one per event: got {len(cohorts)} for {len(log)}")
    if log.has_own_order and funnel.order != "strict":
        raise ValueError(f"rows with an order of their own are for 'strict', got {funnel.order!r}")
    for name, bits, column in (
        ("step", funnel.steps, log.steps), ("exclusion", len(funnel.exclusions), log.exclusions),
    ):  # fmt: skip
        if column is not None and bits > 8 * column.dtype.itemsize:
            raise ValueError(f"{bits} {name}s need as many bits, got a column of {column.dtype}")
