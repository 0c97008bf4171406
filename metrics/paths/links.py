"""How many went from which node to which, and how long it took them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import gcd

import numpy as np
from numpy.typing import NDArray

from metrics.paths.people import people_of
from metrics.paths.walks import OVER, Walks

THREADS = 2  # places at once: numpy lets go of Python while it works
SECOND = 1_000_000  # microseconds
MOST_COUNTED = 1 << 20  # possible links, up to which they are counted rather than sorted
Counts = dict[int, int]  # transitions of each link of a place, by its number
Numbers = NDArray[np.integer]


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


def links(parts: Sequence[Walks], *, most: int = 50) -> tuple[Link, ...]:
    """The links of walks, by place, the busiest first; what is not shown is one link per place.

    Nothing is lost: the transitions of a place always add up to the visits that went on there.

    Args:
        parts: Walks of one route.
        most: How many links at most, the rest included; at least as many as there are places.

    Raises:
        ValueError: `most` is below the number of places with a link.

    Examples:
        >>> from metrics.paths import visits_of, walks
        >>> way = walks(visits_of(
        ...     np.array([1, 1, 2, 2]), np.array([0, 5, 0, 9]), np.array([3, 4, 3, 4])))
        >>> [(one.source, one.target, one.transitions) for one in links([way])]
        [(3, 4, 2)]
    """
    rows = max((len(part.waits) for part in parts), default=0)
    width = max((int(part.nodes.max(initial=0)) for part in parts), default=0) + 1
    places = [_Place(parts, row, width) for row in range(rows)]
    with ThreadPoolExecutor(THREADS) as pool:
        counted = dict(zip((one.place for one in places),
                           pool.map(_Place.counts, places), strict=True))  # fmt: skip
    counted = {place: counts for place, counts in counted.items() if counts}
    ranked = sorted(
        ((place, number, many) for place, counts in counted.items()
         for number, many in counts.items()),
        key=lambda one: (-one[2], one[0], one[1]),
    )  # fmt: skip
    if most < len(counted):
        raise ValueError(f"{len(counted)} places need at least as many links, got most={most}")
    named = ranked if len(ranked) <= most else ranked[: most - len(counted)]
    wanted = [
        (one, [number for place, number, _ in named if place == one.place])
        for one in places if one.place in counted
    ]  # fmt: skip
    with ThreadPoolExecutor(THREADS) as pool:
        found = [link for group in pool.map(lambda one: one[0].links(one[1]), wanted)
                 for link in group]  # fmt: skip
    return tuple(sorted(found, key=_reading_order))


@dataclass(frozen=True, slots=True)
class _Place:
    """The links between two places that lie beside each other.

    Attributes:
        parts: All walks.
        row: Of the place that is nearer to the anchor.
        width: Above every code; a link's number is its source's code times this, plus its target's.
    """

    parts: Sequence[Walks]
    row: int
    width: int

    @property
    def place(self) -> int:
        """Of the node they came from."""
        part = self.parts[0]
        return part.first + self.row if part.sign > 0 else -(part.first + self.row + 1)

    @property
    def grain(self) -> int:
        """Microseconds that every part's grain is a multiple of."""
        return gcd(*(part.grain for part in self.parts))

    def counts(self) -> Counts:
        """How many went each way."""
        found: Counts = {}
        for part in self.parts:
            numbers = self._numbers(part)
            if self.width**2 <= MOST_COUNTED:
                many = np.bincount(numbers, minlength=self.width**2)
                ways = np.flatnonzero(many)
                many = many[ways]
            else:
                ways, many = np.unique(numbers, return_counts=True)
            for way, count in zip(ways.tolist(), many.tolist(), strict=True):
                found[way] = found.get(way, 0) + count
        return found

    def links(self, named: Sequence[int]) -> list[Link]:
        """Those that are named, and all others as one."""
        ways = np.array(sorted(named), dtype=np.int64)
        whose: list[tuple[Numbers, Numbers]] = []
        waited: list[list[Numbers]] = [[] for _ in range(len(ways) + 1)]
        for part in self.parts:
            goes_on = part.nodes[self.row + 1] != OVER
            groups = self._groups(self._numbers(part), ways)
            whose.append((groups, part.units[goes_on]))
            spans = part.waits[self.row][goes_on][np.argsort(groups, kind="stable")]
            if part.grain != self.grain:
                spans = spans.astype(np.int64) * (part.grain // self.grain)
            ends = np.cumsum(np.bincount(groups, minlength=len(waited)))
            for group, one in enumerate(np.split(spans, ends[:-1])):
                waited[group].append(one)
        users = people_of(whose, len(waited)).tolist()
        found = []
        for group, pieces in enumerate(waited):
            spans = np.concatenate(pieces)
            if len(spans):
                way = int(ways[group]) if group < len(ways) else None
                found.append(self._link(way, users[group], spans))
        return found

    def _link(self, way: int | None, users: int, spans: Numbers) -> Link:
        source, target = (None, None) if way is None else divmod(way, self.width)
        grain = self.grain / SECOND
        return Link(
            place=self.place,
            source=None if source is None else source - 1,
            target=None if target is None else target - 1,
            transitions=len(spans),
            users=users,
            median_seconds=_median(spans) * grain,
            mean_seconds=float(spans.mean(dtype=np.float64)) * grain,
        )

    def _numbers(self, part: Walks) -> Numbers:
        """The number of the link of each walk that goes on from this place."""
        near, far = part.nodes[self.row], part.nodes[self.row + 1]
        goes_on = far != OVER
        source, target = (near, far) if part.sign > 0 else (far, near)
        numbers: Numbers = source[goes_on].astype(np.uint32 if self.width < 1 << 16 else np.uint64)
        numbers *= numbers.dtype.type(self.width)
        numbers += target[goes_on]
        return numbers

    def _groups(self, numbers: Numbers, ways: Numbers) -> Numbers:
        """Which of the named links each walk takes; another one: their count."""
        kind = np.min_scalar_type(len(ways))
        if self.width**2 <= MOST_COUNTED:
            group: Numbers = np.full(self.width**2, len(ways), dtype=kind)
            group[ways] = np.arange(len(ways), dtype=kind)
            return group[numbers]
        place = np.searchsorted(ways, numbers).astype(kind)
        is_named = np.append(ways, -1)[place] == numbers
        named: Numbers = np.where(is_named, place, kind.type(len(ways)))
        return named


def _median(spans: Numbers) -> float:
    middle = (len(spans) - 1) // 2, len(spans) // 2
    in_order = np.partition(spans, middle)
    return (float(in_order[middle[0]]) + float(in_order[middle[1]])) / 2


def _reading_order(link: Link) -> tuple[int, bool, int, int, int]:
    is_rest = link.source is None
    return link.place, is_rest, -link.transitions, link.source or 0, link.target or 0
