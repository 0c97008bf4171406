"""How many went from which node to which, and how long it took them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.paths.walks import Walks

SECOND = 1_000_000  # microseconds
MOST_COUNTED = 1 << 24  # possible links, up to which they are counted rather than sorted


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
    busiest = np.argsort(-counts, kind="stable")
    levels, level = np.unique(names[:, 0], return_inverse=True)
    if most < len(levels):
        raise ValueError(f"{len(levels)} places need at least as many links, got most={most}")
    shown = busiest if len(busiest) <= most else busiest[: most - len(levels)]
    group = len(names) + level  # the rest of the same place, unless it is shown itself
    group[shown] = shown
    member = group[which]
    waited = walks.times[goes_on + 1] - walks.times[goes_on]
    found = [
        Link(
            place=int(names[one.key, 0] if one.key < len(names) else levels[one.key - len(names)]),
            source=int(names[one.key, 1]) if one.key < len(names) else None,
            target=int(names[one.key, 2]) if one.key < len(names) else None,
            transitions=one.rows,
            users=one.users,
            median_seconds=one.median / SECOND,
            mean_seconds=one.mean / SECOND,
        )
        for one in _groups(member, walks.units[goes_on], waited)
    ]
    return tuple(sorted(found, key=_reading_order))


def _distinct(
    place: NDArray[np.int64], source: NDArray[np.integer], target: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.integer]]:
    """(l, 3) the distinct links, and for each transition which one it is."""
    width = int(max(source.max(initial=0), target.max(initial=0))) + 1
    first = int(place.min(initial=0))
    packed = ((place - first) * width + source) * width + target
    room = (int(place.max(initial=0)) - first + 1) * width * width
    if room <= MOST_COUNTED:  # counting is several times as quick as sorting
        keys = np.flatnonzero(np.bincount(packed, minlength=room))
        number = np.zeros(room, dtype=np.int32)
        number[keys] = np.arange(len(keys), dtype=np.int32)
        which: NDArray[np.integer] = number[packed]
    else:
        keys, which = np.unique(packed, return_inverse=True)
    names = np.stack((keys // width // width + first, keys // width % width, keys % width), axis=1)
    return names, which


@dataclass(frozen=True, slots=True)
class _Group:
    """Transitions of one link: how many, of how many people, and how long they took."""

    key: int
    rows: int
    users: int
    median: float
    mean: float


def _groups(
    member: NDArray[np.integer], units: NDArray[np.integer], waited: NDArray[np.int64]
) -> Iterator[_Group]:
    """Each group's numbers; units ascend."""
    order = np.argsort(member.astype(np.min_scalar_type(int(member.max(initial=0)))), kind="stable")
    groups, whose, spans = member[order], units[order], waited[order]
    starts = np.flatnonzero(np.append(True, groups[1:] != groups[:-1])[: len(groups)])
    ends = np.append(starts, len(groups))[1:]
    for first, end in zip(starts.tolist(), ends.tolist(), strict=True):
        people = whose[first:end]
        yield _Group(
            key=int(groups[first]),
            rows=end - first,
            users=1 + int(np.count_nonzero(people[1:] != people[:-1])),
            median=float(np.median(spans[first:end])),
            mean=float(np.mean(spans[first:end])),
        )


def _reading_order(link: Link) -> tuple[int, bool, int, int, int]:
    is_rest = link.source is None
    return link.place, is_rest, -link.transitions, link.source or 0, link.target or 0
