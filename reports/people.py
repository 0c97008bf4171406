"""Who are the people behind a count?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from metrics.periods import Grain, Period
from reports.answer import Report, Source
from reports.retention import RetentionQuestion

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope

State = Literal["active", "new", "retained", "resurrected", "dormant"]


@dataclass(frozen=True, slots=True)
class Active:
    """People active in a period (any point of an active-users chart is one: for WAU of a day,
    the 7 days that end with it).
    """  # noqa: D205

    period: Period


@dataclass(frozen=True, slots=True)
class InState:
    """People in a lifecycle state in the calendar period that starts at `period_start`."""

    state: State
    period_start: date
    grain: Grain


@dataclass(frozen=True, slots=True)
class RetentionCell:
    """People of one cell of a retention triangle; interval 0 is the whole cohort.

    Attributes:
        question: What the triangle asked.
        cohort: First day of the cohort's period.
        interval: Which column, counted as in the triangle.
        segment: The value of `question.by`; None without a breakdown.
    """

    question: RetentionQuestion
    cohort: date
    interval: int
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class ActiveDays:
    """People with exactly (or at least) so many active days in a period."""

    period: Period
    active_days: int
    is_at_least: bool = False
    min_events: int = 1


@dataclass(frozen=True, slots=True)
class UsersOf:
    """People who did an event or used a feature in a period."""

    period: Period
    event: str | None = None
    feature: str | None = None


@dataclass(frozen=True, slots=True)
class WithSession:
    """People with a visit that started in a period, its length from `from_seconds` up to, not
    including, `to_seconds` (None: any; from 0 to 0: no length).
    """  # noqa: D205

    period: Period
    from_seconds: float = 0.0
    to_seconds: float | None = None


Whom = Active | InState | RetentionCell | ActiveDays | UsersOf | WithSession


@dataclass(frozen=True, slots=True)
class PeopleReport(Report):
    """The people behind a count, as many as it said.

    Attributes:
        people: One row per (user_id), most events first: `user_id, account_id, first_day,
            last_day` (of activity, over all data), `events` (that made them count; 0 for a
            cohort's people without a return).
        count: How many they are; equals the count they were opened from.
        heading: Whom the list shows, in words.
    """

    people: Source
    count: int
    heading: str


def people(
    workspace: Workspace,
    scope: Scope,
    whom: Whom,
    *,
    by: str | None = None,
    segment_value: str | None = None,
) -> PeopleReport:
    """List the people behind a count.

    Args:
        workspace: Where to ask.
        scope: Its segment narrows; its period is not used, `whom` says when.
        whom: Which count.
        by: The dimension of the breakdown that the count was part of; None: no breakdown.
        segment_value: The breakdown's value, as shown ("(not set)" for missing ones).
    """
    raise NotImplementedError
