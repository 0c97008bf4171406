"""What did the release do to usage, churn, speed and errors, and how sure may we be?"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from reports.release_answer import ReleaseReport
from reports.release_facts import all_releases
from reports.release_judging import Judging
from reports.release_plans import plan_of, planned_as_release, plans

if TYPE_CHECKING:
    from queries import Workspace
    from store import PlannedRelease

KEPT = 128  # judgements

_kept: OrderedDict[tuple[object, ...], ReleaseReport] = OrderedDict()
_lock = threading.Lock()


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
    key = _key(workspace, name, plan, measure)
    with _lock:
        found = _kept.get(key)
    if found is not None:
        return found
    known = all_releases(workspace)
    release = next((one for one in known if one.name == name), None)
    if release is None:
        release = planned_as_release(plan) if plan else None
    if release is None:
        return None
    found = Judging(workspace, release, known, plan, measure).report()
    with _lock:
        _kept[key] = found
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def kept_report(workspace: Workspace, name: str) -> ReleaseReport | None:
    """The judgement, if somebody or the server has asked for it since the last build."""
    with _lock:
        return _kept.get(_key(workspace, name, plan_of(workspace, name), None))


def judge_all(workspace: Workspace) -> None:
    """Judge every release that is not judged yet, the newest first: for the server."""
    for one in all_releases(workspace):
        release_report(workspace, one.name)
    for plan in plans(workspace):
        release_report(workspace, plan.release)


def _key(
    workspace: Workspace, name: str, plan: PlannedRelease | None, measure: str | None
) -> tuple[object, ...]:
    snapshot = workspace.snapshot
    stamp = (plan.id, plan.version) if plan else None
    built = snapshot.id if snapshot else None
    return str(workspace.folder), built, workspace.sight, name, stamp, measure
