"""How often do people come: how many of the last 7 or 28 days?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from metrics.active_days import mean_active_days, share_at_least
from metrics.changes import Change, change
from metrics.periods import Grain, Period, buckets, days_ending
from metrics.rates import ratio
from reports import definitions
from reports.answer import Report, Source, source
from reports.known import Known, complete_scope, known

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope

WEEK_DAYS = 7
MONTH_DAYS = 28
# Three weeks out of four: there on nearly every working day.
POWER_DAYS = 21


@dataclass(frozen=True, slots=True)
class EngagementReport(Report):
    """Active days per person in the 7 and 28 complete days up to the end of the period.

    Attributes:
        week: L7: one row per (segment, active_days) 1..7: `segment, active_days, users,
            users_at_least, share, share_at_least`; shares are of everybody with at least one
            active day. A number of days that nobody has is a row with 0 users.
        month: L28, likewise with 1..28.
        compared_week: L7 at the end of the comparison period; None without one.
        compared_month: L28 likewise.
        week_mean_days: Mean active days per active person in the 7 days, and compared.
        month_mean_days: In the 28 days, likewise.
        power_share: Share of the people active in the 28 days who were on at least 21 of them.
        min_events: Qualifying events a day needs to count as active.
    """

    week: Source
    month: Source
    compared_week: Source | None
    compared_month: Source | None
    week_mean_days: Change
    month_mean_days: Change
    power_share: Change
    min_events: int


def engagement(
    workspace: Workspace, scope: Scope, *, min_events: int = 1, by: str | None = None
) -> EngagementReport:
    """Count people by their number of active days.

    Args:
        workspace: Where to ask.
        scope: The windows end with the period's last complete day.
        min_events: Qualifying events a day needs before it counts as active, at least 1.
        by: A dimension to break down by.
    """
    if min_events < 1:
        raise ValueError(f"min_events must be at least 1, got {min_events}")
    whole = complete_scope(scope, known(workspace)) or scope
    compared = whole.comparison.last_day if whole.comparison else None

    def histogram(last_day: date, days: int, breakdown: str | None) -> Source:
        window = days_ending(last_day, days)
        return active_days(workspace, scope, window, min_events=min_events, by=breakdown)

    def counts(last_day: date | None, days: int) -> list[int]:
        return [] if last_day is None else histogram(last_day, days, None).rows["users"].to_list()

    last = whole.period.last_day
    week, month = counts(last, WEEK_DAYS), counts(last, MONTH_DAYS)
    week_before, month_before = counts(compared, WEEK_DAYS), counts(compared, MONTH_DAYS)
    return EngagementReport(
        week=histogram(last, WEEK_DAYS, by),
        month=histogram(last, MONTH_DAYS, by),
        compared_week=histogram(compared, WEEK_DAYS, by) if compared else None,
        compared_month=histogram(compared, MONTH_DAYS, by) if compared else None,
        week_mean_days=change(mean_active_days(week), mean_active_days(week_before)),
        month_mean_days=change(mean_active_days(month), mean_active_days(month_before)),
        power_share=change(_power_share(month), _power_share(month_before)),
        min_events=min_events,
    )


def active_days(
    workspace: Workspace,
    scope: Scope,
    window: Period,
    *,
    grain: Grain = "day",
    min_events: int = 1,
    by: str | None = None,
) -> Source:
    """People by active days (weeks, months) of a window: exactly so many, and so many or more.

    Args:
        workspace: Where to ask.
        scope: Its segment narrows; its period is not used.
        window: The days looked at.
        grain: What is counted.
        min_events: Qualifying events a day needs before it counts as active, at least 1.
        by: A dimension to break down by.
    """
    answer = workspace.ask(
        "active_days",
        segment=scope.segment,
        by=by,
        start_date=window.start,
        end_date=window.end,
        grain=grain,
        min_events=min_events,
    )
    found = source(
        answer,
        title=f"People by active {grain}s, out of {window.days} days",
        definition=definitions.active_days(window.days, min_events),
        caveats=_too_early(window, known(workspace)),
    )
    is_nobody = found.is_empty and by is None
    most = len(buckets(window, grain, workspace.settings.product.week_start))
    return found.showing(_with_shares(_nobody(most) if is_nobody else found.rows))


def _nobody(most: int) -> pl.DataFrame:
    return pl.DataFrame({
        "segment": ["All users"] * most,
        "active_periods": range(1, most + 1),
        "users": [0] * most,
        "users_at_least": [0] * most,
    })  # fmt: skip


def _with_shares(rows: pl.DataFrame) -> pl.DataFrame:
    base = rows.group_by("segment").agg(pl.col("users").sum().alias("base"))
    based = rows.join(base, on="segment", maintain_order="left")
    return based.select(
        "segment",
        pl.col("active_periods").cast(pl.Int64).alias("active_days"),
        pl.col("users").cast(pl.Int64),
        pl.col("users_at_least").cast(pl.Int64),
        _shares(based, "users"),
        _shares(based, "users_at_least"),
    )


def _shares(rows: pl.DataFrame, column: str) -> pl.Series:
    shares = [ratio(part, whole) for part, whole in rows.select(column, "base").iter_rows()]
    return pl.Series(column.replace("users", "share"), shares, dtype=pl.Float64)


def _power_share(users: list[int]) -> float | None:
    return share_at_least(users, POWER_DAYS) if users else None


def _too_early(window: Period, days: Known) -> tuple[str, ...]:
    if window.start >= days.data_start:
        return ()
    return (
        f"The data begin on {days.data_start}: the window holds fewer than {window.days} days.",
    )
