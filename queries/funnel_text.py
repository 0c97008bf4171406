"""The texts of a funnel for the SQL page: a file of this folder with what each step must be."""

from typing import TYPE_CHECKING

from queries.contract import contract
from queries.event_match import with_matches
from queries.funnel_log import FunnelRead
from queries.narrow import Narrowing, narrowed

if TYPE_CHECKING:
    from queries.workspace import Workspace


def funnel_text(workspace: "Workspace", name: str, asked: FunnelRead) -> str:
    """`queries/<name>.sql` for a segment, a breakdown, and what the steps ask beyond names.

    Args:
        workspace: Whose dimensions there are.
        name: The file's name without its ending.
        asked: What the funnel reads.

    Raises:
        QueryError: The name or a dimension is not known.
    """
    narrowing = Narrowing(asked.segment.canonical(), asked.by)
    sql = narrowed(contract(name).text, narrowing, workspace.dimensions)
    return with_matches(sql, asked.matches, workspace.dimensions)
