"""How long do people take from one step of a funnel to another?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from weakref import WeakKeyDictionary

import polars as pl

from metrics.funnel import Histogram, histogram, seconds_between, spans
from metrics.funnel.steps import SPANS
from reports import funnel_definitions
from reports.answer import Report, Source
from reports.funnel_counts import funnel_counts
from reports.funnel_people import InFunnel, funnel_list, list_source
from reports.known import complete_scope, known

if TYPE_CHECKING:
    from queries import Workspace
    from reports.funnel_counts import Counted
    from reports.funnel_question import FunnelQuestion
    from reports.scope import Scope

# Who is behind the times of counts that are kept, for as long as these are.
LISTS: WeakKeyDictionary[Counted, dict[InFunnel, pl.DataFrame]] = WeakKeyDictionary()
Widths = Literal["spans", "equal"]
SCHEMA = {"from_seconds": pl.Float64, "to_seconds": pl.Float64, "count": pl.Int64}


@dataclass(frozen=True, slots=True)
class FunnelTimes(Report):
    """Times between two steps, of the attempts that count and reached the later one.

    Attributes:
        bins: One row per bin: `from_seconds, to_seconds` (not included), `count`.
            In bins of one width the last one holds the longest time.
        median: Seconds; None: nobody reached the later step.
        mean: Seconds.
        count: How many times there are.
        from_step: The step that time is taken from, counted from 1.
        to_step: The step that it is taken to.
    """

    bins: Source
    median: float | None
    mean: float | None
    count: int
    from_step: int
    to_step: int


def funnel_times(
    workspace: Workspace,
    scope: Scope,
    question: FunnelQuestion,
    *,
    from_step: int,
    to_step: int,
    widths: Widths = "spans",
) -> FunnelTimes:
    """The distribution of the time between two steps.

    Args:
        workspace: Where to ask.
        scope: Days of entry, and the segment.
        question: The funnel.
        from_step: Counted from 1.
        to_step: Later than `from_step`.
        widths: "spans": bins as people say them; "equal": all of one width, as PostHog's.

    Raises:
        ValueError: The steps are not two of the funnel's, in order.
    """
    whole = complete_scope(scope, known(workspace)) or scope
    counts = funnel_counts(workspace, whole.period, whole.segment, question, whole.grain)
    seconds = seconds_between(counts.whole.attempts, from_step - 1, to_step - 1)
    found = histogram(seconds) if widths == "equal" else spans(seconds)
    ends = [*found.starts[1:], _end(found)]
    rows = list(zip(found.starts, ends, found.counts, strict=False))
    whom = InFunnel(question, to_step, from_step=from_step)
    listed = LISTS.setdefault(counts.whole, {}).get(whom)
    if listed is None:
        listed = LISTS[counts.whole][whom] = funnel_list(workspace, counts, whom)
    source = list_source(workspace, counts, whom, listed, "Time to convert")
    shown = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return FunnelTimes(
        bins=replace(source, rows=shown, definition=funnel_definitions.TIMES),
        median=found.median,
        mean=found.mean,
        count=len(seconds),
        from_step=from_step,
        to_step=to_step,
    )


def _end(found: Histogram) -> float | None:
    """Where the last bin ends; None: it does not."""
    if not found.starts:
        return None
    last = found.starts[-1]
    if found.width is not None:
        return last + found.width
    return next((float(start) for start in SPANS if start > last), None)
