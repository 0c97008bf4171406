"""The workspace as the viewer of a session may see it."""

from typing import Any

from pages.shared.opened import whole
from pages.shared.sign_in import viewer
from queries import TidemarkError, Workspace
from queries.access import sight_of

__all__ = ["current", "health", "whole"]


def current() -> Workspace:
    """What the viewer of this session may see; `whole`, which is for the server, is all of it.

    Raises:
        WorkspaceError: Its settings cannot be used.
        NotSignedIn: Nobody has signed in.
        NotLetIn: Somebody has who is not listed.
    """
    workspace = whole()
    return workspace.seen_with(sight_of(viewer(), workspace.settings))


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
