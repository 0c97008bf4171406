"""The workspace that this process shows, opened once and watched for changes."""

from pathlib import Path
from typing import Any

import streamlit as st

from pages.shared.sign_in import viewer
from queries import TidemarkError, Workspace, open_workspace
from queries.access import sight_of
from reports.command_line import workspace_folder

SETTINGS = ("workspace.toml", "metrics.toml")


def current() -> Workspace:
    """The workspace as the viewer of this session may see it.

    Raises:
        WorkspaceError: Its settings cannot be used.
    """
    workspace = whole()
    return workspace.seen_with(sight_of(viewer(), workspace.settings))


def whole() -> Workspace:
    """All of it, opened again when its settings change; it sees new snapshots by itself.

    Not for pages: they ask `current`.

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
        snapshot = whole().snapshot
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
