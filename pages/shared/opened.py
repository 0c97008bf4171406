"""The workspace that this process shows, opened once and watched for changes: all of it.

Pages ask `pages.shared.workspaces.current`, which is what the viewer of a session may see.
"""

import os
import time
from pathlib import Path

import streamlit as st

from queries import TidemarkError, Workspace, open_workspace
from queries.access_settings import Access
from reports.command_line import VARIABLE, workspace_folder

OPENLY = "TIDEMARK_LISTENS_OPENLY"
SECONDS_BELIEVED = 1.0
SETTINGS = ("workspace.toml", "metrics.toml")


def whole() -> Workspace:
    """All of it, opened again when its settings change; it sees new snapshots by itself.

    Raises:
        WorkspaceError: Its settings cannot be used.
    """
    place = workspace_folder(None).expanduser().resolve()
    return _opened(place, _versions(place))


def access() -> Access:
    """Who may connect, as it was at most a second ago, since every file of a page asks."""
    place = os.environ.get(VARIABLE)
    known = _believed.get(place)
    if known is None or time.monotonic() - known[0] > SECONDS_BELIEVED:
        known = time.monotonic(), _access()
        _believed.clear()
        _believed[place] = known
    return known[1]


def _access() -> Access:
    """Who may connect; while the settings cannot be read, only this machine."""
    try:
        found = whole().settings.access
    except TidemarkError:
        return Access()
    return found.model_copy(update={"listens_openly": True}) if os.environ.get(OPENLY) else found


_believed: dict[str | None, tuple[float, Access]] = {}


@st.cache_resource(show_spinner=False, max_entries=4)
def _opened(place: Path, versions: tuple[int, ...]) -> Workspace:  # noqa: ARG001  (part of the key)
    return open_workspace(place)


def _versions(place: Path) -> tuple[int, ...]:
    """When each settings file was last written; 0 for one that is not there."""
    paths = (place / name for name in SETTINGS)
    return tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in paths)
