"""The way each visit takes, node by node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.paths.visits import Codes, Collapse, Rows, Visits

MICROSECOND = timedelta(microseconds=1)
OVER = 0  # the code where a way has no node any more


@dataclass(frozen=True, slots=True)
class Route:
    """Which part of a visit is walked.

    Attributes:
        anchor: Code of the event the walk starts from or ends at; None: the visit's first event,
            or its last one.
        direction: "from" the anchor on, or up "to" it.
        length: How many nodes, the anchor included, at least 1.
        within: Longest time between the anchor and a node; None: any.
        collapse: Which repetitions are one node: see `Visits.collapsed`.

    Raises:
        ValueError: A length below 1.
    """

    anchor: int | None = None
    direction: Literal["from", "to"] = "from"
    length: int = 5
    within: timedelta | None = None
    collapse: Collapse = "consecutive"

    def __post_init__(self) -> None:
        if self.length < 1:
            raise ValueError(f"a walk has at least one node, got length {self.length}")


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """The nodes of walks, place by place from the anchor outward.

    Attributes:
        units: (w,) who.
        nodes: (length, w) 1 + the code of the event or feature at each place; 0: the way is over.
        waits: (length - 1, w) grains between each place and the next; 0 where there is none.
        grain: How many microseconds a grain is.
        sign: 1: places are 1, 2, … from the start; -1: …, -2, -1 to the end.
        first: Place of the first row, counted from the anchor.
    """

    units: NDArray[np.integer]
    nodes: Codes
    waits: NDArray[np.integer]
    grain: int
    sign: int
    first: int = 1

    def __len__(self) -> int:
        return len(self.units)

    def through(self, wanted: Mapping[int, int], *, first: int = 1) -> "Walks":
        """Only the walks that are at given nodes, from a place on.

        Args:
            wanted: The code of the node at each place that matters, by its number with its sign.
            first: Places nearer to the anchor are left out; 1: none.

        Examples:
            >>> from metrics.paths import visits_of
            >>> way = visits_of(np.array([1, 1, 2, 2]), np.array([0, 5, 0, 9]),
            ...                 np.array([3, 4, 3, 8]))
            >>> walks(way).through({2: 8}).units.tolist()
            [2]
        """
        kept = self.nodes[first - 1] != OVER
        for place, node in wanted.items():
            kept &= self.nodes[self.sign * place - 1] == node + 1
        skipped = first - 1
        if kept.all():
            units, nodes, waits = self.units, self.nodes[skipped:], self.waits[skipped:]
        else:
            units = self.units[kept]
            nodes, waits = self.nodes[skipped:, kept], self.waits[skipped:, kept]
        return Walks(units, nodes, waits, self.grain, self.sign, self.first + skipped)


def walks(visits: Visits, route: Route | None = None) -> Walks:
    """The way of each visit that has the anchor, from it on, or to it.

    Args:
        visits: Their nodes.
        route: Which part of a visit; None: its first five nodes.

    Examples:
        >>> from metrics.paths import visits_of
        >>> way = visits_of(np.array([1, 1, 1]), np.array([0, 5, 9]), np.array([3, 4, 8]))
        >>> walks(way, Route(anchor=4)).nodes[:, 0].tolist()
        [5, 9, 0, 0, 0]
    """
    route = route or Route()
    left = visits.collapsed(route.collapse)
    anchors, ends, owners = _anchors(left, route)
    step = 1 if route.direction == "from" else -1
    nodes = np.zeros((route.length, len(anchors)), dtype=left.codes.dtype)
    waits = np.zeros((route.length - 1, len(anchors)), dtype=np.int64)
    limit = None if route.within is None else route.within // MICROSECOND // left.grain
    anchored = left.times[anchors]
    before = anchored
    nodes[0] = left.codes[anchors]
    for place in range(1, route.length):
        here = anchors + step * place
        goes_on = here < ends if step > 0 else here > ends
        here[~goes_on] = 0
        times = left.times[here]
        if limit is not None:
            goes_on &= np.abs(times - anchored) <= limit
        np.multiply(left.codes[here], goes_on, out=nodes[place], casting="unsafe")
        np.multiply(times - before if step > 0 else before - times, goes_on, out=waits[place - 1])
        before = times
    fits = waits.max(initial=0) < 2**32
    narrow = waits.astype(np.uint32) if fits else waits
    return Walks(left.units[owners], nodes, narrow, left.grain, step)


def followers(walks: Walks, nodes: Sequence[int]) -> NDArray[np.integer]:
    """Who walks through exactly these nodes, from the first node on, once for each walk.

    Args:
        walks: From an anchor, or from each visit's first event.
        nodes: At least one, in the order walked.

    Raises:
        ValueError: No node, or walks that end at their anchor.

    Examples:
        >>> from metrics.paths import visits_of
        >>> way = visits_of(np.array([1, 1, 2, 2]), np.array([0, 5, 0, 9]), np.array([3, 4, 3, 8]))
        >>> followers(walks(way), [3, 8]).tolist()
        [2]
    """
    if not nodes:
        raise ValueError("name at least one node")
    if walks.sign < 0:
        raise ValueError("followers are counted along walks from their start")
    if len(nodes) > len(walks.nodes):
        return walks.units[:0]
    return walks.through(dict(enumerate(nodes, 1))).units


def _anchors(visits: Visits, route: Route) -> tuple[Rows, Rows, Rows]:
    """(w,) the row of each walk's anchor, the row that it ends before, and the visit it is of."""
    starts = visits.starts
    stops = np.append(starts[1:], len(visits.codes))[: len(starts)]
    has_walk = stops > starts + 1
    if visits.is_counted is not None:
        has_walk &= visits.is_counted
    if route.anchor is None:
        owners = np.flatnonzero(has_walk)
        found = starts[owners] + 1 if route.direction == "from" else stops[owners] - 1
    else:
        found = np.flatnonzero(visits.codes == route.anchor + 1)
        owners = np.searchsorted(starts, found, side="right") - 1
        is_first = np.append(True, owners[1:] != owners[:-1])[: len(owners)]
        is_first &= has_walk[owners]
        found, owners = found[is_first], owners[is_first]
    return found, stops[owners] if route.direction == "from" else starts[owners], owners
