"""The views that only experiments read, made when the first of them is asked for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from queries.event_rows import event_rows
from queries.outcomes import outcomes_view, reads_events, unit_dimensions_view
from queries.sighted import Base
from queries.snapshot import FOLDER, Snapshot
from queries.views import dimensions_of, sighted

if TYPE_CHECKING:
    from queries.workspace import Workspace


def experiment_views(workspace: "Workspace", snapshot: Snapshot) -> Iterator[str]:
    """The statements, in order, for the workspace's sight.

    Reading the heads of the user's files takes a third of a second for a year and a half of days,
    so it is done only where a metric needs more than `steps` holds, and once for each snapshot.

    Args:
        workspace: Whose metrics, and whose sight.
        snapshot: All of it, as it was published.

    Raises:
        WorkspaceError: Personal columns cannot be hashed.
    """
    dimensions = dimensions_of(snapshot)
    has_events = False
    if reads_events(workspace.metrics, dimensions):
        rejected = snapshot.partitions.get("quarantine", ())
        files = (str(workspace.folder / FOLDER / one.file) for one in rejected)
        events = event_rows(snapshot, workspace.settings, files)
        if events is not None:
            has_events = True
            yield from events.setup
            rows = _seen(workspace, snapshot, events.select, events.columns)
            yield f"create view events as {rows}"
    yield outcomes_view(workspace.metrics, dimensions, has_events=has_events)
    state = snapshot.sources.get("exposures")
    yield unit_dimensions_view(state.columns if state else (), dimensions)


def _seen(workspace: "Workspace", snapshot: Snapshot, select: str, columns: tuple[str, ...]) -> str:
    """The events that the sight lets through."""
    if workspace.sight.is_everything:
        return select
    seen = sighted(workspace.folder, snapshot, workspace.settings, workspace.sight)
    return seen.select("events", Base(select, columns))
