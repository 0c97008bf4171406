"""Which groups of people does the use come from?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from metrics.changes import Change, change
from metrics.rates import ratio
from reports import definitions
from reports.answer import Report, Source, source
from reports.known import complete_scope, known, missing_comparison

if TYPE_CHECKING:
    from queries import Answer, Workspace
    from reports.scope import Scope

OVERLAP = ("One person can be in several groups: they add up to more than the total.",)


@dataclass(frozen=True, slots=True)
class BreakdownReport(Report):
    """Use by the values of one dimension.

    Attributes:
        groups: One row per (segment), most people first: `segment, users, share, new_users,
            events, sessions, compared_users, users_difference, users_change, compared_events`.
            `share` is of everybody active in the period; shares add up to more than 1 when
            people have several values.
        total_users: Different people of all groups together, and compared.
        dimension: What it is broken down by.
        may_overlap: Whether one person can be in several groups.
    """

    groups: Source
    total_users: Change
    dimension: str
    may_overlap: bool


def breakdown(workspace: Workspace, scope: Scope, *, by: str) -> BreakdownReport:
    """Count the people, events and visits of each value of the dimension `by`.

    Missing values are the group "(not set)".
    """
    days = known(workspace)
    whole = complete_scope(scope, days) or scope
    may_overlap = by in workspace.dimensions and workspace.dimensions[by].level == "event"
    answer = period_totals(workspace, whole, by=by)
    total = active_people(workspace, whole)
    found = source(
        answer,
        title=f"Active people by {by}",
        definition=definitions.BREAKDOWN,
        caveats=missing_comparison(scope, days) + (OVERLAP if may_overlap else ()),
    )
    return BreakdownReport(
        groups=found.showing(_compared(found.rows, total, is_compared=bool(whole.comparison))),
        total_users=total,
        dimension=by,
        may_overlap=may_overlap,
    )


def period_totals(workspace: Workspace, scope: Scope, *, by: str | None = None) -> Answer:
    """People, events and visits of the period and the comparison, by a dimension or together."""
    compared = scope.comparison
    return workspace.ask(
        "breakdown",
        segment=scope.segment,
        by=by,
        start_date=scope.period.start,
        end_date=scope.period.end,
        compared_start=compared.start if compared else scope.period.start,
        compared_end=compared.end if compared else scope.period.start,
    )


def active_people(workspace: Workspace, scope: Scope) -> Change:
    """Different people active in the period, and in the comparison."""
    rows = period_totals(workspace, scope).rows
    row = rows.row(0, named=True) if rows.height else {"users": 0, "compared_users": 0}
    return change(row["users"], row["compared_users"] if scope.comparison else None)


def _compared(rows: pl.DataFrame, total: Change, *, is_compared: bool) -> pl.DataFrame:
    base = rows["compared_users"].to_list() if is_compared else [None] * rows.height
    changes = [change(*pair) for pair in zip(rows["users"].to_list(), base, strict=True)]
    shares = [ratio(users, total.value) for users in rows["users"]]
    before = pl.col("compared_events") if is_compared else pl.lit(None, dtype=pl.Int64)
    return rows.filter(pl.col("users") + pl.col("compared_users") > 0).select(
        "segment",
        "users",
        pl.Series("share", shares, dtype=pl.Float64),
        "new_users",
        "events",
        "sessions",
        pl.Series("compared_users", base, dtype=pl.Int64),
        pl.Series("users_difference", [one.absolute for one in changes], dtype=pl.Int64),
        pl.Series("users_change", [one.relative for one in changes], dtype=pl.Float64),
        before.alias("compared_events"),
    )
