"""The way each visit takes, node by node."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Collapse = Literal["consecutive", "once", "none"]
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Route:
    """Which part of a visit is walked.

    Attributes:
        anchor: Code of the event the walk starts from or ends at; None: the visit's first event,
            or its last one.
        direction: "from" the anchor on, or up "to" it.
        length: How many nodes, the anchor included, at least 1.
        within: Longest time between the anchor and a node; None: any.
        collapse: Which repetitions are one node: see `collapsed`.

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
    """The nodes of all walks, one row each, by visit and time.

    Attributes:
        units: (k,) who.
        visits: (k,) which visit.
        places: (k,) 1, 2, … from the start, or …, -2, -1 to the end.
        nodes: (k,) code of the event or feature.
        times: (k,) when it was first done there, microseconds since 1970, UTC.
    """

    units: NDArray[np.integer]
    visits: NDArray[np.integer]
    places: NDArray[np.int64]
    nodes: NDArray[np.integer]
    times: NDArray[np.int64]


def collapsed(
    visits: NDArray[np.integer], nodes: NDArray[np.integer], rule: Collapse = "consecutive"
) -> NDArray[np.bool_]:
    """(n,) which events of visits are kept.

    Args:
        visits: (n,) which visit, ascending.
        nodes: (n,) code of the event or feature, 0 or more, in the order of time.
        rule: "consecutive": one for a run of the same; "once": only the first time in a visit;
            "none": all.

    Raises:
        ValueError: The two differ in length, visits do not ascend, or a code is negative.

    Examples:
        >>> collapsed(np.array([1, 1, 1, 1]), np.array([5, 5, 7, 5])).tolist()
        [True, False, True, True]
    """
    if len(visits) != len(nodes):
        raise ValueError(f"got {len(visits)} visits but {len(nodes)} nodes")
    if np.any(visits[1:] < visits[:-1]):
        raise ValueError("walks need rows sorted by visit")
    if len(nodes) and nodes.min() < 0:
        raise ValueError(f"codes of nodes must be 0 or more, got {nodes.min()}")
    kept = np.ones(len(nodes), dtype=np.bool_)
    if rule == "consecutive":
        kept[1:] = (visits[1:] != visits[:-1]) | (nodes[1:] != nodes[:-1])
    elif rule == "once":
        order = np.lexsort((nodes, visits))
        again = (np.diff(visits[order]) == 0) & (np.diff(nodes[order]) == 0)
        kept[order[1:]] = ~again
    return kept


def walks(
    units: NDArray[np.integer],
    times: NDArray[np.int64],
    nodes: NDArray[np.integer],
    route: Route | None = None,
    *,
    visits: NDArray[np.integer] | None = None,
) -> Walks:
    """The way of each visit from an event on, or to it.

    Args:
        units: (n,) who, ascending.
        times: (n,) microseconds since 1970, UTC, ascending within a visit.
        nodes: (n,) code of the event or feature, 0 or more.
        route: Which part of a visit; None: its first five nodes.
        visits: (n,) which visit, ascending; None: all of a unit is one visit.

    Raises:
        ValueError: Rows that are not sorted, or columns of different length.

    Examples:
        >>> columns = np.array([1, 1, 1]), np.array([0, 5, 9]), np.array([3, 4, 8])
        >>> found = walks(*columns, Route(anchor=4))
        >>> found.nodes.tolist(), found.places.tolist()
        ([4, 8], [1, 2])
    """
    route = route or Route()
    visits = units if visits is None else visits
    kept = collapsed(visits, nodes, route.collapse)
    units, times, nodes, visits = units[kept], times[kept], nodes[kept], visits[kept]
    if np.any((visits[1:] == visits[:-1]) & (times[1:] < times[:-1])):
        raise ValueError("walks need rows sorted by time within a visit")
    anchors = _anchors(visits, nodes, route)
    distance = np.arange(len(visits)) - anchors
    distance = distance if route.direction == "from" else -distance
    inside = (anchors >= 0) & (distance >= 0) & (distance < route.length)
    if route.within is not None:
        inside &= np.abs(times - times[anchors]) <= route.within // MICROSECOND
    places = distance + 1 if route.direction == "from" else -distance - 1
    return Walks(units[inside], visits[inside], places[inside], nodes[inside], times[inside])


def followers(walks: Walks, nodes: Sequence[int]) -> NDArray[np.integer]:
    """The visits whose walk goes through exactly these nodes, from its first node on.

    Args:
        walks: From an anchor, or from each visit's first event.
        nodes: At least one, in the order walked.

    Raises:
        ValueError: No node, or walks that end at their anchor.

    Examples:
        >>> way = walks(np.array([1, 1, 2, 2]), np.array([0, 5, 0, 9]), np.array([3, 4, 3, 8]))
        >>> followers(way, [3, 8]).tolist()
        [2]
    """
    if not nodes:
        raise ValueError("name at least one node")
    if len(walks.places) and walks.places.min() < 0:
        raise ValueError("followers are counted along walks from their start")
    wanted = np.array([-1, *nodes])[np.minimum(walks.places, len(nodes))]
    fits = (walks.places <= len(nodes)) & (walks.nodes == wanted)
    visits, matched = np.unique(walks.visits[fits], return_counts=True)
    found: NDArray[np.integer] = visits[matched == len(nodes)]
    return found


def _anchors(
    visits: NDArray[np.integer], nodes: NDArray[np.integer], route: Route
) -> NDArray[np.intp]:
    """(n,) the row of each visit's anchor, at each of its rows; -1: it has none."""
    count = len(visits)
    starts = np.flatnonzero(np.append(True, visits[1:] != visits[:-1])[:count])
    ends = np.append(starts, count)[1:]
    if route.anchor is None:
        found = starts if route.direction == "from" else ends - 1
    else:
        candidates = np.append(np.flatnonzero(nodes == route.anchor), count)
        found = candidates[np.searchsorted(candidates, starts)]
        found = np.where(found < ends, found, -1)
    return np.repeat(found, ends - starts)
