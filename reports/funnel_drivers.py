"""What do those who get through a funnel do more often than those who do not?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from metrics.funnel import did, drivers
from queries.funnel_log import read_named
from queries.funnel_text import funnel_text
from reports import funnel_definitions
from reports.answer import Report, Source
from reports.funnel_choices import funnel_choices
from reports.funnel_counts import FunnelCounts, funnel_counts
from reports.funnel_tables import parameters
from reports.known import complete_scope, known

if TYPE_CHECKING:
    from queries import Workspace
    from reports.funnel_question import FunnelQuestion
    from reports.scope import Scope

MOST_CANDIDATES = 40  # events: those that most people did of late
SCHEMA = {
    "event": pl.String, "converted_with": pl.Int64, "failed_with": pl.Int64,
    "converted_share": pl.Float64, "failed_share": pl.Float64, "odds_ratio": pl.Float64,
    "p_value": pl.Float64, "adjusted_p": pl.Float64,
}  # fmt: skip
ANSWERED = ("event", "converted_with", "failed_with")  # what the text gives; the rest follows


@dataclass(frozen=True, slots=True)
class FunnelDrivers(Report):
    """Events that go with converting.

    Attributes:
        events: One row per event that anybody did on the way, the strongest first: `event,
            converted_with, failed_with, converted_share` (of those who converted), `failed_share`
            (of those who entered and did not), `odds_ratio, p_value` (Fisher), `adjusted_p`
            (Benjamini and Hochberg).
        converted: Who converted.
        failed: Who entered and did not.
    """

    events: Source
    converted: int
    failed: int


def funnel_drivers(workspace: Workspace, scope: Scope, question: FunnelQuestion) -> FunnelDrivers:
    """Compare what those who converted and those who did not have done on the way.

    Args:
        workspace: Where to ask.
        scope: Days of entry, and the segment.
        question: The funnel; its own steps are left out.
    """
    question = replace(question, by=None)
    whole = complete_scope(scope, known(workspace)) or scope
    counts = funnel_counts(workspace, whole.period, whole.segment, question, whole.grain)
    names = _candidates(workspace, question)
    attempts = counts.whole.attempts
    is_converted = attempts.levels == len(question.steps)
    done = {}
    for name in names:
        on_the_way = did(attempts, question.rules, *read_named(workspace, counts.asked, name))
        pair = int((on_the_way & is_converted).sum()), int((on_the_way & ~is_converted).sum())
        if any(pair):
            done[name] = pair
    converted, failed = int(is_converted.sum()), int((~is_converted).sum())
    rows = pl.DataFrame(
        [
            (
                one.name, one.converted_with, one.failed_with,
                one.converted_with / converted if converted else None,
                one.failed_with / failed if failed else None,
                one.odds_ratio, one.p_value, one.adjusted_p,
            )
            for one in drivers(done, converted=converted, failed=failed)
        ],
        schema=SCHEMA,
        orient="row",
    )  # fmt: skip
    return FunnelDrivers(_source(workspace, counts, question, names, rows), converted, failed)


def _candidates(workspace: Workspace, question: FunnelQuestion) -> tuple[str, ...]:
    """The events of most people, without those that the funnel is made of."""
    choices = funnel_choices(workspace)
    matches = [*(step.match for step in question.steps), *(x.match for x in question.exclusions)]
    own = {name for match in matches for name in match.events}
    features = {feature for match in matches for feature in match.features}
    free = [
        name for name in choices.events
        if name not in own and not choices.is_of(name, features)
    ]  # fmt: skip
    return tuple(free[:MOST_CANDIDATES])


def _source(
    workspace: Workspace,
    counts: FunnelCounts,
    question: FunnelQuestion,
    names: tuple[str, ...],
    rows: pl.DataFrame,
) -> Source:
    asked = counts.asked
    values = parameters(workspace, asked, question)
    read = {"read_names": sorted({*asked.names, *names})} if asked.names else {}
    snapshot = workspace.snapshot
    return Source(
        title="What goes with converting",
        definition=funnel_definitions.DRIVERS,
        rows=rows,
        sql=funnel_text(workspace, "funnel_drivers", asked),
        parameters=values | read | {"candidates": list(names)},
        as_of=snapshot.watermark if snapshot else None,
        snapshot_id=snapshot.id if snapshot else "",
        seconds=counts.seconds,
        answered=rows.select(*ANSWERED).sort("event"),
    )
