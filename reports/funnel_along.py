"""The events of a funnel whose steps are nodes of a path: the rows that its walks are made of."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from queries.funnel_log import FunnelEvents
from queries.funnel_text import path_read
from queries.path_log import read_path
from reports.path_counts import visits_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from queries import Workspace
    from queries.funnel_log import FunnelRead
    from queries.funnel_units import Visits
    from queries.path_log import PathLog
    from queries.path_rules import Along
    from queries.visit_parts import VisitPart

NOT_THERE = -1  # the code of a node that nobody did
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class AlongLog:
    """The events of a funnel as a funnel's log has them.

    Attributes:
        log: The nodes of all visits.
        path: Its rules, and where its walks end.
        fits: Which steps each node is, as bits, by its code in rows.
        names: Values of a breakdown: there is none.
    """

    log: PathLog
    path: Along
    fits: NDArray[np.uint8]
    names: tuple[str, ...] = ()

    def each(self, work: Callable[[FunnelEvents], T]) -> tuple[list[T], Visits | None]:
        """What is made of every part, and (user_key, start in microseconds) of each visit."""
        lock, numbered = Lock(), [0]
        known: dict[int, tuple[NDArray[np.int32], NDArray[np.int64]]] = {}
        is_user = self.path.rules.visit == "user"

        def of_part(part: VisitPart) -> T:
            with lock:
                first = numbered[0]
                numbered[0] += len(part.users)
            if not is_user:
                known[first] = part.users.astype(np.int32), part.starts
            return work(self._events(part, 0 if is_user else first))

        made = self.log.each(of_part)
        if is_user:
            return made, None
        in_order = [known[first] for first in sorted(known)]
        users, starts = (
            np.concatenate([np.empty(0, kind), *column])
            for kind, column in zip((np.int32, np.int64), zip(*in_order, strict=True), strict=True)
        )
        return made, (users, starts)

    def _events(self, part: VisitPart, first: int) -> FunnelEvents:
        """The nodes of a part that are left, visit by visit; numbers of visits go on from one."""
        left = visits_in(part).collapsed(self.path.rules.repeats)
        starts = left.starts
        sizes = np.diff(starts, append=len(left.codes))
        kept = np.repeat(part.is_whole, sizes) & self._inside(left.codes, starts, sizes)
        kept[starts] = False
        units = part.users if self.path.rules.visit == "user" else first + np.arange(len(starts))
        codes = left.codes[kept]
        return FunnelEvents(
            units=np.repeat(units, sizes)[kept],
            times=left.times[kept] * left.grain + part.since,
            steps=self.fits[codes],
            exclusions=np.zeros(len(codes), dtype=np.uint8),
            values=np.full(len(codes), -1, dtype=np.int32),
            is_entry=np.ones(len(codes), dtype=np.bool_),
        )

    def _inside(
        self, codes: NDArray[np.unsignedinteger], starts: NDArray[np.intp], sizes: NDArray[np.intp]
    ) -> NDArray[np.bool_]:
        """Up to the anchor's first time, and only of visits that begin as they should."""
        kept = np.ones(len(codes), dtype=np.bool_)
        if not len(codes):
            return kept
        if self.path.first:
            firsts = codes[np.minimum(starts + 1, len(codes) - 1)]
            kept &= np.repeat(firsts == self._code(self.path.first), sizes)
        if self.path.direction == "to" and self.path.anchor:
            rows = np.arange(len(codes))
            places = np.where(codes == self._code(self.path.anchor), rows, len(codes))
            ends = np.minimum.reduceat(places, starts)
            kept &= rows <= np.repeat(np.where(ends < len(codes), ends, -1), sizes)
        return kept

    def _code(self, name: str) -> int:
        return self.log.names.index(name) + 1 if name in self.log.names else NOT_THERE


def read_along(workspace: Workspace, asked: FunnelRead) -> AlongLog:
    """The nodes of a funnel's path.

    Raises:
        ValueError: The funnel has no path.
        QueryError: A dimension is not known, or the engine failed.
    """
    if asked.path is None:
        raise ValueError("this funnel is along no path")
    log = read_path(workspace, path_read(asked, asked.path))
    fits = np.zeros(len(log.names) + 1, dtype=np.uint8)
    for bit, step in enumerate(asked.steps):
        for code, name in enumerate(log.names, 1):
            if step.is_any or name in step.events:
                fits[code] |= np.uint8(1 << bit)
    return AlongLog(log, asked.path, fits)
