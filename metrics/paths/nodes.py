"""How many are at each node, and how many of them go on."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from metrics.paths.people import people_of
from metrics.paths.walks import OVER, Walks

THREADS = 2  # places at once: numpy lets go of Python while it works


@dataclass(frozen=True, slots=True)
class Node:
    """A node at a place, and who is there.

    Attributes:
        place: 1, 2, … from the anchor, or …, -2, -1 up to it.
        node: Its code.
        visits: Walks that are there.
        users: Different people among them.
        goes_on: Walks that have a node after it.
    """

    place: int
    node: int
    visits: int
    users: int
    goes_on: int


def nodes(parts: Sequence[Walks]) -> tuple[Node, ...]:
    """Every node of walks, by place, the most visits first.

    Args:
        parts: Walks of one route.

    Examples:
        >>> from metrics.paths import visits_of, walks
        >>> way = walks(visits_of(np.array([1, 1, 2]), np.array([0, 5, 0]), np.array([3, 4, 3])))
        >>> [(one.place, one.node, one.visits, one.goes_on) for one in nodes([way])]
        [(1, 3, 2, 1), (2, 4, 1, 0)]
    """
    rows = range(max((len(part.nodes) for part in parts), default=0))
    with ThreadPoolExecutor(THREADS) as pool:
        found = [node for group in pool.map(lambda row: _at(parts, row), rows) for node in group]
    return tuple(sorted(found, key=lambda one: (one.place, -one.visits, one.node)))


def _at(parts: Sequence[Walks], row: int) -> list[Node]:
    """Those of one place."""
    width = max(int(part.nodes[row].max(initial=0)) for part in parts) + 1
    visits, goes_on = np.zeros(width, dtype=np.int64), np.zeros(width, dtype=np.int64)
    for part in parts:
        visits += np.bincount(part.nodes[row], minlength=width)
        after = _after(part, row)
        if after is not None:
            goes_on += np.bincount(part.nodes[row][part.nodes[after] != OVER], minlength=width)
    users = people_of([(part.nodes[row], part.units) for part in parts], width)
    place = parts[0].sign * (parts[0].first + row)
    return [
        Node(place, code - 1, int(visits[code]), int(users[code]), int(goes_on[code]))
        for code in np.flatnonzero(visits).tolist()
        if code != OVER
    ]


def _after(part: Walks, row: int) -> int | None:
    """The row of the place that comes after another in time; None: there is none."""
    after = row + part.sign
    return after if 0 <= after < len(part.nodes) else None
