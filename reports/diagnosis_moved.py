"""Has the rung moved since something was done about a feature?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from metrics.diagnosis import Move, moved
from metrics.periods import Period
from reports import diagnosis_definitions
from reports.answer import Source, source
from reports.diagnosis_counts import feature_counts
from reports.known import known

if TYPE_CHECKING:
    from queries import Segment, Workspace

WEEK = timedelta(days=7)
FEWEST_WEEKS, MOST_WEEKS = 2, 8


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of a rung.

    Attributes:
        move: Before and after, against the peers; None: it is too early, or too few people.
        source: The same as rows, with the SQL of the weeks afterwards; None with `move`.
        before: The weeks before the day.
        after: As many from the day on; None: too early.
        why: Why nothing can be said; None: something can.
    """

    move: Move | None
    source: Source | None
    before: Period | None
    after: Period | None
    why: str | None


def moved_since(
    workspace: Workspace, segment: Segment, feature: str, rung: str, acted_on: date
) -> Moved:
    """A rung in whole weeks before and after a day, against those of the other features.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known.
    """
    days = known(workspace)
    weeks = min((days.watermark + timedelta(days=1) - acted_on).days // 7, MOST_WEEKS)
    earlier = (acted_on - days.data_start).days // 7
    if weeks < FEWEST_WEEKS:
        from_day = acted_on + FEWEST_WEEKS * WEEK
        return _nothing(f"Too early: {FEWEST_WEEKS} whole weeks are needed, from {from_day} on")
    if earlier < weeks:
        return _nothing(f"The data begin on {days.data_start}: too late to know the weeks before")
    before = Period(acted_on - weeks * WEEK, acted_on)
    after = Period(acted_on, acted_on + weeks * WEEK)
    first, second = (feature_counts(workspace, segment, period) for period in (before, after))
    if first.counts is None or second.counts is None:
        return _nothing("Nobody was active in these weeks")
    try:
        found = moved(first.counts, second.counts, feature, rung)
    except ValueError as error:
        return _nothing(str(error))
    answer = second.answers[feature]
    rows = pl.DataFrame(
        {
            "weeks": ["before", "after"],
            "first_day": [before.start, after.start],
            "did": [found.before, found.after],
            "of": [found.before_of, found.after_of],
            "share": [_share(found.before, found.before_of), _share(found.after, found.after_of)],
            "as_peers_share": [None, found.peers],
        }
    )
    shown = source(
        answer, title=f"{feature} since {acted_on}", definition=diagnosis_definitions.MOVED
    )
    return Moved(found, shown.showing(rows), before, after, None)


def _share(did: int, of: int) -> float | None:
    return did / of if of else None


def _nothing(why: str) -> Moved:
    return Moved(None, None, None, None, why)
