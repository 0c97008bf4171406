"""Who are those who passed a step of a funnel, and those who dropped after it?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.periods import words
from queries.funnel_text import funnel_text
from queries.narrow import EVERYONE, NOT_SET
from reports import definitions
from reports.answer import Source
from reports.funnel_counts import FunnelCounts, funnel_counts
from reports.funnel_tables import SECOND, parameters
from reports.known import complete_scope, known
from reports.people import PeopleReport

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from queries import Workspace
    from reports.funnel_question import FunnelQuestion
    from reports.scope import Scope

SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "segment": pl.String, "user_id": pl.String, "account_id": pl.String,
    "entered_at": pl.Datetime("us"), "steps_reached": pl.Int64, "seconds": pl.Float64,
    "first_day": pl.Date, "last_day": pl.Date,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InFunnel:
    """Attempts that got so far; with unique counting, as many people, accounts or sessions.

    Attributes:
        question: The funnel.
        step: They reached this step, counted from 1.
        is_dropped: They did not reach the next one.
        group: Value of the breakdown; None: of all together.
        from_step: The step that their time is taken from, counted from 1.
    """

    question: FunnelQuestion
    step: int
    is_dropped: bool = False
    group: str | None = None
    from_step: int = 1

    @property
    def most_step(self) -> int:
        """The last step that they may have reached."""
        return self.step if self.is_dropped else len(self.question.steps)

    @property
    def words(self) -> str:
        """Whom the list shows."""
        did = "Dropped after" if self.is_dropped else "Reached"
        group = "" if self.group is None else f", {self.question.by}: {self.group}"
        return f"{did} step {self.step}, {self.question.names[self.step - 1]}{group}"


def people_in_funnel(workspace: Workspace, scope: Scope, whom: InFunnel) -> PeopleReport:
    """List those behind a count of a funnel, as many as it says.

    Args:
        workspace: Where to ask.
        scope: The days of entry and the segment of the funnel.
        whom: Which count.
    """
    whole = complete_scope(scope, known(workspace)) or scope
    counts = funnel_counts(workspace, whole.period, whole.segment, whom.question, whole.grain)
    rows = funnel_list(workspace, counts, whom)
    heading = f"{whom.words}, entered {words(whole.period)}"
    people = list_source(workspace, counts, whom, rows, heading)
    return PeopleReport(people=people, count=rows.height, heading=heading)


def funnel_list(workspace: Workspace, counts: FunnelCounts, whom: InFunnel) -> pl.DataFrame:
    """One row per attempt, as `people_in_funnel.sql` gives them."""
    counted = counts.whole if whom.group is None else counts.grouped
    attempts = counted.attempts
    kept = (attempts.levels >= whom.step) & (attempts.levels <= whom.most_step)
    if whom.group is not None:
        code = -1 if whom.group == NOT_SET else counts.names.index(whom.group)
        kept &= counted.groups == code
    units, times = attempts.units[kept], attempts.times[kept]
    seconds = (times[:, whom.step - 1] - times[:, whom.from_step - 1]) / SECOND
    found = pl.DataFrame({
        "segment": [EVERYONE if whom.group is None else whom.group] * len(units),
        "user_key": _user_keys(counts, units).astype(np.int32),
        "entered_at": pl.Series(times[:, 0]).cast(pl.Datetime("us")),
        "steps_reached": attempts.levels[kept].astype(np.int64),
        "seconds": seconds,
    })  # fmt: skip
    people = _people(workspace, is_account=whom.question.unit == "account")
    return (
        found.join(people, on="user_key", how="inner")
        .select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        .sort("entered_at", "user_id", "account_id", nulls_last=True)
    )


def _user_keys(counts: FunnelCounts, units: NDArray[np.integer]) -> NDArray[np.integer]:
    """The user of each unit; of an account, its first one."""
    return units if counts.visits is None else counts.visits[0][units]


def _people(workspace: Workspace, *, is_account: bool) -> pl.DataFrame:
    """Everybody, or nobody but their customers."""
    table = workspace.engine.query(
        "select user_key, user_id, account_id, first_day, last_day from users", {}
    )
    people = pl.DataFrame(pl.from_arrow(table))
    hidden = ("user_id", "first_day", "last_day") if is_account else ()
    return people.with_columns(pl.lit(None).alias(name) for name in hidden)


def list_source(
    workspace: Workspace, counts: FunnelCounts, whom: InFunnel, rows: pl.DataFrame, title: str
) -> Source:
    """The source of a list, with the text that gives the same rows in SQL."""
    question = whom.question
    asked = counts.asked if whom.group is not None else replace(counts.asked, by=None)
    snapshot = workspace.snapshot
    own: dict[str, Any] = {
        "least_step": whom.step,
        "most_step": whom.most_step,
        "from_step": whom.from_step,
        "to_step": whom.step,
        "segment_value": EVERYONE if whom.group is None else whom.group,
    }
    return Source(
        title=title,
        definition=definitions.PEOPLE,
        rows=rows.drop("segment", "seconds") if whom.step == 1 else rows.drop("segment"),
        sql=funnel_text(workspace, "people_in_funnel", asked),
        parameters=parameters(workspace, asked, question) | own,
        as_of=snapshot.watermark if snapshot else None,
        snapshot_id=snapshot.id if snapshot else "",
        seconds=counts.seconds,
        answered=rows,
    )
