"""How many went from which node to which, and how long it took them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.paths.walks import Walks


@dataclass(frozen=True, slots=True)
class Link:
    """How many went from one node to the next.

    Attributes:
        place: Of the node they came from; the next one's is one higher.
        source: Code of the node they came from; None: all links of this place that are not shown.
        target: Code of the node they went to; None with the source.
        transitions: Visits that went this way.
        users: People who did, each once. They may have done it in several visits.
        median_seconds: From arriving at the one to arriving at the other.
        mean_seconds: The same, the mean.
    """

    place: int
    source: int | None
    target: int | None
    transitions: int
    users: int
    median_seconds: float
    mean_seconds: float


def links(walks: Walks, *, most: int = 50) -> tuple[Link, ...]:
    """The links of walks, by place, the busiest first; what is not shown is one link per place.

    Nothing is lost: the transitions of a place always add up to the visits that went on there.

    Args:
        walks: Their nodes.
        most: How many links at most, the rest included; at least as many as there are places.

    Raises:
        ValueError: `most` is below the number of places with a link.

    Examples:
        >>> from metrics.paths import walks
        >>> way = walks(np.array([1, 1, 2, 2]), np.array([0, 5, 0, 9]), np.array([3, 4, 3, 4]))
        >>> [(one.source, one.target, one.transitions) for one in links(way)]
        [(3, 4, 2)]
    """
    goes_on = np.flatnonzero(walks.visits[1:] == walks.visits[:-1])
    place, source, target = walks.places[goes_on], walks.nodes[goes_on], walks.nodes[goes_on + 1]
    names, which = _distinct(place, source, target)
    counts = np.bincount(which, minlength=len(names))
    busiest = np.lexsort((np.arange(len(names)), -counts))
    levels = len(np.unique(place))
    if most < levels:
        raise ValueError(f"{levels} places need at least as many links, got most={most}")
    shown = busiest if len(busiest) <= most else busiest[: most - levels]
    group = np.full(len(names), -1)
    group[shown] = shown
    rest = len(names) + np.unique(place, return_inverse=True)[1]
    member = np.where(group[which] >= 0, which, rest)
    seconds = (walks.times[goes_on + 1] - walks.times[goes_on]) / 1_000_000
    found = [
        Link(
            place=int(place[rows[0]]),
            source=int(names[key, 1]) if key < len(names) else None,
            target=int(names[key, 2]) if key < len(names) else None,
            transitions=len(rows),
            users=len(np.unique(walks.units[goes_on[rows]])),
            median_seconds=float(np.median(seconds[rows])),
            mean_seconds=float(np.mean(seconds[rows])),
        )
        for key, rows in _groups(member)
    ]
    return tuple(sorted(found, key=_reading_order))


def _distinct(
    place: NDArray[np.int64], source: NDArray[np.integer], target: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """(l, 3) the distinct links, and for each transition which one it is."""
    width = int(max(source.max(initial=0), target.max(initial=0))) + 1
    first = int(place.min(initial=0))
    packed = ((place - first) * width + source) * width + target
    keys, which = np.unique(packed, return_inverse=True)
    names = np.stack((keys // width // width + first, keys // width % width, keys % width), axis=1)
    return names, which


def _groups(member: NDArray[np.integer]) -> list[tuple[int, NDArray[np.intp]]]:
    order = np.argsort(member, kind="stable")
    keys, starts = np.unique(member[order], return_index=True)
    return list(zip(keys.tolist(), np.split(order, starts[1:]), strict=True)) if len(keys) else []


def _reading_order(link: Link) -> tuple[int, bool, int, int, int]:
    is_rest = link.source is None
    return link.place, is_rest, -link.transitions, link.source or 0, link.target or 0
