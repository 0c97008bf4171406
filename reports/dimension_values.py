"""Which values of a dimension can people be filtered by?"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from queries.narrow import NOT_SET

if TYPE_CHECKING:
    from queries import Workspace

__all__ = ["NOT_SET", "dimension_values"]

RECENT_DAYS = 28  # days: long enough to meet every value that is in use


def dimension_values(workspace: Workspace, dimension: str) -> tuple[str, ...]:
    """The values of the last 28 days, those that most was done with first, at most 100.

    Args:
        workspace: Where to ask.
        dimension: One of the workspace's dimensions.

    Raises:
        QueryError: There is no such dimension.
    """
    snapshot = workspace.snapshot
    last_day = (snapshot.watermark or snapshot.last_day) if snapshot else None
    if last_day is None:
        return ()
    return _values(workspace, dimension, last_day + timedelta(days=1))


def _values(workspace: Workspace, dimension: str, end: date) -> tuple[str, ...]:
    start = end - timedelta(days=RECENT_DAYS)
    known = workspace.dimensions.get(dimension)
    if known is not None and known.level == "user":
        answer = workspace.ask("user_values", by=dimension, active_since=start)
    else:
        answer = workspace.ask("dimension_values", by=dimension, start_date=start, end_date=end)
    return tuple(answer.rows["segment"])
