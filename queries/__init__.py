"""What the data says: a workspace answers the questions in this folder's .sql files."""

from queries.access import Sight, Viewer
from queries.contract import names
from queries.definitions import MetricDefinition
from queries.errors import (
    BuildError,
    BuildRunning,
    NoSnapshot,
    QueryError,
    TidemarkError,
    WorkspaceError,
)
from queries.narrow import Dimension, Filter, Segment
from queries.snapshot import Snapshot
from queries.workspace import Answer, Workspace, open_workspace

__all__ = [
    "Answer",
    "BuildError",
    "BuildRunning",
    "Dimension",
    "Filter",
    "MetricDefinition",
    "NoSnapshot",
    "QueryError",
    "Segment",
    "Sight",
    "Snapshot",
    "TidemarkError",
    "Viewer",
    "Workspace",
    "WorkspaceError",
    "names",
    "open_workspace",
]
