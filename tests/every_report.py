"""Every report and every list of people, for whoever looks whether they say too much."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from queries import Workspace
from queries.event_match import EventMatch
from queries.path_rules import PathRules
from reports.active_hours import active_hours
from reports.active_users import active_users
from reports.breakdown import breakdown
from reports.data_health import data_health, quarantine_sample
from reports.dimension_values import dimension_values
from reports.engagement import engagement
from reports.event_names import event_names, qualifying_events
from reports.funnel import funnel
from reports.funnel_choices import funnel_choices
from reports.funnel_drivers import funnel_drivers
from reports.funnel_groups import funnel_groups
from reports.funnel_people import InFunnel, people_in_funnel
from reports.funnel_question import FunnelQuestion, FunnelStep
from reports.funnel_times import funnel_times
from reports.funnel_trend import funnel_trend
from reports.headlines import headlines
from reports.lifecycle import lifecycle
from reports.markers import latest_releases, markers
from reports.path_question import PathQuestion
from reports.paths import OnPath, paths, people_on_path
from reports.people import (
    Active,
    ActiveDays,
    InState,
    RetentionCell,
    UsersOf,
    WithSession,
    people,
)
from reports.retention import retention
from reports.retention_question import RetentionQuestion
from reports.scope import Scope
from reports.sessions import sessions
from reports.top_events import top_events
from tests.marked_workspace import (
    SITES,
    START,
    of_site,
)

FIRST = START.date()
ANY_TWO = FunnelQuestion((FunnelStep(EventMatch()), FunnelStep(EventMatch())))


def reports(workspace: Workspace, scope: Scope, by: str | None) -> Iterator[Any]:
    """The answer of every report."""
    yield active_users(workspace, scope, by=by)
    yield active_hours(workspace, scope)
    yield breakdown(workspace, scope, by=by or "site")
    yield engagement(workspace, scope, by=by)
    yield headlines(workspace, scope)
    yield lifecycle(workspace, scope, by=by)
    yield sessions(workspace, scope, by=by)
    for kind in ("event", "feature"):
        yield top_events(workspace, scope, kind=kind, limit=50)  # type: ignore[arg-type]
    yield retention(workspace, scope, RetentionQuestion(intervals=3, by=by))
    yield from funnels(workspace, scope, by)
    yield markers(workspace, scope.period)
    yield latest_releases(workspace)
    yield event_names(workspace)
    yield qualifying_events(workspace)
    for dimension in workspace.dimensions:
        yield dimension_values(workspace, dimension)
    yield data_health(workspace)
    yield quarantine_sample(workspace, "events", "user_id is null or blank")
    yield workspace.snapshot


def funnels(workspace: Workspace, scope: Scope, by: str | None) -> Iterator[Any]:
    """Every report about a funnel."""
    asked = ANY_TWO
    yield funnel_choices(workspace)
    yield paths(workspace, scope, PathQuestion())
    yield funnel(workspace, scope, asked)
    yield funnel_trend(workspace, scope, asked)
    yield funnel_times(workspace, scope, asked, from_step=1, to_step=2)
    yield funnel_groups(workspace, scope, replace(asked, by=by or "site"))
    yield funnel_drivers(workspace, scope, replace(asked, unit="account"))


def lists(workspace: Workspace, scope: Scope) -> Iterator[Any]:
    """Every list of people."""
    period = scope.period
    weekly = RetentionQuestion(grain="week", intervals=2)
    own = RetentionQuestion(grain="week", intervals=2, clock="own")
    for whom in (
        Active(period),
        InState("active", FIRST, "week"),
        InState("dormant", FIRST + timedelta(days=7), "week"),
        RetentionCell(weekly, FIRST, 0),
        RetentionCell(weekly, FIRST, 1),
        RetentionCell(own, FIRST, 1),
        ActiveDays(period, 1, is_at_least=True),
        *(UsersOf(period, event=f"opened{of_site(site)}") for site in SITES),
        WithSession(period),
    ):
        yield people(workspace, scope, whom).people.rows
    for asked in (ANY_TWO, replace(ANY_TWO, unit="account"), replace(ANY_TWO, unit="session")):
        yield people_in_funnel(workspace, scope, InFunnel(asked, 1)).people.rows
    walked = PathQuestion(PathRules(visit="user"))
    for place, node in (
        paths(workspace, scope, walked).nodes.rows.head(2).select("place", "node").iter_rows()
    ):
        yield people_on_path(workspace, scope, walked, OnPath(place, node)).people.rows
