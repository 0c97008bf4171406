"""How many different people there are of each of many kinds, without sorting anybody."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Kinds = NDArray[np.integer]
Units = NDArray[np.integer]
MOST_SEEN = 1 << 27  # marks at a time, one byte each


def people_of(
    parts: Sequence[tuple[Kinds, Units]], count: int, *, room: int = MOST_SEEN
) -> NDArray[np.int64]:
    """(count,) different units of each kind.

    Args:
        parts: For each row its kind, below `count`, and its unit, 0 or more; of a unit there may
            be rows in several parts.
        count: How many kinds there are.
        room: How many marks are kept at a time; changes speed, never the answer.

    Examples:
        >>> people_of([(np.array([0, 1, 0]), np.array([5, 5, 5]))], 2).tolist()
        [1, 1]
    """
    highest = max((int(units.max(initial=-1)) for _, units in parts), default=-1) + 1
    found = np.zeros(count, dtype=np.int64)
    if not count or not highest:
        return found
    width = min(highest, max(room // count, 1))
    for low in range(0, highest, width):
        seen = np.zeros(count * width, dtype=np.bool_)
        for kinds, units in parts:
            inside = slice(None) if width == highest else (units >= low) & (units < low + width)
            marks = kinds[inside].astype(np.int64)
            marks *= width
            marks += units[inside]
            marks -= low
            seen[marks] = True
        found += seen.reshape(count, width).sum(axis=1)
    return found
