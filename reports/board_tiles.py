"""What does a saved query say for the period and the people that a board is looking at?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from metrics.periods import comparison
from queries.sandbox import Limits
from reports.ask_sql import SqlAnswer, ask_sql
from reports.known import known
from reports.schema import parameters_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queries import Workspace
    from reports.scope import Scope
    from store import SavedQuery

# A tile is a picture: rows beyond these could not be seen on it.
LIMITS = Limits(seconds=30, rows=5_000, bytes=4 * 2**20)
PERIOD_NAMES = {"start", "end", "start_date", "end_date"}
# Tables that are about the product, so that filters on people leave them as they are.
OF_THE_PRODUCT = {"releases", "experiments", "calendar"}
NO_PERIOD = "Not of this period: the query has no $start and $end."
NO_FILTERS = "Not filtered: the query reads nothing about people."


@dataclass(frozen=True, slots=True)
class TileAnswer:
    """The answer on a tile.

    Attributes:
        answer: What the query gave.
        passed_over: Which of the board's controls do not apply, one sentence each.
    """

    answer: SqlAnswer
    passed_over: tuple[str, ...]


def tile_answer(
    workspace: Workspace, query: SavedQuery, scope: Scope, *, asker: str
) -> TileAnswer:
    """Ask a saved query with the board's period where it asks for one, and the board's filters.

    Filters narrow every table that the query reads, as a policy of the viewer would; the viewer's
    own policies stay.

    Args:
        workspace: As the viewer sees it.
        query: What is asked.
        scope: The board's period, comparison, grain and filters.
        asker: Who looks, so that a board of many tiles keeps nobody else waiting.

    Raises:
        NoSnapshot: Nothing has been built.
        SandboxError: The query is refused, fails, or needs too much.
    """
    declared = {parameter.name for parameter in parameters_of(query.sql)}
    given = {**query.parameters, **board_values(workspace, scope)}
    values = {name: value for name, value in given.items() if name in declared}
    seen = workspace.seen_within(scope.segment)
    answer = ask_sql(seen, query.sql, values, limits=LIMITS, asker=asker)
    answer = replace(answer, source=replace(answer.source, title=query.name))
    passed_over = []
    if not declared & PERIOD_NAMES:
        passed_over.append(NO_PERIOD)
    if not scope.segment.is_empty and set(answer.tables) <= OF_THE_PRODUCT:
        passed_over.append(NO_FILTERS)
    return TileAnswer(answer, tuple(passed_over))


def board_values(workspace: Workspace, scope: Scope) -> Mapping[str, Any]:
    """What a board's controls say, by the names that queries know them under; days half-open."""
    days = known(workspace)
    before = scope.comparison or comparison(scope.period, "previous")
    values: dict[str, Any] = {
        "start": scope.period.start,
        "end": scope.period.end,
        "grain": scope.grain,
        "watermark": days.watermark,
        "data_start": days.data_start,
    }
    if before is not None:
        values |= {"previous_start": before.start, "previous_end": before.end}
        values |= {"compared_start": before.start, "compared_end": before.end}
    return values | {"start_date": scope.period.start, "end_date": scope.period.end}
