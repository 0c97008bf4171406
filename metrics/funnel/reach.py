"""How far each attempt of a block gets: one pass over the rows per step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.funnel.blocks import Block, Rows
from metrics.funnel.question import Exclusion, Funnel

Matrix = NDArray[np.int32]
NO_ROW = -1


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """The attempts of a block.

    Attributes:
        rows: (a, steps) the block's row that each attempt took for each step; -1: not reached.
        clock: (a, steps) the row whose time counts as the step's: differs from `rows` only where
            grace let a step be stamped before the one in front of it.
        levels: (a,) how many steps were reached; 0: an exclusion voided the attempt.
        left: (a,) key of the moment the attempt was over: its last step, the exclusion that voided
            it, or the end of its window.
    """

    rows: Matrix
    clock: Matrix
    levels: NDArray[np.int8]
    left: NDArray[np.int64]


def entries(block: Block, funnel: Funnel) -> Rows:
    """The rows that open an attempt: the first step's, or in any order every step's."""
    opening = 1 if funnel.order != "any" else (1 << funnel.steps) - 1
    return np.flatnonzero(block.steps & block.steps.dtype.type(opening))


def reach(block: Block, funnel: Funnel, opened: Rows) -> Reach:
    """How far the attempts that open at the given rows get, under the funnel's rules."""
    rows = np.full((len(opened), funnel.steps), NO_ROW, dtype=np.int32)
    rows[:, 0] = opened
    clock = rows
    if funnel.order == "ordered":
        clock = rows.copy() if block.grace else rows
        _ordered(block, rows, clock)
    elif funnel.order == "strict":
        _strict(block, rows)
    else:
        _any_order(block, rows)
    levels = (rows != NO_ROW).sum(axis=1, dtype=np.int8)
    ends = block.keys[opened] + block.window
    last = funnel.steps - 1
    left = np.where(levels > last, block.keys[clock[:, last]], ends)
    for bit, exclusion in enumerate(funnel.exclusions):
        _void(block, bit, exclusion, clock, ends, levels, left)
    return Reach(rows, clock, levels, left)


def _ordered(block: Block, rows: Matrix, clock: Matrix) -> None:
    """Fill in the earliest unused row for each next step; stop at the first that is missing."""
    since = _first_rows_in_reach(block)
    ends = block.keys[rows[:, 0]] + block.window
    has_choice = _has_choice(block, rows.shape[1])
    going = np.arange(len(rows))
    now = rows[:, 0]
    for step in range(1, rows.shape[1]):
        following = block.next_step(step)
        found = following[now if since is None else since[now]]
        if has_choice:
            found = _unused(found, following, rows[going, :step])
        in_time = block.keys[found] <= ends[going]
        going, found, now = going[in_time], found[in_time], now[in_time]
        rows[going, step] = found
        if clock is not rows:
            found = np.maximum(found, now)  # a step is never timed before the one in front of it
            clock[going, step] = found
        now = found


def _first_rows_in_reach(block: Block) -> NDArray[np.int32] | None:
    """(n,) the first row a next step may take after each row; None: every row itself."""
    keys = block.keys[:-1]
    if block.grace:
        return np.searchsorted(keys, keys - block.grace).astype(np.int32)
    ties = keys[1:] == keys[:-1]
    if not ties.any():
        return None
    rows = np.arange(len(keys), dtype=np.int32)
    rows[1:][ties] = 0
    return np.maximum.accumulate(rows)


def _has_choice(block: Block, steps: int) -> bool:
    """Whether any event fits more than one step, so that it could be taken twice."""
    fits = block.steps & block.steps.dtype.type((1 << steps) - 1)
    return bool(np.any(fits & (fits - fits.dtype.type(1))))


def _unused(found: NDArray[np.int32], following: NDArray[np.int32], used: Matrix) -> Matrix:
    """The first row from `found` on that fits and that the attempt has not used yet."""
    found = found.copy()
    for _ in range(used.shape[1]):
        taken = np.flatnonzero((used == found[:, None]).any(axis=1))
        if not len(taken):
            break
        found[taken] = following[found[taken] + 1]
    return found


def _strict(block: Block, rows: Matrix) -> None:
    """Fill in the very next row for each next step, as long as it fits."""
    ends = block.keys[rows[:, 0]] + block.window
    steps = np.append(block.steps, block.steps.dtype.type(0))
    going = np.arange(len(rows))
    for step in range(1, rows.shape[1]):
        found = rows[going, step - 1] + 1
        fits = (steps[found] & steps.dtype.type(1 << step)) != 0
        fits &= block.keys[found] <= ends[going]
        going = going[fits]
        rows[going, step] = found[fits]


def _any_order(block: Block, rows: Matrix) -> None:
    """Fill in the next row that fits a step not taken yet, and take the lowest such step."""
    ends = block.keys[rows[:, 0]] + block.window
    one = block.steps.dtype.type(1)
    steps = np.append(block.steps, block.steps.dtype.type(0))
    following = [block.next_step(step) for step in range(rows.shape[1])]
    opening = steps[rows[:, 0]] & steps.dtype.type((1 << rows.shape[1]) - 1)
    taken = opening & (~opening + one)  # the lowest bit alone
    going, now = np.arange(len(rows)), rows[:, 0]
    for level in range(1, rows.shape[1]):
        found = np.full(len(going), len(block), dtype=np.int32)
        for step, rows_of_step in enumerate(following):
            is_free = (taken & steps.dtype.type(1 << step)) == 0
            found[is_free] = np.minimum(found, rows_of_step[now + 1])[is_free]
        in_time = block.keys[found] <= ends[going]
        going, now, taken = going[in_time], found[in_time], taken[in_time]
        rows[going, level] = now
        free = steps[now] & ~taken & steps.dtype.type((1 << rows.shape[1]) - 1)
        taken = taken | (free & (~free + one))


def _void(
    block: Block,
    bit: int,
    exclusion: Exclusion,
    clock: Matrix,
    ends: NDArray[np.int64],
    levels: NDArray[np.int8],
    left: NDArray[np.int64],
) -> None:
    """Set the level of attempts to 0 that an exclusion fell into, and when they were over."""
    if block.exclusions is None:
        return
    concerned = np.flatnonzero(clock[:, exclusion.from_step] != NO_ROW)
    since, until = clock[concerned, exclusion.from_step], clock[concerned, exclusion.to_step]
    following = block.next_rows((block.exclusions & block.exclusions.dtype.type(1 << bit)) != 0)
    after = np.searchsorted(block.keys, block.keys[since], side="right")
    moment = block.keys[following[after]]
    falls = np.where(
        until == NO_ROW, moment <= ends[concerned], moment < block.keys[until]
    )
    void, moment = concerned[falls], moment[falls]
    left[void] = np.where(levels[void] == 0, np.minimum(left[void], moment), moment)
    levels[void] = 0
