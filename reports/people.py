"""Who are the people behind a count?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from metrics.periods import Grain, Period, bucket_after, bucket_end, words
from reports import definitions
from reports.answer import Report, Source, source
from reports.known import Known, known
from reports.retention import start_events
from reports.retention_question import OWN_CLOCK_DAYS, RetentionQuestion

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope

State = Literal["active", "new", "retained", "resurrected", "dormant"]

EVERYBODY = "All users"
# More than anybody has, where a count has no upper end.
NO_LIMIT = 10**9


@dataclass(frozen=True, slots=True)
class Active:
    """People active in a period; for the WAU of a day, the 7 days that end with it."""

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
    """People with a visit that started in a period, of any length or of one bin of lengths.

    Attributes:
        period: When the visit started.
        from_seconds: It was longer than this; from 0 to 0: it had no length.
        to_seconds: It was no longer than this; None: any, and from 0 on also those of no length.
    """

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
    if isinstance(whom, RetentionCell):
        by, segment_value = whom.question.by, whom.segment
    asked = _asked(workspace, whom, known(workspace))
    answer = workspace.ask(
        asked.query,
        segment=scope.segment,
        by=by,
        filters_for=asked.filters_for,
        **asked.parameters
        | {"segment_value": EVERYBODY if segment_value is None else segment_value},
    )
    heading = asked.heading if by is None else f"{asked.heading}, {by}: {segment_value}"
    found = source(answer, title=heading, definition=definitions.PEOPLE)
    return PeopleReport(
        people=found.showing(answer.rows.drop("segment")),
        count=answer.rows.height,
        heading=heading,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The query that lists the people of a count."""

    query: str
    heading: str
    parameters: dict[str, Any]
    filters_for: dict[str, Any] | None = None


def _asked(workspace: Workspace, whom: Whom, days: Known) -> _Asked:
    match whom:
        case Active(period):
            return _Asked("people_active", f"Active {words(period)}", _range(period))
        case InState():
            return _in_state(whom)
        case ActiveDays():
            return _by_active_days(whom)
        case UsersOf():
            return _by_event(whom)
        case WithSession():
            return _with_session(whom)
        case RetentionCell():
            return _retained(workspace, whom, days)


def _range(period: Period) -> dict[str, Any]:
    return {"start_date": period.start, "end_date": period.end}


def _in_state(whom: InState) -> _Asked:
    period = Period(whom.period_start, bucket_end(whom.period_start, whom.grain))
    parameters = {
        "state": whom.state,
        "period_start": period.start,
        "period_end": period.end,
        "previous_start": bucket_after(period.start, whom.grain, -1),
    }
    return _Asked("people_in_state", f"{whom.state.capitalize()} {words(period)}", parameters)


def _by_active_days(whom: ActiveDays) -> _Asked:
    more = " or more" if whom.is_at_least else ""
    unit = "day" if whom.active_days == 1 else "days"
    heading = f"Active on {whom.active_days}{more} {unit} of {words(whom.period)}"
    parameters = _range(whom.period) | {
        "grain": "day",
        "min_events": whom.min_events,
        "from_periods": whom.active_days,
        "to_periods": NO_LIMIT if whom.is_at_least else whom.active_days,
    }
    return _Asked("people_by_active_days", heading, parameters)


def _by_event(whom: UsersOf) -> _Asked:
    names = [name for name in (whom.event, whom.feature) if name is not None]
    if not names:
        raise ValueError("name an event or a feature, got neither")
    parameters = _range(whom.period) | {
        "events": [] if whom.event is None else [whom.event],
        "features": [] if whom.feature is None else [whom.feature],
    }
    return _Asked("people_by_event", f"{' and '.join(names)}, {words(whom.period)}", parameters)


def _with_session(whom: WithSession) -> _Asked:
    is_any = whom.from_seconds == 0 and whom.to_seconds is None
    is_no_length = whom.to_seconds == 0
    parameters = _range(whom.period) | {
        "above_seconds": -1.0 if is_any or is_no_length else float(whom.from_seconds),
        "up_to_seconds": float(NO_LIMIT if whom.to_seconds is None else whom.to_seconds),
    }
    return _Asked("people_with_session", f"With a session, {words(whom.period)}", parameters)


def _retained(workspace: Workspace, whom: RetentionCell, days: Known) -> _Asked:
    question = whom.question
    first, last = ((0, 0), *question.spans)[whom.interval]
    cohort = Period(whom.cohort, bucket_end(whom.cohort, question.grain))
    known_until = days.watermark + timedelta(days=1)
    entry: dict[str, Any] = {
        "cohort_start": cohort.start,
        "cohort_end": min(cohort.end, known_until),
        "start_events": start_events(workspace, question),
        "return_events": list(question.return_events),
        "is_first_time": question.is_first_time,
        "min_returns": question.min_returns if first else 0,
    }
    column = question.span_words(first, last) if first else "the whole cohort"
    heading = f"Started {words(cohort)}, {column}"
    narrowed = {"starts": question.start_segment} if question.start_segment else None
    is_open = question.criterion == "on_or_after" and first > 0
    if question.clock == "own":
        own = {
            "interval_days": OWN_CLOCK_DAYS[question.grain],
            "first_interval": first,
            "last_interval": NO_LIMIT if is_open else last,
            "watermark": days.watermark,
        }
        return _Asked("people_retained_own_clock", heading, entry | own, narrowed)
    until = bucket_after(whom.cohort, question.grain, last + 1)
    calendar = {
        "returns_from": bucket_after(whom.cohort, question.grain, first),
        "returns_until": known_until if is_open else min(until, known_until),
    }
    return _Asked("people_retained", heading, entry | calendar, narrowed)
