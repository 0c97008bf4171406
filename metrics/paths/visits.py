"""Visits as two columns: a row where each one begins, then its nodes in order."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Collapse = Literal["consecutive", "once", "none"]
Codes = NDArray[np.unsignedinteger]
Rows = NDArray[np.intp]
BEGINS = 0  # the code of the row where a visit begins


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """The nodes of visits.

    Attributes:
        units: (v,) who made each visit, 0 or more.
        codes: (n,) 0 where a visit begins, else 1 + the code of the event or feature.
        times: (n,) when, in grains; ascending within a visit.
        grain: How many microseconds a grain is.
        is_counted: (v,) whether a visit is walked; None: all are.
    """

    units: NDArray[np.integer]
    codes: Codes
    times: NDArray[np.int64]
    grain: int = 1
    is_counted: NDArray[np.bool_] | None = None

    def collapsed(self, rule: Collapse = "consecutive") -> "Visits":
        """Without the repetitions that are one node.

        Args:
            rule: "consecutive": one for a run of the same; "once": only the first time in a visit;
                "none": all.

        Examples:
            >>> visits_of(np.array([1, 1, 1, 1]), np.arange(4), np.array([5, 5, 7, 5])
            ...     ).collapsed().codes.tolist()
            [0, 6, 8, 6]
        """
        if rule == "none":
            return self
        kept = np.ones(len(self.codes), dtype=np.bool_)
        if rule == "consecutive":
            np.not_equal(self.codes[1:], self.codes[:-1], out=kept[1:])
            kept[self.starts] = True  # also of a visit after one without nodes
        else:
            kept = _first_times(self.codes)
        return Visits(self.units, self.codes[kept], self.times[kept], self.grain, self.is_counted)

    @property
    def starts(self) -> Rows:
        """(v,) the row where each visit begins."""
        return np.flatnonzero(self.codes == BEGINS)


def visits_of(
    units: NDArray[np.integer],
    times: NDArray[np.int64],
    nodes: NDArray[np.integer],
    *,
    visits: NDArray[np.integer] | None = None,
) -> Visits:
    """Visits from one row per event.

    Args:
        units: (n,) who, ascending within equal visits.
        times: (n,) microseconds since 1970, UTC, ascending within a visit.
        nodes: (n,) code of the event or feature, 0 or more.
        visits: (n,) which visit, ascending; None: all of a unit is one visit.

    Raises:
        ValueError: Rows that are not sorted, columns of different length, or a negative code.

    Examples:
        >>> visits_of(np.array([1, 1, 2]), np.array([0, 5, 9]), np.array([3, 4, 8])).codes.tolist()
        [0, 4, 5, 0, 9]
    """
    visits = units if visits is None else visits
    if not len(units) == len(times) == len(nodes) == len(visits):
        raise ValueError(
            f"columns must have one length, got {len(units)} units, {len(times)} times, "
            f"{len(nodes)} nodes and {len(visits)} visits"
        )
    if np.any(visits[1:] < visits[:-1]):
        raise ValueError("walks need rows sorted by visit")
    if np.any((visits[1:] == visits[:-1]) & (times[1:] < times[:-1])):
        raise ValueError("walks need rows sorted by time within a visit")
    if len(nodes) and nodes.min() < 0:
        raise ValueError(f"codes of nodes must be 0 or more, got {nodes.min()}")
    starts = np.flatnonzero(np.append(True, visits[1:] != visits[:-1])[: len(visits)])
    kind = np.min_scalar_type(int(nodes.max(initial=0)) + 1)
    codes = np.insert((nodes + 1).astype(kind), starts, BEGINS)
    return Visits(units[starts], codes, np.insert(times, starts, times[starts]))


def _first_times(codes: Codes) -> NDArray[np.bool_]:
    """(n,) whether a row is the first of its code in its visit."""
    width = int(codes.max(initial=0)) + 1
    named = np.cumsum(codes == BEGINS) * width + codes
    order = np.argsort(named, kind="stable")
    kept = np.ones(len(codes), dtype=np.bool_)
    kept[order[1:]] = named[order[1:]] != named[order[:-1]]
    return kept
