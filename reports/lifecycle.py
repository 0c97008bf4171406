"""How is the base of active people built up: who is new, stays, comes back, lapses?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metrics.changes import Change
from reports.answer import Report, Source

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope


@dataclass(frozen=True, slots=True)
class LifecycleReport(Report):
    """Each active person of a period is new, retained or resurrected; lapsed ones are dormant.

    Attributes:
        states: One row per (segment, period_start) at the grain: `segment, period_start,
            period_end, active_users, new_users, retained_users, resurrected_users, dormant_users,
            net_users, pulse, is_complete`. Counts are positive; draw dormant below zero.
            `net_users` = new + resurrected - dormant. `pulse` is (new + resurrected) ÷ dormant,
            null when nobody lapsed.
        pulse: Of the last complete period, and of the one before.
        new_users: Likewise.
        dormant_users: Likewise.
    """

    states: Source
    pulse: Change
    new_users: Change
    dormant_users: Change


def lifecycle(workspace: Workspace, scope: Scope, *, by: str | None = None) -> LifecycleReport:
    """Split the active people of each day, week or month by where they come from."""
    raise NotImplementedError
