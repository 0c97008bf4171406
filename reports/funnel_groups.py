"""Which groups of people get through a funnel better than the others?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from metrics.funnel import Difference, differences
from metrics.rates import rate
from reports import funnel_definitions
from reports.answer import Report, Source
from reports.funnel_counts import funnel_counts
from reports.funnel_tables import funnel_source, ripe_before, step_rows
from reports.known import complete_scope, known

if TYPE_CHECKING:
    from queries import Workspace
    from reports.funnel_question import FunnelQuestion
    from reports.scope import Scope

MOST_COMPARED = 40  # groups that are tested: more would leave no power to any of them
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "segment": pl.String, "entered": pl.Int64, "converted": pl.Int64, "share": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "difference": pl.Float64, "difference_low": pl.Float64,
    "difference_high": pl.Float64, "p_value": pl.Float64, "adjusted_p": pl.Float64,
    "median_seconds": pl.Float64, "reached": pl.List(pl.Int64),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FunnelGroups(Report):
    """A funnel by the values of a dimension.

    Attributes:
        groups: One row per value, most entries first: `segment, entered, converted, share, low,
            high` (Wilson 95 %), `difference, difference_low, difference_high` (share minus that of
            all other groups together, Newcombe 95 %), `p_value, adjusted_p` (Holm), null for all
            but the largest groups, `median_seconds` (to the last step from the one before),
            `reached` (at each step).
    """

    groups: Source


def funnel_groups(workspace: Workspace, scope: Scope, question: FunnelQuestion) -> FunnelGroups:
    """Compare the values of the question's breakdown.

    Raises:
        ValueError: The question has no breakdown.
    """
    if question.by is None:
        raise ValueError("a funnel by groups needs a breakdown, got none")
    whole = complete_scope(scope, known(workspace)) or scope
    counts = funnel_counts(workspace, whole.period, whole.segment, question, whole.grain)
    ripe = ripe_before(workspace, counts.asked, question)
    rows = step_rows(counts.grouped, [counts.asked.entry_from], counts.names, ripe)
    found = funnel_source(
        workspace, counts, question, rows,
        title=f"Funnel by {question.by}",
        definition=funnel_definitions.groups(question),
        shown="groups",
        caveats=_caveats(question),
    )  # fmt: skip
    return FunnelGroups(found.showing(_groups(rows, question)))


def _groups(rows: pl.DataFrame, question: FunnelQuestion) -> pl.DataFrame:
    steps = len(question.steps)
    reached: dict[str, list[int]] = {}
    medians: dict[str, float | None] = {}
    for group, step, attempts, median in rows.select(
        "segment", "step", "attempts", "median_seconds"
    ).iter_rows():
        reached.setdefault(group, [0] * steps)[step - 1] = attempts
        if step == steps:
            medians[group] = median
    order = sorted(reached, key=lambda group: (-_entered(reached[group]), group))
    order = [group for group in order if _entered(reached[group])]
    compared = order[:MOST_COMPARED] if len(order) > 1 else []
    tested = differences({group: (reached[group][-1], reached[group][0]) for group in compared})
    shown = [(group, reached[group], tested.get(group), medians.get(group)) for group in order]
    return pl.DataFrame(
        [_row(group, counts, found, median) for group, counts, found, median in shown],
        schema=SCHEMA,
        orient="row",
    )


def _entered(counts: list[int]) -> int:
    return counts[0]


def _row(
    group: str, counts: list[int], found: Difference | None, median: float | None
) -> tuple[object, ...]:
    share = rate(counts[-1], counts[0])
    moved: tuple[float | None, ...] = (None,) * 5
    if found is not None:
        one = found.difference
        moved = (one.value, one.low, one.high, found.p_value, found.adjusted_p)
    return (
        group, counts[0], counts[-1], share.value, share.low, share.high, *moved, median, counts,
    )  # fmt: skip


def _caveats(question: FunnelQuestion) -> tuple[str, ...]:
    caveats = []
    if question.attribution == "all_steps":
        caveats.append(
            f"One {question.unit} can be in several groups: they add up to more than the whole, "
            "and the comparison takes them for different ones."
        )
    if question.attribution == "step":
        caveats.append(
            f"Only attempts that reached step {question.attribution_step} are in a group."
        )
    return tuple(caveats)
