"""Who uses the product: how many people, day by day and period by period?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metrics.changes import Change
from reports.answer import Report, Source

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope


@dataclass(frozen=True, slots=True)
class ActiveUsersReport(Report):
    """Different people with a qualifying event.

    Attributes:
        daily: One row per (segment, day) of the period up to its last day: `segment, day,
            daily_users, weekly_users, window_users, is_complete`. The windows end with the day,
            so they overlap; `is_complete` is false while the day is still loading or the window
            reaches before the first day of data.
        compared: The same for the comparison period, with `aligned_day`: the day of the period it
            is drawn under; None without a comparison.
        buckets: One row per (segment, period_start) at the grain: `segment, period_start,
            period_end, users, daily_users, weekly_users, window_users, is_complete`. `users` are
            the different people of the calendar period, `daily_users` the mean of its complete
            days, the windows end with the period's last complete day.
        stickiness: One row per (segment, day): `segment, day, mean_daily_users, window_users,
            stickiness` (a fraction, null when nobody was active), complete days only.
        daily_users: DAU of the last complete day, and of the day it is compared with.
        weekly_users: WAU likewise.
        window_users: MAU likewise.
        stickiness_now: Stickiness likewise, as fractions.
        window_days: Length of the long window, 28 by default.
    """

    daily: Source
    compared: Source | None
    buckets: Source
    stickiness: Source
    daily_users: Change
    weekly_users: Change
    window_users: Change
    stickiness_now: Change
    window_days: int


def active_users(
    workspace: Workspace, scope: Scope, *, window_days: int = 28, by: str | None = None
) -> ActiveUsersReport:
    """Count the active people of a scope.

    Args:
        workspace: Where to ask.
        scope: When, and whom.
        window_days: Length of the long window: 28, or 30 as Mixpanel and Amplitude have it.
        by: A dimension to break down by; the `Change` figures then are of everybody.
    """
    raise NotImplementedError
