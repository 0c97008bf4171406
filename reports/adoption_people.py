"""Who are the people behind a count of the Adoption page?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from queries import Segment
from reports import adoption_definitions as words
from reports.answer import Source, source
from reports.diagnosis_counts import SPAN, WEEK, periods_of_habit
from reports.feature_list import features, roles, since, within
from reports.known import complete_scope, known

if TYPE_CHECKING:
    from metrics.periods import Period
    from queries import Workspace
    from reports.scope import Scope

WINDOW = timedelta(days=words.WINDOW)


def habit(workspace: Workspace, name: str, period: Period) -> dict[str, Any]:
    """What makes a habit of a feature, as queries take it; the same as on the Diagnosis page."""
    days = SPAN if workspace.settings.feature(name).rhythm == "month" else WEEK
    return {"habit_days": days, "least_spans": periods_of_habit(period, days)}


# What a count says, by the column of the feature table that holds it.
RUNGS = {
    "eligible": "could use it",
    "exposed": "saw it",
    "tried": "tried it",
    "tried_of_exposed": "saw it and tried it",
    "completed": "tried and completed it",
    "repeated": "used it on two days at least",
    "habitual": "have the habit",
    "users": "used it",
    "adopters": "adopted it",
    "adopters_recent": "adopted it and still use it",
}
FATES = {
    "newcomers": "newcomers",
    "adopted": f"newcomers who adopted it within {words.WINDOW} days",
    "tried_long_ago": f"newcomers who first tried it {words.WINDOW} days ago or earlier",
    "tried_once": "newcomers who tried it once and gave up",
}


def people_of_feature(workspace: Workspace, scope: Scope, name: str, column: str) -> Source:
    """The people of one count of the feature table, as many as it says.

    Args:
        workspace: Where to ask.
        scope: As the table was asked.
        name: Of the feature.
        column: Of the table; one of RUNGS or FATES.
    """
    days = known(workspace)
    whole = replace(complete_scope(scope, days) or scope, comparison=None)
    (feature,) = (one for one in features(workspace) if one.name == name)
    period = whole.period
    told: dict[str, Any] = roles([feature]) | {"live_since": since([feature], days)}
    segment = within(whole.segment, Segment(feature.rules))
    if column in RUNGS:
        answer = workspace.ask(
            "people_of_feature",
            segment=segment,
            start_date=period.start,
            end_date=period.end,
            adopted_from=period.start - WINDOW,
            recent_from=period.end - WINDOW,
            rung=column,
            **told,
            **habit(workspace, name, period),
        )
    else:
        answer = workspace.ask(
            "people_new_to_feature",
            segment=segment,
            entered_from=period.start - WINDOW,
            entered_until=period.end - WINDOW,
            end_date=period.end,
            within_days=words.WINDOW,
            adopted_within=words.WINDOW,
            fate=column,
            **told,
        )
    title = f"{feature.label}: {(RUNGS | FATES)[column]}"
    definition = words.NEWCOMERS if column in FATES else f"{words.REACH}\n\n{words.USE_DAYS}"
    return source(answer, title=title, definition=definition)
