"""Who are the people on a rung of a feature's ladder, and which accounts are they of?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from metrics.diagnosis.signature import NICHE, UNNOTICED, UNSEEN, USABILITY, WORTHLESS
from queries import Segment
from reports import diagnosis_definitions
from reports.answer import Source, source
from reports.diagnosed import Found
from reports.diagnosis_counts import asked_of
from reports.feature_list import within

if TYPE_CHECKING:
    from metrics.periods import Period
    from queries import Workspace
    from reports.feature_list import Feature

# On which rung the people whom a cause touches stop.
TOUCHED = {
    UNSEEN: "not exposed", UNNOTICED: "not tried", USABILITY: "not managed",
    WORTHLESS: "not repeated", NICHE: "not tried",
}  # fmt: skip
HEADINGS = {
    "eligible": "may use it",
    "exposed": "were shown it",
    "not exposed": "may use it and were not shown it",
    "tried": "were shown it and tried it",
    "not tried": "were shown it and did not try it",
    "any_try": "tried it",
    "not any_try": "may use it and did not try it",
    "managed": "managed the first attempt",
    "not managed": "failed or gave up the first attempt",
    "repeated": "used it on a second day",
    "not repeated": "tried it and used it on no second day",
    "habitual": "have the habit",
    "not habitual": "used it on a second day and have no habit",
}


@dataclass(frozen=True, slots=True)
class Whom:
    """People on one rung.

    Attributes:
        feature: Of which feature.
        rung: One of `HEADINGS`.
        period: In which days.
    """

    feature: Feature
    rung: str
    period: Period


def people_on_rung(workspace: Workspace, segment: Segment, whom: Whom) -> Source:
    """One row per person, most events of the feature first; as many as the ladder says.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known.
    """
    answer = workspace.ask(
        "diagnosis_people",
        segment=within(segment, Segment(whom.feature.rules)),
        on_rung=whom.rung,
        start_date=whom.period.start,
        end_date=whom.period.end,
        **asked_of(workspace, (whom.feature,), segment, whom.period),
    )
    title = f"{whom.feature.label}: {HEADINGS[whom.rung]}"
    return source(answer, title=title, definition=diagnosis_definitions.PEOPLE)


def accounts_on_rung(workspace: Workspace, segment: Segment, whom: Whom) -> Source:
    """One row per account with such people, those with most of them first."""
    found = people_on_rung(workspace, segment, whom)
    rows = (
        found.rows.filter(pl.col("account_id").is_not_null())
        .group_by("account_id")
        .agg(pl.len().cast(pl.Int64).alias("people"), pl.col("last_day").max())
        .sort("people", "account_id", descending=[True, False])
    )
    return found.showing(rows)


def touched(found: Found) -> str | None:
    """On which rung the people stop whom the first cause touches; None: no cause is named."""
    if not found.verdict.subcauses:
        return None
    causes = found.diagnosis.probabilities.causes if found.diagnosis else {}
    pairs = zip(found.verdict.causes, found.verdict.subcauses, strict=True)
    _, subcause = max(pairs, key=lambda pair: causes.get(pair[0], 0.0))
    return TOUCHED[subcause]
