"""What did the release do to usage, churn, speed and errors, and how sure may we be?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from reports.alone import each_alone
from reports.made_once import Room
from reports.release_answer import ReleaseReport
from reports.release_facts import all_releases
from reports.release_judging import Judging
from reports.release_plans import plan_of, planned_as_release, plans

if TYPE_CHECKING:
    from queries import Workspace
    from store import PlannedRelease

MOST_KEPT = 128  # judgements of a room; older releases are judged when they are opened
_judgements: Room[ReleaseReport] = Room(most=MOST_KEPT)


def release_report(
    workspace: Workspace, name: str, *, measure: str | None = None
) -> ReleaseReport | None:
    """A release judged; computed once for each snapshot and plan. None: there is none such.

    Args:
        workspace: Whose release.
        name: The release's name.
        measure: The measure that the verdict and diagnostics are about; None: the first goal's, or
            the use of the touched features.
    """
    plan = plan_of(workspace, name)
    known = all_releases(workspace)
    release = next((one for one in known if one.name == name), None)
    if release is None:
        release = planned_as_release(plan) if plan else None
    if release is None:
        return None
    judging = release  # which is one by now
    return _judgements.now(
        workspace,
        _key(name, plan, measure),
        lambda: Judging(workspace, judging, known, plan, measure).report(),
    )


def kept_report(workspace: Workspace, name: str) -> ReleaseReport | None:
    """The judgement, if somebody or the server has asked for it since the last build."""
    found = _judgements.making(workspace, _key(name, plan_of(workspace, name), None))
    return found.made if found else None


def judge_all(workspace: Workspace) -> tuple[str, ...]:
    """Judge the newest releases that are not judged yet, as many as are kept: for the server.

    Returns:
        What failed, and why: each release fails alone.
    """
    names = [one.release for one in plans(workspace)]
    names += [one.name for one in all_releases(workspace)]
    names = list(dict.fromkeys(names))[:MOST_KEPT]  # one more would push out the newest
    return each_alone(
        {f"Release {name}": partial(release_report, workspace, name) for name in names}
    )


def _key(name: str, plan: PlannedRelease | None, measure: str | None) -> tuple[object, ...]:
    """What a judgement depends on beside the build: its plan as it is written now."""
    return name, (plan.id, plan.version) if plan else None, measure
