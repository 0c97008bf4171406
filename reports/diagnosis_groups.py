"""Is there a group of people who try a feature far more often than all others?"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import polars as pl

from metrics.diagnosis.signature import NICHE, UNNOTICED
from queries import Segment
from reports import diagnosis_definitions
from reports.answer import Source, source
from reports.diagnosis_counts import asked_of
from reports.feature_list import within

if TYPE_CHECKING:
    from metrics.periods import Period
    from queries import Workspace
    from reports.diagnosed import Found

ASKED_OF = {UNNOTICED, NICHE}  # sub-causes between which the groups decide
LEAST_SHOWN = 30  # people of a group who were shown it
LEAST_RATIO = 2.0  # of the group's share to that of all others
FAR = 4.0  # standard errors: beyond what the best of some hundred groups reaches by chance
ACCEPTED = ("accepted_1", "accepted_2", "accepted_3", "accepted_5")


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """People of one value of a dimension, against all others.

    Attributes:
        dimension: Its name.
        value: Its value.
        tried: Of them, tried it after they were shown it.
        shown: Of them, were shown it.
        tried_elsewhere: The same of all others.
        shown_elsewhere: The same of all others.
        source: Every value of the dimension.
    """

    dimension: str
    value: str
    tried: int
    shown: int
    tried_elsewhere: int
    shown_elsewhere: int
    source: Source


def standing_out(
    workspace: Workspace, segment: Segment, found: Found, period: Period
) -> Group | None:
    """The group that stands out most; None: none does, or the verdict does not hang on it.

    "Shown but not noticed" and "relevant to few" look alike until one sees who tries it.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known.
    """
    if not ASKED_OF & set(found.verdict.subcauses):
        return None
    dimensions = [one.name for one in workspace.dimensions.values() if one.level == "user"]
    groups = [
        (distance, group)
        for name in dimensions
        for distance, group in _groups(workspace, segment, found, period, name)
    ]
    far = [pair for pair in groups if pair[0] >= FAR]
    return max(far, key=lambda pair: pair[0])[1] if far else None


def _groups(
    workspace: Workspace, segment: Segment, found: Found, period: Period, dimension: str
) -> list[tuple[float, Group]]:
    """Groups of a dimension that try it at least twice as often, with how far they stand out."""
    days: dict[str, Any] = {"start_date": period.start, "end_date": period.end}
    feature = found.feature
    own = within(segment, Segment(feature.rules))
    fifths = workspace.ask("activity_fifths", segment=segment, **days).rows
    answer = workspace.ask(
        "diagnosis_ladder",
        segment=own,
        by=dimension,
        **days,
        **fifths.drop("active_people").row(0, named=True),
        **asked_of(workspace, (feature,), segment, period),
    )
    rows = (
        answer.rows.group_by("segment")
        .agg(
            pl.sum_horizontal(ACCEPTED).sum().alias("tried"),
            pl.col("exposed").sum().alias("shown"),
        )
        .sort("tried", "segment", descending=[True, False])
    )
    title = f"Who tries {feature.label}, by {dimension}"
    shown = source(answer, title=title, definition=diagnosis_definitions.GROUPS).showing(rows)
    tried_by_all, shown_to_all = int(rows["tried"].sum()), int(rows["shown"].sum())
    groups = []
    for value, tried, seen in rows.iter_rows():
        rest = tried_by_all - tried, shown_to_all - seen
        distance = _distance(tried, seen, *rest)
        if distance is not None:
            groups.append((distance, Group(dimension, value, tried, seen, *rest, shown)))
    return groups


def _distance(tried: int, shown: int, others: int, shown_others: int) -> float | None:
    """Standard errors between the shares; None: too few, or not twice as often."""
    if min(shown, shown_others) < LEAST_SHOWN:
        return None
    share, elsewhere = tried / shown, (others + 0.5) / (shown_others + 1)
    if share < LEAST_RATIO * elsewhere:
        return None
    both = (tried + others) / (shown + shown_others)
    return (share - elsewhere) / sqrt(both * (1 - both) * (1 / shown + 1 / shown_others))
