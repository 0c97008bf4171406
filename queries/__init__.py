"""What the data says: a workspace answers the questions in this folder's .sql files.

Names are looked up when they are first used: who reads a result file needs no workspace, and half
of such a process would be imports.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

HOMES = {
    "access": ("Sight", "Viewer"),
    "contract": ("names",),
    "definitions": ("MetricDefinition",),
    "errors": (
        *("BuildError", "BuildRunning", "NoSnapshot", "QueryError", "TidemarkError"),
        "WorkspaceError",
    ),
    "narrow": ("Dimension", "Filter", "Segment"),
    "snapshot": ("Snapshot",),
    "workspace": ("Answer", "Workspace", "open_workspace"),
}


def __getattr__(name: str) -> Any:
    """A name of `__all__`, from the file that it lives in."""
    for home, known in HOMES.items():
        if name in known:
            found = getattr(import_module(f"queries.{home}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"the package 'queries' has no {name!r}")
