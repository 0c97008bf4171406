"""Which events and features are used most, and is that changing?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reports.answer import Report, Source

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope

Kind = Literal["event", "feature"]
Order = Literal["users", "events"]


@dataclass(frozen=True, slots=True)
class TopEventsReport(Report):
    """Names ranked by use.

    Attributes:
        ranking: One row per (name), most used first: `name, users, events, user_share,
            events_per_user, compared_users, compared_events, users_change, events_change,
            is_qualifying, trend`. `user_share` is of the period's active users and may exceed
            1 for events that do not qualify as activity; `*_change` is relative, null without a
            base; `trend` is a list of daily users, complete days only.
        trend: One row per (name, day) of the names ranked, every day: `name, day, users, events`.
        active_users: Different people active in the period: the base of `user_share`.
        kind: What a name is: "event" or "feature".
        hidden: How many further names were used, beyond the limit.
    """

    ranking: Source
    trend: Source
    active_users: int
    kind: Kind
    hidden: int


def top_events(
    workspace: Workspace,
    scope: Scope,
    *,
    kind: Kind = "event",
    order: Order = "users",
    limit: int = 10,
) -> TopEventsReport:
    """Rank events or features by people or by number of events.

    Args:
        workspace: Where to ask.
        scope: When, and whom.
        kind: "event" or "feature"; events without a feature are left out of the latter.
        order: What "most" means.
        limit: How many names, at least 1.
    """
    raise NotImplementedError
