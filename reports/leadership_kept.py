"""The page for leadership, made in the background and remembered for a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.churn_risk_kept import trained_at
from reports.leadership import LeadershipReport, leadership, quarters
from reports.made_once import Room
from reports.written import written

if TYPE_CHECKING:
    from collections.abc import Hashable

    from queries import Workspace

pages: Room[LeadershipReport] = Room()


def kept_leadership(workspace: Workspace, quarter: str) -> LeadershipReport | None:
    """The page of a quarter; None: it is being made, from now on."""
    name = quarter or _running(workspace)
    return pages.soon(workspace, _key(workspace, name), lambda: leadership(workspace, name))


def made_leadership(workspace: Workspace, quarter: str = "") -> LeadershipReport:
    """The page of a quarter, made now unless it was before."""
    name = quarter or _running(workspace)
    return pages.now(workspace, _key(workspace, name), lambda: leadership(workspace, name))


def _running(workspace: Workspace) -> str:
    return next(iter(quarters(workspace)), "")


def _key(workspace: Workspace, quarter: str) -> Hashable:
    """What people wrote since and a new model of who leaves make it anew."""
    return quarter, written(workspace), trained_at(workspace)
