"""The events of a funnel whose steps are nodes of a path: the rows that its walks are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from metrics.paths import collapsed
from queries.funnel_log import FunnelEvents
from queries.funnel_text import path_read
from queries.path_log import read_path

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from queries import Workspace
    from queries.funnel_log import FunnelRead
    from queries.funnel_units import Visits
    from queries.path_log import PathLog
    from queries.path_rules import Along

NOT_THERE = -1  # the code of a node that nobody did


@dataclass(frozen=True, slots=True, eq=False)
class AlongLog:
    """The same parts as a funnel's log has.

    Attributes:
        log: The nodes of all visits.
        path: Its rules, and where its walks end.
        fits: Which steps each node is, as bits.
        names: Values of a breakdown: there is none.
    """

    log: PathLog
    path: Along
    fits: NDArray[np.uint8]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.log)

    @property
    def visits(self) -> Visits | None:
        """(user_key, start in microseconds) of each visit; None: visits are users."""
        return self.log.visits

    def events(self, part: int) -> FunnelEvents:
        """The nodes of a part that are left, visit by visit."""
        one = self.log.events(part)
        kept = collapsed(one.visits, one.nodes, self.path.rules.repeats)
        visits, nodes, times = one.visits[kept], one.nodes[kept], one.times[kept]
        inside = self._inside(visits, nodes)
        visits, nodes, times = visits[inside], nodes[inside], times[inside]
        nothing = np.zeros(len(nodes), dtype=np.uint8)
        return FunnelEvents(
            units=visits,
            times=times,
            steps=self.fits[nodes] if len(self.fits) else nothing,
            exclusions=nothing,
            values=np.full(len(nodes), -1, dtype=np.int32),
            is_entry=np.ones(len(nodes), dtype=np.bool_),
        )

    def _inside(self, visits: NDArray[np.integer], nodes: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Up to the anchor's first time, and only of visits that begin as they should."""
        kept = np.ones(len(visits), dtype=np.bool_)
        if not len(visits):
            return kept
        is_first = np.append(True, visits[1:] != visits[:-1])
        number = np.cumsum(is_first) - 1
        starts = np.flatnonzero(is_first)
        if self.path.first:
            kept &= (nodes[starts] == self._code(self.path.first))[number]
        if self.path.direction == "to" and self.path.anchor:
            places = np.where(
                nodes == self._code(self.path.anchor), np.arange(len(nodes)), len(nodes)
            )
            ends = np.minimum.reduceat(places, starts)
            kept &= (np.arange(len(nodes)) <= ends[number]) & (ends < len(nodes))[number]
        return kept

    def _code(self, name: str) -> int:
        return self.log.names.index(name) if name in self.log.names else NOT_THERE


def read_along(workspace: Workspace, asked: FunnelRead) -> AlongLog:
    """The nodes of a funnel's path.

    Raises:
        ValueError: The funnel has no path.
        QueryError: A dimension is not known, or the engine failed.
    """
    if asked.path is None:
        raise ValueError("this funnel is along no path")
    log = read_path(workspace, path_read(asked, asked.path))
    fits = np.zeros(len(log.names), dtype=np.uint8)
    for bit, step in enumerate(asked.steps):
        for code, name in enumerate(log.names):
            if step.is_any or name in step.events:
                fits[code] |= np.uint8(1 << bit)
    return AlongLog(log, asked.path, fits)
