"""How satisfied are those who were asked about a feature?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import polars as pl

from metrics.feedback import SATISFIED_FROM
from metrics.rates import ratio

if TYPE_CHECKING:
    from metrics.periods import Period
    from queries import Answer, Workspace
    from reports.scope import Scope

CSAT, NPS = "csat", "nps"


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
