"""How often do people come: how many of the last 7 or 28 days?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metrics.changes import Change
from reports.answer import Report, Source

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope


@dataclass(frozen=True, slots=True)
class EngagementReport(Report):
    """Active days per person in the 7 and 28 complete days up to the end of the period.

    Attributes:
        week: L7: one row per (segment, active_days) 1..7: `segment, active_days, users,
            users_at_least, share, share_at_least`; shares are of everybody with at least one
            active day. A number of days that nobody has is a row with 0 users.
        month: L28, likewise with 1..28.
        compared_week: L7 at the end of the comparison period; None without one.
        compared_month: L28 likewise.
        week_mean_days: Mean active days per active person in the 7 days, and compared.
        month_mean_days: In the 28 days, likewise.
        power_share: Share of the people active in the 28 days who were on at least 21 of them.
        min_events: Qualifying events a day needs to count as active.
    """

    week: Source
    month: Source
    compared_week: Source | None
    compared_month: Source | None
    week_mean_days: Change
    month_mean_days: Change
    power_share: Change
    min_events: int


def engagement(
    workspace: Workspace, scope: Scope, *, min_events: int = 1, by: str | None = None
) -> EngagementReport:
    """Count people by their number of active days.

    Args:
        workspace: Where to ask.
        scope: The windows end with the period's last complete day.
        min_events: Qualifying events a day needs before it counts as active, at least 1.
        by: A dimension to break down by.
    """
    raise NotImplementedError
