"""Which days of requests are known, and which routes, versions and platforms there are?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from metrics.periods import Period, days_ending
from reports.known import Known, known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from queries import Workspace

YEAR = 365  # days
MISSING = (
    "A table requests (occurred_at, route, duration_ms; status, app_version, platform, count are "
    "welcome) brings this page to life."
)


def known_requests(workspace: Workspace) -> Known:
    """What the snapshot covers, up to the last day for which requests are complete, too."""
    days = known(workspace)
    snapshot = workspace.snapshot
    of_requests = snapshot.watermarks.get("requests") if snapshot else None
    if of_requests is None:
        return days
    return replace(days, watermark=min(days.watermark, of_requests))


def last_served(
    workspace: Workspace, days: int, routes: Sequence[str] = ()
) -> tuple[Period, Period] | None:
    """The last so many days with requests, and the year that ends with them.

    Args:
        workspace: Where to ask.
        days: How many days the first one has.
        routes: Only these; empty: all.

    Returns:
        Both, ending with the last complete day that has a request; None: there is none.
    """
    spans = workspace.ask("request_spans").rows
    own = spans.filter(pl.col("route").is_in(routes)) if routes else spans
    if own.is_empty():
        return None
    last = min(max(own["last_day"].to_list()), known_requests(workspace).watermark)
    return days_ending(last, days), days_ending(last, YEAR)


def has_requests(workspace: Workspace) -> bool:
    """Whether there is any request in this viewer's sight."""
    return bool(workspace.ask("request_spans").rows["requests"].sum())
