"""Releases that people have added in the app, read anew each time."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from reports.release_facts import Release
from reports.release_measures import OF_USE
from store import StoreError, store_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queries import Workspace
    from store import PlannedRelease

LOG = logging.getLogger("tidemark")


def plans(workspace: Workspace) -> tuple[PlannedRelease, ...]:
    """All plans, the latest day first.

    Verdicts are worth showing without them, so a store that cannot be read is only logged here;
    where plans are written, the page says so.
    """
    try:
        return store_of(workspace).planned_releases()
    except StoreError as error:
        LOG.warning("releases are shown without plans: %s", error)
        return ()


def plan_of(workspace: Workspace, name: str) -> PlannedRelease | None:
    """The plan of a release; None: nobody has made one."""
    return next((one for one in plans(workspace) if one.release == name), None)


def planned_as_release(plan: PlannedRelease) -> Release:
    """A plan as a release that no data know yet."""
    return Release(
        name=plan.release,
        title=plan.title,
        version=None,
        released_on=plan.planned_on,
        completed_on=None,
        rollout=plan.rollout,
        features=plan.features,
        url=plan.url,
        owner=plan.owner or None,
        reached=0,
    )


PERCENT = 100
OF_SERVICE = {
    "p50_ms": "Latency, p50", "p95_ms": "Latency, p95", "errors": "Error rate",
    "churn": "Accounts that left, a day",
}  # fmt: skip


def measure_names(workspace: Workspace) -> dict[str, str]:
    """What a criterion can be about, by the measure's name."""
    of_use = {name: said[0] for name, said in OF_USE.items()}
    of_metrics = {f"metric_{name}": one.label for name, one in workspace.metrics.items()
                  if one.is_rolled_up}  # fmt: skip
    return of_use | OF_SERVICE | of_metrics


def feature_names(workspace: Workspace) -> list[str]:
    """Features that have been used, by name."""
    rows = workspace.ask("event_feature_names").rows
    return rows["feature"].to_list()


def criterion(measure: str, role: str, percent: float) -> dict[str, object]:
    """A goal or guardrail as it is kept; people write effects in percent."""
    return {"measure": measure, "role": role, "target": percent / PERCENT}


def percent_of(one: Mapping[str, Any]) -> float:
    """The target of a kept criterion, in percent."""
    return round(float(one["target"]) * PERCENT, 6)
