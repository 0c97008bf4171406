"""The controls of the Retention page: who starts, what is coming back, counted how."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import streamlit as st

from metrics.periods import (
    DAYS_PER_WEEK,
    Grain,
    Period,
    WeekStart,
    add_months,
    bucket_start,
)
from pages.shared.controls import last_day_of
from queries import Snapshot, Workspace
from reports.event_names import event_names
from reports.retention_question import Criterion, RetentionQuestion
from reports.scope import Scope

GRAINS = {"day": "Day", "week": "Week", "month": "Month"}
CRITERIA = {"on": "On", "on_or_after": "On or after", "brackets": "Brackets"}
CLOCKS = {"calendar": "Calendar", "own": "24-hour"}
STARTERS = {"first": "First time", "every": "Every time"}
COHORTS = {"day": 30, "week": 12, "month": 12}  # cohorts shown unless asked otherwise
INTERVALS = {"day": 14, "week": 12, "month": 12}  # intervals followed
MOST_EVENTS = 500  # offered; those of most people first
DEFAULT_BRACKETS = "1-6, 7-13, 14-27"
BRACKET = re.compile(r"(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?")

URL: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the controls ask for, over which cohorts."""

    question: RetentionQuestion
    scope: Scope


def retention_controls(workspace: Workspace, snapshot: Snapshot, scope: Scope) -> Asked:
    """Draw the controls, and what they ask for.

    Args:
        workspace: Whose events and dimensions are offered.
        snapshot: The days there are.
        scope: The segment; the period is the cohorts', chosen here.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        grain = cast("Grain", _one_of("Cohorts by", GRAINS, "cohort", default="week"))
        criterion = _one_of("Came back", CRITERIA, "criterion")
        clock = _one_of("Clock", CLOCKS, "clock")
        starters = _one_of("Counted", STARTERS, "starters")
    brackets = _brackets() if criterion == "brackets" else ()
    more = st.expander("Events, breakdown, number of cohorts", key="retention_more")
    with more, st.grid(3, min_column_width=240, key="retention_grid"):
        period = _cohorts(workspace, snapshot, grain)
        start, back = _events(workspace)
        by, returns = _finer(workspace)
    question = RetentionQuestion(
        grain=grain,
        criterion="on" if criterion == "brackets" else cast("Criterion", criterion),
        clock="own" if clock == "own" else "calendar",
        intervals=INTERVALS[grain],
        brackets=brackets,
        is_first_time=starters == "first",
        start_events=start,
        return_events=back,
        min_returns=returns,
        by=by,
    )
    return Asked(question, scope.over(period))


def _one_of(label: str, options: dict[str, str], key: str, *, default: str | None = None) -> str:
    return st.segmented_control(
        label,
        options,
        default=default or next(iter(options)),
        required=True,
        format_func=options.__getitem__,
        key=key,
        **URL,
    )


def _brackets() -> tuple[tuple[int, int], ...]:
    text = st.text_input(
        "Brackets, as first-last interval",
        DEFAULT_BRACKETS,
        key="brackets",
        max_chars=120,
        width=320,
        **URL,
    )
    found, problem = parsed_brackets(text or "")
    if problem:
        st.warning(problem, icon=":material/data_array:")
    return found or parsed_brackets(DEFAULT_BRACKETS)[0]


def parsed_brackets(text: str) -> tuple[tuple[tuple[int, int], ...], str | None]:
    """'1-6, 7' as ((1, 6), (7, 7)), or nothing and what is wrong with it.

    Examples:
        >>> parsed_brackets("1-6, 7")
        (((1, 6), (7, 7)), None)
        >>> parsed_brackets("9-3")[0]
        ()
    """
    spans: list[tuple[int, int]] = []
    for part in (piece.strip() for piece in text.split(",")):
        match = BRACKET.fullmatch(part)
        if not match:
            return (), "A bracket looks like 1-6; several are separated by commas."
        first, last = int(match[1]), int(match[2] or match[1])
        if not (spans[-1][1] if spans else 0) < first <= last:
            return (), "Brackets ascend from 1 and do not overlap, such as 1-6, 7-13, 14-27."
        spans.append((first, last))
    return tuple(spans), None


def _cohorts(workspace: Workspace, snapshot: Snapshot, grain: Grain) -> Period:
    count = st.number_input(
        "Number of cohorts",
        min_value=1,
        max_value=120,
        value=COHORTS[grain],
        key=f"cohorts_{grain}",
        **URL,
    )
    week_start = workspace.settings.product.week_start
    return cohort_period(snapshot, grain, int(count), week_start)


def cohort_period(snapshot: Snapshot, grain: Grain, count: int, week_start: WeekStart) -> Period:
    """The last `count` calendar days, weeks or months, the one in progress included."""
    last = last_day_of(snapshot)
    start = bucket_start(last, grain, week_start)
    if grain == "month":
        first = add_months(start, 1 - count)
    else:
        first = start - timedelta(days=(count - 1) * (DAYS_PER_WEEK if grain == "week" else 1))
    return Period(first, last + timedelta(days=1))


def _events(workspace: Workspace) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names = event_names(workspace)[:MOST_EVENTS]
    chosen = [
        st.multiselect(label, names, key=key, placeholder="Any qualifying event", **URL)
        for label, key in (("Start event", "start"), ("Return event", "return"))
    ]
    return tuple(chosen[0]), tuple(chosen[1])


def _finer(workspace: Workspace) -> tuple[str | None, int]:
    by = st.selectbox(
        "Break down by",
        list(workspace.dimensions),
        index=None,
        key="split",
        placeholder="Not broken down",
        **URL,
    )
    returns = st.number_input(
        "Return events needed in an interval",
        min_value=1,
        max_value=100,
        value=1,
        key="returns",
        **URL,
    )
    return by, int(returns)
