"""The texts of a funnel for the SQL page: a file of this folder with what each step must be."""

from functools import lru_cache
from typing import TYPE_CHECKING

from queries.contract import contract
from queries.event_match import with_matches
from queries.funnel_log import FunnelRead
from queries.narrow import Dimension, Narrowing, narrowed
from queries.path_log import PathRead, path_names
from queries.path_rules import Along
from queries.path_text import along

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
    names: tuple[str, ...] = ()
    if asked.path is not None:
        names = tuple(path_names(workspace, path_read(asked, asked.path)))
    return _rewritten(name, asked, names, tuple(workspace.dimensions.items()))


@lru_cache(maxsize=128)
def _rewritten(
    name: str,
    asked: FunnelRead,
    names: tuple[str, ...],
    dimensions: tuple[tuple[str, Dimension], ...],
) -> str:
    """The same; to read and write a syntax tree takes longer than the rest of a page."""
    known, text = dict(dimensions), contract(name).text
    if asked.path is not None:
        text = along(text, asked.path, names)
    sql = narrowed(text, Narrowing(asked.segment.canonical(), asked.by), known)
    return with_matches(sql, asked.matches, known)


def path_read(asked: FunnelRead, path: Along) -> PathRead:
    """What to read for the path whose nodes a funnel counts."""
    return PathRead(path.rules, asked.from_day, asked.until_day, asked.segment)
