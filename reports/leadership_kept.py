"""The page for leadership, made in the background and remembered for a build."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.leadership import LeadershipReport, leadership, quarters
from reports.remembered import Remembered

if TYPE_CHECKING:
    from queries import Workspace

_pages: Remembered[LeadershipReport] = Remembered(leadership)


def kept_leadership(workspace: Workspace, quarter: str) -> LeadershipReport | None:
    """The page of a quarter; None: it is being made, from now on."""
    return _pages.kept(workspace, quarter or _running(workspace))


def made_leadership(workspace: Workspace, quarter: str = "") -> LeadershipReport:
    """The page of a quarter, made now unless it was before."""
    return _pages.made(workspace, quarter or _running(workspace))


def _running(workspace: Workspace) -> str:
    return next(iter(quarters(workspace)), "")
