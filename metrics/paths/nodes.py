"""How many are at each node, and which walks go through given ones."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.paths.walks import Walks


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


def nodes(walks: Walks) -> tuple[Node, ...]:
    """Every node of walks, by place, the most visits first.

    Args:
        walks: Their nodes; people ascend.

    Examples:
        >>> from metrics.paths import walks
        >>> way = walks(np.array([1, 1, 2]), np.array([0, 5, 0]), np.array([3, 4, 3]))
        >>> [(one.place, one.node, one.visits, one.goes_on) for one in nodes(way)]
        [(1, 3, 2, 1), (2, 4, 1, 0)]
    """
    if not len(walks.visits):
        return ()
    first, width = int(walks.places.min()), int(walks.nodes.max()) + 1
    packed = (walks.places - first) * width + walks.nodes
    goes_on = np.append(walks.visits[1:] == walks.visits[:-1], np.False_)
    order = np.argsort(packed.astype(np.min_scalar_type(int(packed.max()))), kind="stable")
    keys, whose, on = packed[order], walks.units[order], goes_on[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    is_other = np.append(True, (keys[1:] != keys[:-1]) | (whose[1:] != whose[:-1]))
    counted = zip(
        (keys[starts] // width + first).tolist(),
        (keys[starts] % width).tolist(),
        np.diff(np.append(starts, len(keys))).tolist(),
        np.add.reduceat(is_other.astype(np.int64), starts).tolist(),
        np.add.reduceat(on.astype(np.int64), starts).tolist(),
        strict=True,
    )
    return tuple(
        sorted((Node(*one) for one in counted), key=lambda one: (one.place, -one.visits, one.node))
    )


def through(walks: Walks, wanted: Mapping[int, int], *, first: int = 1) -> Walks:
    """Only the walks that are at given nodes, from a place on.

    Args:
        walks: Their nodes.
        wanted: The code of the node at each place that matters.
        first: Places nearer to the anchor are left out; 1: none.

    Examples:
        >>> from metrics.paths import walks
        >>> way = walks(np.array([1, 1, 2, 2]), np.array([0, 5, 0, 9]), np.array([3, 4, 3, 8]))
        >>> through(way, {2: 8}).visits.tolist()
        [2, 2]
    """
    kept: NDArray[np.bool_] = np.abs(walks.places) >= first
    if wanted and len(walks.visits):
        fits = np.zeros(len(walks.visits), dtype=np.int64)
        for place, node in wanted.items():
            fits += (walks.places == place) & (walks.nodes == node)
        is_first = np.append(True, walks.visits[1:] != walks.visits[:-1])
        starts = np.flatnonzero(is_first)
        goes = np.add.reduceat(fits, starts) == len(wanted)
        kept &= goes[np.cumsum(is_first) - 1]
    return Walks(
        walks.units[kept], walks.visits[kept], walks.places[kept], walks.nodes[kept],
        walks.times[kept],
    )  # fmt: skip
