"""Which events and features are used most, and is that changing?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import polars as pl

from metrics.changes import change
from metrics.rates import ratio
from reports import definitions
from reports.answer import Report, Source, source
from reports.breakdown import active_people
from reports.known import Known, complete_scope, known, missing_comparison

if TYPE_CHECKING:
    from queries import Answer, Workspace
    from reports.scope import Scope

Kind = Literal["event", "feature"]
Order = Literal["users", "events"]


@dataclass(frozen=True, slots=True)
class TopEventsReport(Report):
    """Names ranked by use.

    Attributes:
        ranking: One row per (name), most used first: `name, users, events, user_share,
            events_per_user, compared_users, compared_events, users_change, events_change,
            is_qualifying, trend`. `user_share` is of the period's active users and may exceed
            1 for events that do not qualify as activity; `*_change` is relative, null without a
            base; `trend` is a list of daily users, complete days only.
        trend: One row per (name, day) of the names ranked, every day: `name, day, users, events,
            is_complete`.
        active_users: Different people active in the period: the base of `user_share`.
        kind: What a name is: "event" or "feature".
        hidden: How many further names were used, beyond the limit.
    """

    ranking: Source
    trend: Source
    active_users: int
    kind: Kind
    hidden: int


def top_events(
    workspace: Workspace,
    scope: Scope,
    *,
    kind: Kind = "event",
    order: Order = "users",
    limit: int = 10,
) -> TopEventsReport:
    """Rank events or features by people or by number of events.

    Args:
        workspace: Where to ask.
        scope: When, and whom.
        kind: "event" or "feature"; events without a feature are left out of the latter.
        order: What "most" means.
        limit: How many names, at least 1.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit}")
    days = known(workspace)
    whole = complete_scope(scope, days) or scope
    answer = _asked(workspace, whole, kind)
    used = answer.rows.rename({kind: "name"}).filter(pl.col("users") > 0)
    most = used.sort(order, descending=True, maintain_order=True).head(limit)
    active = int(active_people(workspace, whole).value or 0)
    trend = _trend(workspace, scope, kind, most["name"].to_list(), days)
    ranked = _ranked(most, active, is_compared=whole.comparison is not None)
    found = source(
        answer,
        title=f"Top {kind}s",
        definition=definitions.TOP_EVENTS if kind == "event" else definitions.TOP_FEATURES,
        caveats=missing_comparison(scope, days),
    )
    return TopEventsReport(
        ranking=found.showing(_with_trend(ranked, trend.rows)),
        trend=trend,
        active_users=active,
        kind=kind,
        hidden=used.height - most.height,
    )


def _asked(workspace: Workspace, scope: Scope, kind: Kind) -> Answer:
    compared = scope.comparison
    return workspace.ask(
        f"top_{kind}s",
        segment=scope.segment,
        start_date=scope.period.start,
        end_date=scope.period.end,
        compared_start=compared.start if compared else scope.period.start,
        compared_end=compared.end if compared else scope.period.start,
    )


def _trend(workspace: Workspace, scope: Scope, kind: Kind, names: list[str], days: Known) -> Source:
    answer = workspace.ask(
        f"{kind}_trend",
        segment=scope.segment,
        start_date=scope.period.start,
        end_date=scope.period.end,
        names=names,
        watermark=days.watermark,
    )
    found = source(
        answer,
        title=f"Top {kind}s by day",
        definition=definitions.TOP_EVENTS if kind == "event" else definitions.TOP_FEATURES,
    )
    return found.showing(found.rows.rename({kind: "name"}))


def _ranked(rows: pl.DataFrame, active: int, *, is_compared: bool) -> pl.DataFrame:
    def before(column: str) -> list[int | None]:
        return rows[f"compared_{column}"].to_list() if is_compared else [None] * rows.height

    def relative(column: str) -> list[float | None]:
        pairs = zip(rows[column].to_list(), before(column), strict=True)
        return [change(*pair).relative for pair in pairs]

    per_user = [ratio(*pair) for pair in rows.select("events", "users").iter_rows()]
    return rows.select(
        "name",
        "users",
        "events",
        pl.Series("user_share", [ratio(n, active) for n in rows["users"]], dtype=pl.Float64),
        pl.Series("events_per_user", per_user, dtype=pl.Float64),
        pl.Series("compared_users", before("users"), dtype=pl.Int64),
        pl.Series("compared_events", before("events"), dtype=pl.Int64),
        pl.Series("users_change", relative("users"), dtype=pl.Float64),
        pl.Series("events_change", relative("events"), dtype=pl.Float64),
        "is_qualifying",
    )


def _with_trend(ranked: pl.DataFrame, trend: pl.DataFrame) -> pl.DataFrame:
    complete = trend.filter(pl.col("is_complete"))
    lists = complete.group_by("name", maintain_order=True).agg(pl.col("users").alias("trend"))
    return ranked.join(lists, on="name", how="left", maintain_order="left")
