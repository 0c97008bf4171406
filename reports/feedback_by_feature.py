"""How satisfied are those who were asked about a feature?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import polars as pl

from metrics.feedback import SATISFIED_FROM
from metrics.rates import ratio
from reports.answer import Source, source

if TYPE_CHECKING:
    from metrics.periods import Period
    from queries import Answer, Workspace
    from reports.scope import Scope

CSAT, NPS = "csat", "nps"
MOST_QUOTES = 200
QUOTES = (
    "What people said in their own words in the period, the latest first. With a filter, only "
    "people who were active in the segment in the period."
)


@dataclass(frozen=True, slots=True)
class FeatureFeedback:
    """Answers of 1 to 5 about one feature.

    Attributes:
        answers: How many.
        satisfied: Of those, 4 or 5.
        share: The share of the satisfied; None without answers.
    """

    answers: int
    satisfied: int
    share: float | None


def feedback_by_feature(workspace: Workspace, scope: Scope) -> dict[str, FeatureFeedback]:
    """CSAT of each feature in the period; features without answers are left out."""
    rows = feedback_scores(workspace, scope).rows.filter(
        (pl.col("scale") == CSAT) & pl.col("feature").is_not_null() & pl.col("score").is_not_null()
    )
    counted = rows.group_by("feature").agg(
        pl.col("answers").sum(),
        pl.col("answers").filter(pl.col("score") >= SATISFIED_FROM).sum().alias("satisfied"),
    )
    return {
        name: FeatureFeedback(answers, satisfied, ratio(satisfied, answers))
        for name, answers, satisfied in counted.iter_rows()
    }


def feedback_scores(workspace: Workspace, scope: Scope, *, by: str | None = None) -> Answer:
    """All answers of the period, counted by feature, scale and score."""
    start_at, end_at = moments(workspace, scope.period)
    return workspace.ask(
        "feedback_scores",
        segment=scope.segment,
        by=by,
        start_at=start_at,
        end_at=end_at,
        start_date=scope.period.start,
        end_date=scope.period.end,
        is_narrowed=not scope.segment.is_empty,
    )


def moments(workspace: Workspace, period: Period) -> tuple[datetime, datetime]:
    """The first moment of a period's first local day, and the one after its last, in UTC."""
    zone = workspace.settings.product.zone
    first, last = (
        datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)
        for day in (period.start, period.end)
    )
    return first, last


@dataclass(frozen=True, slots=True)
class Quotes:
    """What people said in their own words.

    Attributes:
        rows: One row per thing said, the latest first: `said_at, user_id, account_id, scale, score,
            feature, channel, words`; none where `hidden`.
        hidden: Why the words are not shown; None: they are.
    """

    rows: Source
    hidden: str | None


def quotes(
    workspace: Workspace, scope: Scope, *, feature: str | None = None, most: int = MOST_QUOTES
) -> Quotes:
    """The latest words of the period, about one feature or about anything.

    Where the workspace calls words personal, only admins read them.
    """
    start_at, end_at = moments(workspace, scope.period)
    answer = workspace.ask(
        "feedback_quotes",
        segment=scope.segment,
        start_at=start_at,
        end_at=end_at,
        start_date=scope.period.start,
        end_date=scope.period.end,
        is_narrowed=not scope.segment.is_empty,
        features=[] if feature is None else [feature],
        scales=[],
        lowest=0.0,
        highest=0.0,
        needs_words=True,
        most_rows=most,
    )
    hidden = hidden_words(workspace)
    found = source(answer, title="What people say", definition=QUOTES)
    rows = answer.rows.clear() if hidden else answer.rows
    return Quotes(found.showing(rows.drop("place")), hidden)


def hidden_words(workspace: Workspace) -> str | None:
    """Why the viewer does not read what people wrote; None: they do."""
    is_personal = "text" in workspace.settings.access.personal_columns("feedback")
    if workspace.sight.shows_personal or not is_personal:
        return None
    return "What people wrote is personal here: only admins read it."
