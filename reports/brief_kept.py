"""The brief of each build: analysed once, in the background, and kept beside the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.brief import brief
from reports.brief_files import place_of, read_brief, write_brief
from reports.brief_items import Brief
from reports.made_once import Making, Room, told

if TYPE_CHECKING:
    from queries import Workspace

briefs: Room[Brief] = Room(most=16)
KEY = "brief"


def kept_brief(workspace: Workspace) -> Brief | None:
    """The brief of the current build, as this viewer sees it; None: not analysed yet.

    Raises:
        TidemarkError: The analysis failed.
    """
    making = briefs.making(workspace, KEY)
    if making is not None:
        return told(making)
    found = read_brief(place_of(workspace))
    return None if found is None else briefs.now(workspace, KEY, lambda: found)


def analyse(workspace: Workspace) -> Brief:
    """The brief of the current build; analysed now unless it was before.

    Raises:
        TidemarkError: Nothing has been built, or the engine failed.
    """
    return briefs.now(workspace, KEY, lambda: _analysed(workspace))


def start_analysis(workspace: Workspace) -> Making[Brief]:
    """Analyse in the background, unless it already runs."""
    return briefs.begin(workspace, KEY, lambda _: _analysed(workspace))


def _analysed(workspace: Workspace) -> Brief:
    """What an earlier process kept, or a new one, which is kept in turn."""
    found = read_brief(place_of(workspace))
    if found is None:
        found = brief(workspace)
        write_brief(place_of(workspace), found)
    return found
