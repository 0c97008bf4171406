"""The rest of the morning, put together in the background and remembered for a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import morning as maker
from reports.remembered import Remembered

if TYPE_CHECKING:
    from queries import Workspace
    from reports.morning import Section

_mornings: Remembered[tuple[Section, ...]] = Remembered(
    lambda workspace, _: maker.morning(workspace)
)


def kept_morning(workspace: Workspace) -> tuple[Section, ...] | None:
    """The sections as this viewer sees them; None: they are being put together, from now on.

    What people wrote since, a goal or a decision, makes them anew.
    """
    return _mornings.kept(workspace)


def put_together(workspace: Workspace) -> tuple[Section, ...]:
    """The sections, made now unless they were before."""
    return _mornings.made(workspace)
