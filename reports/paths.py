"""Which way do people take to X, or from X on?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.periods import words
from queries.path_text import path_text
from reports import definitions, path_definitions
from reports.answer import Report, Source
from reports.known import complete_scope, known
from reports.path_counts import PathCounts, path_counts, path_read, path_walks
from reports.path_question import MOST_LINKS
from reports.people import PeopleReport

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from metrics.paths import Walks
    from queries import Workspace
    from reports.path_question import PathQuestion
    from reports.scope import Scope


@dataclass(frozen=True, slots=True)
class PathsReport(Report):
    """The ways of a period.

    Attributes:
        links: One row per link: `place, source, target, transitions, users, median_seconds,
            mean_seconds`; without names: all links of the place that are not shown.
        nodes: One row per node: `place, node, visits, users, goes_on`.
        visits: Visits that go the way that is followed.
        users: Different users among them.
        names: The nodes that there are in the period, ascending.
        question: What was asked.
        scope: The complete days that it was asked about.
    """

    links: Source
    nodes: Source
    visits: int
    users: int
    names: tuple[str, ...]
    question: PathQuestion
    scope: Scope


@dataclass(frozen=True, slots=True)
class OnPath:
    """People who were at a node, or went from it to another.

    Attributes:
        place: Of the node.
        source: The node.
        target: The next one; None: wherever they went.
    """

    place: int
    source: str
    target: str | None = None

    @property
    def words(self) -> str:
        """Whom the list shows."""
        if self.target is None:
            return f"At {self.source}, place {self.place}"
        return f"From {self.source} to {self.target}, place {self.place}"


def paths(workspace: Workspace, scope: Scope, question: PathQuestion) -> PathsReport:
    """Count the links and nodes of the ways in the scope's period.

    Args:
        workspace: Where to ask.
        scope: Days and segment; what happens later is not seen.
        question: The ways.

    Raises:
        QueryError: A dimension is not known.
    """
    whole = complete_scope(scope, known(workspace)) or scope
    counts = path_counts(workspace, whole.period, whole.segment, question)
    asked = _Asked(workspace, whole, question, counts)
    here = counts.nodes.filter(pl.col("place") == question.sign * question.first_place)
    return PathsReport(
        links=asked.source(
            "paths",
            counts.links,
            title="Links between nodes",
            definition=path_definitions.links(question),
            most_links=MOST_LINKS,
        ),
        nodes=asked.source(
            "path_nodes",
            counts.nodes,
            title="Nodes",
            definition=path_definitions.nodes(question),
        ),
        visits=int(here["visits"].sum()),
        users=counts.users,
        names=counts.names,
        question=question,
        scope=whole,
    )


def people_on_path(
    workspace: Workspace, scope: Scope, question: PathQuestion, whom: OnPath
) -> PeopleReport:
    """List the users behind a count of a node or link, as many as it says."""
    whole = complete_scope(scope, known(workspace)) or scope
    asked = path_read(whole.period, whole.segment, question)
    parts, log = path_walks(workspace, asked, question)
    units = [_units_at(part, whom, log.names) for part in parts]
    keys, visits = np.unique(
        np.concatenate(units) if units else np.empty(0, np.int32), return_counts=True
    )
    counted = pl.DataFrame({"user_key": keys.astype(np.int32), "visits": visits.astype(np.int64)})
    table = workspace.engine.query(
        "select user_key, user_id, account_id, first_day, last_day from users", {}
    )
    rows = (
        counted.join(pl.DataFrame(pl.from_arrow(table)), on="user_key", how="inner")
        .select("user_id", "account_id", "visits", "first_day", "last_day")
        .sort("visits", "user_id", descending=[True, False])
    )
    heading = f"{whom.words}, {words(whole.period)}"
    counts = path_counts(workspace, whole.period, whole.segment, question)
    people = _Asked(workspace, whole, question, counts).source(
        "people_on_path",
        rows,
        title=heading,
        definition=definitions.PEOPLE,
        place=whom.place,
        source=whom.source,
        target=whom.target or "",
    )
    return PeopleReport(people=people, count=rows.height, heading=heading)


def _units_at(walks: Walks, whom: OnPath, names: tuple[str, ...]) -> NDArray[np.integer]:
    """The user of each walk that was at a node, and went on to another one if that is asked."""
    row = abs(whom.place) - walks.first
    after = row + walks.sign
    if not 0 <= row < len(walks.nodes) or whom.source not in names:
        return walks.units[:0]
    here = walks.nodes[row] == names.index(whom.source) + 1
    if whom.target is not None:
        if not 0 <= after < len(walks.nodes) or whom.target not in names:
            return walks.units[:0]
        here &= walks.nodes[after] == names.index(whom.target) + 1
    found: NDArray[np.integer] = walks.units[here]
    return found


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with its counts, from which figures come."""

    workspace: Workspace
    scope: Scope
    question: PathQuestion
    counts: PathCounts

    def source(
        self, name: str, rows: pl.DataFrame, *, title: str, definition: str, **more: Any
    ) -> Source:
        """A figure whose rows are the kernel's, with the text that gives the same ones in SQL."""
        snapshot, counts, scope = self.workspace.snapshot, self.counts, self.scope
        days = {"start_date": scope.period.start, "end_date": scope.period.end}
        rules = self.question.rules
        return Source(
            title=title,
            definition=definition,
            rows=rows,
            sql=path_text(self.workspace, name, rules, counts.found, scope.segment),
            parameters=days | self.question.parameters() | more,
            as_of=snapshot.watermark if snapshot else None,
            snapshot_id=snapshot.id if snapshot else "",
            seconds=counts.seconds,
            answered=rows,
        )
