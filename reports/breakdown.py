"""Which groups of people does the use come from?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metrics.changes import Change
from reports.answer import Report, Source

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope


@dataclass(frozen=True, slots=True)
class BreakdownReport(Report):
    """Use by the values of one dimension.

    Attributes:
        groups: One row per (segment), most people first: `segment, users, share, new_users,
            events, sessions, compared_users, users_difference, users_change, compared_events`.
            `share` is of everybody active in the period; shares add up to more than 1 when
            people have several values.
        total_users: Different people of all groups together, and compared.
        dimension: What it is broken down by.
        may_overlap: Whether one person can be in several groups.
    """

    groups: Source
    total_users: Change
    dimension: str
    may_overlap: bool


def breakdown(workspace: Workspace, scope: Scope, *, by: str) -> BreakdownReport:
    """Count the people, events and visits of each value of the dimension `by`.

    Missing values are the group "(not set)".
    """
    raise NotImplementedError
