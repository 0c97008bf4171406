"""Which events are there to choose from?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from reports.known import known

if TYPE_CHECKING:
    from queries import Workspace

# What is frequent now is what people look for first; the others follow by name.
RECENT = timedelta(days=28)


def event_names(workspace: Workspace) -> tuple[str, ...]:
    """All events of all data, those that were most frequent of late first."""
    days = known(workspace)
    end = max(days.watermark, days.data_start) + timedelta(days=1)
    recent = workspace.ask("event_names", start_date=end - RECENT, end_date=end).rows["event"]
    return tuple(dict.fromkeys([*recent, *sorted(_qualification(workspace))]))


def qualifying_events(workspace: Workspace) -> tuple[str, ...]:
    """Those of them that count as activity."""
    qualifies = _qualification(workspace)
    return tuple(name for name in event_names(workspace) if qualifies.get(name, False))


def _qualification(workspace: Workspace) -> dict[str, bool]:
    """Whether each event that was ever met counts as activity."""
    if not workspace.sight.policy.is_empty:  # the snapshot's own list is everybody's
        return dict(workspace.ask("event_kinds").rows.iter_rows())
    snapshot = workspace.snapshot
    return {kind[0]: kind[3] for kind in snapshot.kinds} if snapshot else {}
