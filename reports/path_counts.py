"""The walks of a question, and their links and nodes, remembered for each snapshot."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

import metrics.paths
from metrics.paths import Route, Visits, Walks, links, nodes, people_of, walks
from queries.kept_counts import kept_counts
from queries.path_log import PathRead, read_path
from reports.path_question import MOST_LINKS

if TYPE_CHECKING:
    from metrics.periods import Period
    from queries import Segment, Workspace
    from queries.path_log import PathLog
    from queries.visit_parts import VisitPart
    from reports.path_question import PathQuestion

KEPT_PATHS = 64
CODE = (Path(__file__).parent, Path(metrics.paths.__file__).parents[1])
LINKS = {
    "place": pl.Int64, "source": pl.String, "target": pl.String, "transitions": pl.Int64,
    "users": pl.Int64, "median_seconds": pl.Float64, "mean_seconds": pl.Float64,
}  # fmt: skip
NODES = {
    "place": pl.Int64, "node": pl.String, "visits": pl.Int64, "users": pl.Int64,
    "goes_on": pl.Int64,
}  # fmt: skip
REST: dict[str, Any] = {
    "users": pl.Int64, "names": pl.List(pl.String), "found": pl.List(pl.String),
    "seconds": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PathCounts:
    """Links and nodes as `paths.sql` and `path_nodes.sql` give them.

    Attributes:
        links: One row per link.
        nodes: One row per node.
        users: Different users of all walks.
        names: The nodes that there are in the period, ascending.
        found: What may happen in the period, before any rule.
        seconds: How long reading and counting took.
    """

    links: pl.DataFrame
    nodes: pl.DataFrame
    users: int
    names: tuple[str, ...]
    found: tuple[str, ...]
    seconds: float


def path_read(period: Period, segment: Segment, question: PathQuestion) -> PathRead:
    """What to read for a question."""
    return PathRead(question.rules, period.start, period.end, segment.canonical())


def path_counts(
    workspace: Workspace, period: Period, segment: Segment, question: PathQuestion
) -> PathCounts:
    """Count the ways of a period, or remember the counts of the same snapshot.

    What everybody asks first lies on disk as well, so that a new process finds it there.
    """
    snapshot = workspace.snapshot
    asked = path_read(period, segment, question)
    key = (
        workspace.folder, snapshot.id if snapshot else None, workspace.sight, asked, question,
    )  # fmt: skip
    return KEPT.get(key) or KEPT.keep(key, _read_or_counted(workspace, asked, question))


def path_walks(
    workspace: Workspace, asked: PathRead, question: PathQuestion
) -> tuple[list[Walks], PathLog]:
    """The nodes that are shown, of the walks that go the way that is followed, in parts."""
    log = read_path(workspace, asked)
    codes = {name: code for code, name in enumerate(log.names)}
    named = [*question.wanted.values(), *([question.anchor] if question.anchor else [])]
    if any(name not in codes for name in named):
        return [], log
    route = Route(
        anchor=codes[question.anchor] if question.anchor else None,
        direction=question.direction,
        length=question.first_place - 1 + question.length,
        within=question.within,
        collapse=question.rules.repeats,
    )
    wanted = {place: codes[name] for place, name in question.wanted.items()}

    def walked(part: VisitPart) -> Walks:
        found = walks(visits_in(part), route)
        return found.through(wanted, first=question.first_place)

    return log.each(walked, doing=question.anchor), log


def visits_in(part: VisitPart) -> Visits:
    """A part of a log as visits that can be walked."""
    return Visits(part.users, part.codes, part.times, part.grain, part.is_whole)


def _read_or_counted(workspace: Workspace, asked: PathRead, question: PathQuestion) -> PathCounts:
    def make() -> dict[str, pl.DataFrame]:
        made = _counted(workspace, asked, question)
        rest = (made.users, made.names, made.found, made.seconds)
        return {
            "links": made.links,
            "nodes": made.nodes,
            "rest": pl.DataFrame([rest], schema=REST, orient="row"),
        }

    found = kept_counts(
        workspace, "path_counts", (asked, question), make,
        tables=("links", "nodes", "rest"), code=CODE,
    )  # fmt: skip
    users, names, before, seconds = found["rest"].row(0)
    return PathCounts(found["links"], found["nodes"], users, tuple(names), tuple(before), seconds)


def _counted(workspace: Workspace, asked: PathRead, question: PathQuestion) -> PathCounts:
    start = perf_counter()
    found, log = path_walks(workspace, asked, question)
    names: dict[int | None, str | None] = {None: None, **dict(enumerate(log.names))}
    link_rows = [
        (
            one.place, names[one.source], names[one.target], one.transitions, one.users,
            one.median_seconds, one.mean_seconds,
        )
        for one in links(found, most=MOST_LINKS)
    ]  # fmt: skip
    node_rows = [
        (one.place, log.names[one.node], one.visits, one.users, one.goes_on)
        for one in nodes(found)
    ]  # fmt: skip
    everybody = [(np.zeros(len(part), dtype=np.uint8), part.units) for part in found]
    return PathCounts(
        links=pl.DataFrame(link_rows, schema=LINKS, orient="row"),
        nodes=pl.DataFrame(node_rows, schema=NODES, orient="row"),
        users=int(people_of(everybody, 1)[0]),
        names=log.names,
        found=log.found,
        seconds=perf_counter() - start,
    )


class _Kept:
    """Counts of the paths asked last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: OrderedDict[tuple[Any, ...], PathCounts] = OrderedDict()

    def get(self, key: tuple[Any, ...]) -> PathCounts | None:
        with self._lock:
            found = self._counts.get(key)
            if found is not None:
                self._counts.move_to_end(key)
            return found

    def keep(self, key: tuple[Any, ...], counts: PathCounts) -> PathCounts:
        with self._lock:
            self._counts[key] = counts
            while len(self._counts) > KEPT_PATHS:
                self._counts.popitem(last=False)
        return counts

    def forget(self) -> None:
        """Let go of all."""
        with self._lock:
            self._counts.clear()


KEPT = _Kept()
