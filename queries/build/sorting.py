"""Orders of millions of small integers, by passes of 16 bits that keep the order of equals."""

from typing import Any

import numpy as np
import numpy.typing as npt

Order = npt.NDArray[np.intp]
BITS = 16
MASK = 0xFFFF


def stable_order(values: npt.NDArray[Any], order: Order | None = None) -> Order:
    """Positions that sort non-negative values; rows with equal values stay in `order`.

    numpy sorts 16-bit integers by counting, some hundred million a second; wider values take one
    pass for each 16 bits that are in use.

    Args:
        values: Non-negative integers, fewer than 2**32.
        order: The order to refine; None: as the rows stand.

    Examples:
        >>> stable_order(np.array([3, 1, 3, 0])).tolist()
        [3, 1, 0, 2]
    """
    highest = int(values.max(initial=0))
    shift = 0
    while order is None or highest >> shift:
        digit = ((values >> shift) & MASK).astype(np.uint16)
        if order is None:
            order = np.argsort(digit, kind="stable")
        else:
            order = order[np.argsort(digit[order], kind="stable")]
        shift += BITS
        if not highest >> shift:
            break
    return order


def starts(*columns: npt.NDArray[Any]) -> npt.NDArray[np.intp]:
    """Positions at which any of the columns differs from the row before; the first row is one.

    Examples:
        >>> starts(np.array([1, 1, 2, 2]), np.array([5, 5, 5, 6])).tolist()
        [0, 2, 3]
    """
    count = len(columns[0])
    if not count:
        return np.empty(0, dtype=np.intp)
    is_start = np.zeros(count, dtype=bool)
    is_start[0] = True
    for column in columns:
        is_start[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(is_start)


def lengths(first: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.int64]:
    """Rows of each group, from the positions at which the groups start."""
    return np.diff(np.append(first, count)).astype(np.int64)
