"""Which days of requests are known, and which routes, versions and platforms there are?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reports.known import Known, known

if TYPE_CHECKING:
    from queries import Workspace

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


def has_requests(workspace: Workspace) -> bool:
    """Whether there is any request in this viewer's sight."""
    return bool(workspace.ask("request_spans").rows["requests"].sum())
