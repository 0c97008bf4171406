"""Which questions does everybody ask first? Asked before anybody comes, they cost nobody time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from metrics.periods import comparison, relative_period
from queries import Segment
from reports.active_hours import active_hours
from reports.active_users import active_users
from reports.adoption import adoption
from reports.alone import each_alone
from reports.breakdown import breakdown
from reports.brief_kept import analyse
from reports.capacity import capacities
from reports.data_health import data_health
from reports.diagnosis import diagnosis
from reports.dimension_values import dimension_values
from reports.engagement import engagement
from reports.event_names import event_names
from reports.experiments import each_experiment, experiments
from reports.feedback import feedback
from reports.feedback_words import feedback_words
from reports.funnel import funnel
from reports.funnel_choices import funnel_choices
from reports.funnel_question import FunnelQuestion
from reports.headlines import headlines
from reports.known import known
from reports.leadership_kept import made_leadership
from reports.lifecycle import lifecycle
from reports.markers import markers
from reports.morning_kept import put_together
from reports.objectives import objectives
from reports.path_question import PathQuestion
from reports.paths import paths
from reports.performance import performance
from reports.revenue_bridge import revenue_report
from reports.revenue_cohorts import revenue_cohorts_report
from reports.revenue_spans import paid_spans
from reports.scope import Scope
from reports.service_days import has_requests
from reports.sessions import sessions
from reports.top_events import top_events

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from queries import Workspace

    Questions: TypeAlias = Mapping[str, Callable[[], object]]

# What the pages show to a reader who has chosen nothing.
PERIOD = "28d"


def ask_first(workspace: Workspace) -> tuple[str, ...]:
    """Ask what the pages ask without any choice; the workspace remembers the answers.

    Returns:
        What failed, and why: each question fails alone.

    Raises:
        NoSnapshot: Nothing has been built.
    """
    period = relative_period(PERIOD, last_day=known(workspace).watermark)
    by_day = Scope(period, comparison(period, "previous"), "day", Segment())
    return each_alone(
        {
            **_usage(workspace, by_day),
            **_choices(workspace),
            **_ways(workspace, by_day),
            **_product(workspace, by_day),
            **_revenue(workspace),
            **_service(workspace, by_day),
            "The brief": lambda: analyse(workspace),
            # So late because it takes longest; its sums are kept on disk.
            "Experiments": lambda: experiments(workspace),
            "Each experiment": lambda: each_experiment(workspace),
            "The morning": lambda: put_together(workspace),
            "Leadership": lambda: made_leadership(workspace),
        }
    )


def _usage(workspace: Workspace, by_day: Scope) -> Questions:
    """What Today and Usage show."""
    return {
        "Headlines": lambda: headlines(workspace, by_day),
        "Active users": lambda: active_users(workspace, by_day),
        "Lifecycle": lambda: lifecycle(workspace, replace(by_day, grain="week")),
        "Engagement": lambda: engagement(workspace, by_day),
        "Sessions": lambda: sessions(workspace, by_day),
        "Active hours": lambda: active_hours(workspace, by_day),
        "Top events": lambda: top_events(workspace, by_day),
        "Markers": lambda: markers(workspace, by_day.period),
        "Breakdown": lambda: [
            breakdown(workspace, by_day, by=name) for name in list(workspace.dimensions)[:1]
        ],
    }


def _choices(workspace: Workspace) -> Questions:
    """What controls offer, and what there is."""
    return {
        "Values of dimensions": lambda: [
            dimension_values(workspace, name) for name in workspace.dimensions
        ],
        "Names of events": lambda: event_names(workspace),
        "Funnels": lambda: funnel_choices(workspace),
        "Data": lambda: data_health(workspace),
    }


def _ways(workspace: Workspace, by_day: Scope) -> Questions:
    """The funnel that suggests itself, and where visits begin."""

    def suggested() -> object:
        steps = next(iter(funnel_choices(workspace).suggestions.values()), None)
        return steps and funnel(workspace, by_day, FunnelQuestion(steps))

    return {
        "The first funnel": suggested,
        "The first paths": lambda: paths(workspace, by_day, PathQuestion()),
    }


def _product(workspace: Workspace, by_day: Scope) -> Questions:
    """Features, and what is said of them."""
    return {
        "Adoption": lambda: adoption(workspace, by_day),
        "Diagnosis": lambda: diagnosis(workspace, Segment()),
        "Feedback": lambda: feedback(workspace, by_day),
        "Words of feedback": lambda: feedback_words(workspace, by_day),
    }


def _revenue(workspace: Workspace) -> Questions:
    """What is paid, where anything is."""

    def paid(report: Callable[[Workspace, Segment], object]) -> object:
        has_any = paid_spans(workspace, Segment()).source.rows.height > 0
        return report(workspace, Segment()) if has_any else None

    return {
        "Revenue": lambda: paid(revenue_report),
        "Revenue by cohort": lambda: paid(revenue_cohorts_report),
    }


def _service(workspace: Workspace, by_day: Scope) -> Questions:
    """How fast and how correct the service is, and when growth breaks it."""

    def served(report: Callable[[], object]) -> object:
        return report() if has_requests(workspace) else None

    return {
        "Performance": lambda: served(lambda: performance(workspace, by_day)),
        "Objectives": lambda: served(lambda: objectives(workspace)),
        "Capacity": lambda: served(lambda: capacities(workspace)),
    }
