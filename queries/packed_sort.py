"""Rows in the order of who, when and what, by one vectorised sort of packed 64-bit keys."""

import numpy as np
from numpy.typing import NDArray

BITS = 64  # of a key
MOST_PARTS = 64  # beyond, the slower general sort is taken

Columns = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def packed_sort(
    who: NDArray[np.integer], when: NDArray[np.int64], what: NDArray[np.integer]
) -> Columns:
    """The same rows, ascending by `who`, then `when`, then `what`; none is negative but `when`.

    A key holds all three. Where they need more bits than it has, the rows are sorted in parts, each
    of so few of `who` that they fit.

    Examples:
        >>> [one.tolist() for one in packed_sort(
        ...     np.array([2, 1, 1]), np.array([5, 9, 7]), np.array([0, 1, 0]))]
        [[1, 1, 2], [7, 9, 5], [0, 1, 0]]
    """
    if not len(who):
        return _whole(who), _whole(when), _whole(what)
    low = int(when.min())
    when_bits = (int(when.max()) - low).bit_length()
    what_bits = int(what.max()).bit_length()
    who_bits = BITS - when_bits - what_bits
    most = int(who.max())
    parts = (most >> max(who_bits, 0)) + 1
    if who_bits < 0 or parts > MOST_PARTS:
        order = np.lexsort((what, when, who))
        return _whole(who[order]), _whole(when[order]), _whole(what[order])
    sorted_parts = []
    for part in range(parts):
        first = part << who_bits
        here: slice | NDArray[np.intp] = slice(None)
        if parts > 1:
            here = np.flatnonzero((who >= first) & (who < first + (1 << who_bits)))
        keys = (who[here].astype(np.uint64) - np.uint64(first)) << np.uint64(when_bits + what_bits)
        keys |= (when[here] - low).astype(np.uint64) << np.uint64(what_bits)
        keys |= what[here].astype(np.uint64)
        keys.sort()
        sorted_parts.append(_unpacked(keys, first, low, when_bits, what_bits))
    columns = [np.concatenate(one) for one in zip(*sorted_parts, strict=True)]
    return columns[0], columns[1], columns[2]


def _unpacked(
    keys: NDArray[np.uint64], first: int, low: int, when_bits: int, what_bits: int
) -> Columns:
    who = (keys >> np.uint64(when_bits + what_bits)).astype(np.int64)
    when = (keys >> np.uint64(what_bits)) & np.uint64((1 << when_bits) - 1)
    what = keys & np.uint64((1 << what_bits) - 1)
    who += first
    return who, when.astype(np.int64) + low, what.astype(np.int64)


def _whole(column: NDArray[np.integer]) -> NDArray[np.int64]:
    return column.astype(np.int64, copy=False)
