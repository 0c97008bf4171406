"""The rest of the morning, put together in the background and remembered for a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports import morning as maker
from reports.churn_risk_kept import trained_at
from reports.made_once import Room
from reports.written import written

if TYPE_CHECKING:
    from collections.abc import Hashable

    from queries import Workspace
    from reports.morning import Section

mornings: Room[tuple[Section, ...]] = Room()


def kept_morning(workspace: Workspace) -> tuple[Section, ...] | None:
    """The sections as this viewer sees them; None: they are being put together, from now on.

    What people wrote since, such as a goal or a decision, makes them anew.
    """
    return mornings.soon(workspace, _key(workspace), lambda: maker.morning(workspace))


def put_together(workspace: Workspace) -> tuple[Section, ...]:
    """The sections, made now unless they were before."""
    return mornings.now(workspace, _key(workspace), lambda: maker.morning(workspace))


def _key(workspace: Workspace) -> Hashable:
    return written(workspace), trained_at(workspace)
