"""How many visits are there, and how long do they last?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metrics.changes import Change
from reports.answer import Report, Source

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope


@dataclass(frozen=True, slots=True)
class SessionsReport(Report):
    """Visits by the day they started on.

    Attributes:
        series: One row per (segment, period_start) at the grain: `segment, period_start,
            period_end, sessions, users, sessions_per_user, mean_seconds, median_seconds,
            is_complete`.
        durations: One row per (segment, from_seconds): `segment, from_seconds, to_seconds,
            sessions, share`; the last bin has no end (null), the first holds the visits of no
            length (0 to 0).
        sessions: Number in the period's complete days, and compared.
        sessions_per_user: Divided by the people with a visit.
        mean_seconds: Mean length; visits of one event count as 0 seconds.
        median_seconds: Median length.
    """

    series: Source
    durations: Source
    sessions: Change
    sessions_per_user: Change
    mean_seconds: Change
    median_seconds: Change


def sessions(workspace: Workspace, scope: Scope, *, by: str | None = None) -> SessionsReport:
    """Count and measure the visits that started in the period."""
    raise NotImplementedError
