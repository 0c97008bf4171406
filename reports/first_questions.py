"""Which questions does everybody ask first? Asked before anybody comes, they cost nobody time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from metrics.periods import comparison, relative_period
from queries import Segment
from reports.active_hours import active_hours
from reports.active_users import active_users
from reports.adoption import adoption
from reports.breakdown import breakdown
from reports.brief_kept import analyse
from reports.capacity import capacities
from reports.data_health import data_health
from reports.diagnosis import diagnosis
from reports.dimension_values import dimension_values
from reports.engagement import engagement
from reports.event_names import event_names
from reports.experiments import experiments
from reports.feedback import feedback
from reports.feedback_words import feedback_words
from reports.funnel_choices import funnel_choices
from reports.headlines import headlines
from reports.known import known
from reports.leadership_kept import made_leadership
from reports.lifecycle import lifecycle
from reports.markers import markers
from reports.morning_kept import put_together
from reports.objectives import objectives
from reports.performance import performance
from reports.revenue_bridge import revenue_report
from reports.revenue_cohorts import revenue_cohorts_report
from reports.revenue_spans import paid_spans
from reports.scope import Scope
from reports.service_days import has_requests
from reports.sessions import sessions
from reports.top_events import top_events

if TYPE_CHECKING:
    from queries import Workspace

# What the pages show to a reader who has chosen nothing.
PERIOD = "28d"


def ask_first(workspace: Workspace) -> None:
    """Ask what the pages ask without any choice; the workspace remembers the answers.

    Raises:
        QueryError: Nothing has been built, or the engine failed.
    """
    period = relative_period(PERIOD, last_day=known(workspace).watermark)
    compared = comparison(period, "previous")
    by_day = Scope(period, compared, "day", Segment())
    _usage(workspace, by_day)
    _choices(workspace)
    _product(workspace, by_day)
    _service(workspace, by_day)
    analyse(workspace)
    experiments(workspace)  # so late because it takes longest; its sums are kept on disk
    put_together(workspace)
    made_leadership(workspace)


def _usage(workspace: Workspace, by_day: Scope) -> None:
    """What Today and Usage show."""
    headlines(workspace, by_day)
    active_users(workspace, by_day)
    lifecycle(workspace, replace(by_day, grain="week"))
    engagement(workspace, by_day)
    sessions(workspace, by_day)
    active_hours(workspace, by_day)
    top_events(workspace, by_day)
    markers(workspace, by_day.period)
    for dimension in list(workspace.dimensions)[:1]:
        breakdown(workspace, by_day, by=dimension)


def _choices(workspace: Workspace) -> None:
    """What controls offer, and what there is."""
    for dimension in workspace.dimensions:
        dimension_values(workspace, dimension)
    event_names(workspace)
    funnel_choices(workspace)
    data_health(workspace)


def _product(workspace: Workspace, by_day: Scope) -> None:
    """Features, what is said of them, and what is paid."""
    adoption(workspace, by_day)
    diagnosis(workspace, Segment())
    feedback(workspace, by_day)
    feedback_words(workspace, by_day)
    if paid_spans(workspace, Segment()).source.rows.height:
        revenue_report(workspace, Segment())
        revenue_cohorts_report(workspace, Segment())


def _service(workspace: Workspace, by_day: Scope) -> None:
    """How fast and how correct the service is, and when growth breaks it."""
    if has_requests(workspace):
        performance(workspace, by_day)
        objectives(workspace)
        capacities(workspace)
