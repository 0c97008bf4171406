"""The workspace that this process shows, opened once and watched for changes."""

from pathlib import Path
from typing import Any

import streamlit as st

from queries import TidemarkError, Workspace, open_workspace
from reports.command_line import workspace_folder

SETTINGS = ("workspace.toml", "metrics.toml")


def current() -> Workspace:
    """The workspace, opened again when its settings change; it sees new snapshots by itself.

    Raises:
        WorkspaceError: Its settings cannot be used.
    """
    place = workspace_folder(None).expanduser().resolve()
    return _opened(place, _versions(place))


@st.cache_resource(show_spinner=False, max_entries=4)
def _opened(place: Path, versions: tuple[int, ...]) -> Workspace:  # noqa: ARG001  (part of the key)
    return open_workspace(place)


def _versions(place: Path) -> tuple[int, ...]:
    """When each settings file was last written; 0 for one that is not there."""
    paths = (place / name for name in SETTINGS)
    return tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in paths)


def health() -> dict[str, Any]:
    """What /api/healthz says: `status` is "ok", or names what keeps figures from being shown."""
    try:
        snapshot = current().snapshot
    except TidemarkError as error:
        return {"status": "unusable workspace", "snapshot": None, "as_of": None, "why": str(error)}
    if snapshot is None:
        why = "nothing has been built yet"
        return {"status": "no snapshot", "snapshot": None, "as_of": None, "why": why}
    as_of = snapshot.watermark
    return {
        "status": "ok",
        "snapshot": snapshot.id,
        "as_of": as_of.isoformat() if as_of else None,
    }
