"""Rows in the order of who, when and what, in parts of some of who, each sorted when asked for.

A part is small enough for a processor's cache, and several can be made at once: sorting is one
vectorised sort of 64-bit keys that hold all three numbers.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

BITS = 64  # of a key
ROWS_PER_PART = 1 << 19
MOST_RUNS = 4_096  # beyond, rows are not taken apart by the runs that they come in
MOST_PARTS_UNSORTED = 8  # of rows in no order, each of which looks at all of them
GRAINS = (1_000_000, 1_000)  # microseconds: many logs know no more than seconds or milliseconds
SAMPLE = 4_096  # rows that say where parts begin

Column = NDArray[np.integer]
Moments = NDArray[np.int64]
Columns = tuple[Column, Moments, Column]
Place = slice | NDArray[np.intp]


class SortedParts:
    """The rows of three columns, ascending by `who`, then `when`, then `what`, part by part.

    Rows mostly come in few long runs that ascend by `who` and `when`, one for each event and file;
    then a part is a piece of each run, and sorting merges them.
    """

    def __init__(
        self, who: Column, when: Moments, what: Column, *, rows: int | None = None
    ) -> None:
        self._columns = who, when, what
        runs = np.concatenate(([0], np.flatnonzero(who[1:] < who[:-1]) + 1, [len(who)]))
        self._runs = runs if len(runs) <= MOST_RUNS else None
        parts = -(-len(who) // (rows or ROWS_PER_PART))
        most = parts if self._runs is not None else min(parts, MOST_PARTS_UNSORTED)
        self._edges = _edges(who, most)
        self._bounds = self._pieces()
        self._grain = next((one for one in GRAINS if _are_multiples(when, one)), 1)

    def __len__(self) -> int:
        """How many parts there are, at least one."""
        return len(self._edges) - 1

    def part(self, number: int) -> Columns:
        """One part's rows, sorted; no `who` is in two parts, and later parts hold higher ones."""
        who, what = (self._taken(self._columns[place], number) for place in (0, 2))
        when = self._taken(self._columns[1], number).astype(np.int64, copy=False)
        if not len(who):
            return who, when, what
        packing = _packing(who, when, what, self._grain)
        if packing is None:
            order = np.lexsort((what, when, who))
            return who[order], when[order], what[order]
        keys = packing.keys(who, when, what)
        keys.sort(kind="stable")  # which merges runs
        return packing.columns(keys, who.dtype, what.dtype)

    def _pieces(self) -> NDArray[np.intp] | None:
        """(runs, edges) where each part begins in each run; None: rows are in no order."""
        if self._runs is None:
            return None
        who = self._columns[0]
        edges = np.array(self._edges, dtype=np.int64).clip(max=np.iinfo(who.dtype).max)
        found = [
            first + np.searchsorted(who[first:end], edges.astype(who.dtype))
            for first, end in pairwise(self._runs.tolist())
        ]
        bounds = np.array(found, dtype=np.intp)
        bounds[:, -1] = self._runs[1:]
        return bounds

    def _taken(self, column: Column, number: int) -> Column:
        if len(self) == 1:
            return column
        if self._bounds is None:
            who = self._columns[0]
            first, end = self._edges[number], self._edges[number + 1]
            return column[(who >= first) & (who < end)]
        starts, ends = self._bounds[:, number].tolist(), self._bounds[:, number + 1].tolist()
        return np.concatenate([column[a:b] for a, b in zip(starts, ends, strict=True)])


@dataclass(frozen=True, slots=True)
class _Packing:
    """How three numbers share a key: who, then when, then what.

    Attributes:
        first: The lowest `who`.
        low: The earliest `when`.
        grain: What all `when` are multiples of.
        when_bits: How many bits `when` needs.
        what_bits: How many bits `what` needs.
    """

    first: int
    low: int
    grain: int
    when_bits: int
    what_bits: int

    def keys(self, who: Column, when: Moments, what: Column) -> NDArray[np.uint64]:
        keys: NDArray[np.uint64] = (who - who.dtype.type(self.first)).astype(np.uint64)
        keys <<= np.uint64(self.when_bits)
        moments = when - self.low
        if self.grain > 1:
            moments //= self.grain
        keys |= moments.view(np.uint64)
        keys <<= np.uint64(self.what_bits)
        keys |= what.astype(np.uint64)
        return keys

    def columns(
        self,
        keys: NDArray[np.uint64],
        who: np.dtype[np.integer],
        what: np.dtype[np.integer],
    ) -> Columns:
        """What the keys hold, in columns of these types; the keys are used up."""
        kinds = (keys & np.uint64((1 << self.what_bits) - 1)).astype(what)
        keys >>= np.uint64(self.what_bits)
        times = (keys & np.uint64((1 << self.when_bits) - 1)).astype(np.int64)
        times *= self.grain
        times += self.low
        keys >>= np.uint64(self.when_bits)
        units = keys.astype(who)
        units += who.type(self.first)
        return units, times, kinds


def packed_sort(who: Column, when: Moments, what: Column) -> Columns:
    """All rows in one part.

    Examples:
        >>> [one.tolist() for one in packed_sort(
        ...     np.array([2, 1, 1]), np.array([5, 9, 7]), np.array([0, 1, 0]))]
        [[1, 1, 2], [7, 9, 5], [0, 1, 0]]
    """
    return SortedParts(who, when, what, rows=max(len(who), 1)).part(0)


def _packing(who: Column, when: Moments, what: Column, grain: int) -> _Packing | None:
    """The packing of some rows; None: a key has too few bits for them."""
    first, low = int(who.min()), int(when.min())
    who_bits = (int(who.max()) - first).bit_length()
    when_bits = ((int(when.max()) - low) // grain).bit_length()
    what_bits = int(what.max()).bit_length()
    if who_bits + when_bits + what_bits > BITS:
        return None
    return _Packing(first, low, grain, when_bits, what_bits)


def _edges(who: Column, parts: int) -> list[int]:
    """Where parts of about as many rows begin, and the end of the last one."""
    if parts <= 1:
        return [0, 1]
    sample = np.sort(who[:: max(len(who) // SAMPLE, 1)])
    inner = sample[[len(sample) * part // parts for part in range(1, parts)]]
    return [int(who.min()), *np.unique(inner[inner > who.min()]).tolist(), int(who.max()) + 1]


def _are_multiples(when: Moments, grain: int) -> bool:
    """Whether every moment is a whole number of grains; the first few tell mostly."""
    return not (when[:1_000] % grain).any() and not (when % grain).any()
