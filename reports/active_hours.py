"""At what hours of the week are people active?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reports.answer import Report, Source

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope


@dataclass(frozen=True, slots=True)
class ActiveHoursReport(Report):
    """People active in each local hour of each weekday.

    Attributes:
        hours: One row per (weekday, hour), all 168: `weekday` (0 = Monday), `hour` (0..23),
            `user_hours` (people active in that hour, summed over the days), `days` (how many of
            that weekday the period has), `mean_users` (user_hours ÷ days; null without days).
        busiest: (weekday, hour) with most people on average; None when there was nobody.
    """

    hours: Source
    busiest: tuple[int, int] | None


def active_hours(workspace: Workspace, scope: Scope) -> ActiveHoursReport:
    """Average the active people of each hour of the week over the period's complete days."""
    raise NotImplementedError
