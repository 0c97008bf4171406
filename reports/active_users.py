"""Who uses the product: how many people, day by day and period by period?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from metrics.changes import Change, change
from metrics.periods import Period, bucket_end, bucket_start, buckets, days_ending
from metrics.stickiness import rolling_stickiness
from reports import definitions
from reports.answer import Report, Source, source
from reports.known import Known, complete_scope, known, missing_comparison

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope

WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class ActiveUsersReport(Report):
    """Different people with a qualifying event.

    Attributes:
        daily: One row per (segment, day) of the period up to its last day: `segment, day,
            daily_users, weekly_users, window_users, is_complete`. The windows end with the day,
            so they overlap; `is_complete` is false while the day is still loading or the window
            reaches before the first day of data.
        compared: The same for the comparison period, with `aligned_day`: the day of the period it
            is drawn under; None without a comparison.
        buckets: One row per (segment, period_start) at the grain: `segment, period_start,
            period_end, users, daily_users, weekly_users, window_users, is_complete`. `users` are
            the different people of the calendar period, `daily_users` the mean of its complete
            days, the windows end with the period's last complete day.
        stickiness: One row per (segment, day): `segment, day, mean_daily_users, window_users,
            stickiness` (a fraction, null when nobody was active), complete days only.
        daily_users: DAU of the last complete day, and of the day it is compared with.
        weekly_users: WAU likewise.
        window_users: MAU likewise.
        stickiness_now: Stickiness likewise, as fractions.
        window_days: Length of the long window, 28 by default.
        as_of: The day that these four figures describe; None: no day of the period is complete.
    """

    daily: Source
    compared: Source | None
    buckets: Source
    stickiness: Source
    daily_users: Change
    weekly_users: Change
    window_users: Change
    stickiness_now: Change
    window_days: int
    as_of: date | None


def active_users(
    workspace: Workspace, scope: Scope, *, window_days: int = 28, by: str | None = None
) -> ActiveUsersReport:
    """Count the active people of a scope.

    Args:
        workspace: Where to ask.
        scope: When, and whom.
        window_days: Length of the long window: 28, or 30 as Mixpanel and Amplitude have it.
        by: A dimension to break down by; the `Change` figures then are of everybody.
    """
    days = known(workspace)
    ask = ActiveUsersAsked(workspace, scope, days, window_days)
    whole = complete_scope(scope, days)
    compared = whole.comparison if whole else None
    now = ask.standing(whole.period.last_day if whole else None)
    base = ask.standing(compared.last_day if compared else None)
    caveats = missing_comparison(scope, days) + _overlap(workspace, by)
    return ActiveUsersReport(
        daily=ask.daily(scope.period, by, caveats),
        compared=_aligned(ask.daily(compared, by, ()), scope) if compared else None,
        buckets=_buckets(ask, by, caveats),
        stickiness=stickiness_course(ask, scope.period, by),
        daily_users=change(now.daily, base.daily),
        weekly_users=change(now.weekly, base.weekly),
        window_users=change(now.window, base.window),
        stickiness_now=change(now.stickiness, base.stickiness),
        window_days=window_days,
        as_of=whole.period.last_day if whole else None,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures of one day; each None where it cannot be known."""

    daily: int | None = None
    weekly: int | None = None
    window: int | None = None
    stickiness: float | None = None


@dataclass(frozen=True, slots=True)
class ActiveUsersAsked:
    """The query about active users, asked for one scope."""

    workspace: Workspace
    scope: Scope
    known: Known
    window_days: int

    def daily(self, period: Period, by: str | None, caveats: tuple[str, ...]) -> Source:
        """One row per (segment, day) of a period; of everybody every day, even without a row."""
        answer = self.workspace.ask(
            "active_users",
            segment=self.scope.segment,
            by=by,
            start_date=period.start,
            end_date=period.end,
            window_days=self.window_days,
            data_start=self.known.data_start,
            watermark=self.known.watermark,
        )
        found = source(
            answer,
            title="Active users by day",
            definition=definitions.active_users(self.window_days),
            caveats=caveats,
        )
        is_nobody = found.is_empty and by is None
        return found.showing(self._nobody(period, found.rows)) if is_nobody else found

    def standing(self, day: date | None) -> Standing:
        """DAU, WAU, MAU and stickiness of a day, over everybody in the scope."""
        if day is None:
            return Standing()
        rows = self.daily(days_ending(day, self.window_days), None, ()).rows
        last = rows.row(-1, named=True)
        sticky = _rolling(rows, self.window_days)
        counts = (last["daily_users"], last["weekly_users"], last["window_users"])
        return Standing(*counts, stickiness=sticky[-1])

    def _nobody(self, period: Period, like: pl.DataFrame) -> pl.DataFrame:
        """Zeros for a period in which nobody is active; null where a window is not covered."""
        start, mark = self.known.data_start, self.known.watermark
        days = [period.start + timedelta(days=n) for n in range(period.days)]
        return pl.DataFrame(
            {
                "segment": ["All users"] * len(days),
                "day": days,
                "daily_users": [0] * len(days),
                "weekly_users": [_zero(day, start, WEEK_DAYS) for day in days],
                "window_users": [_zero(day, start, self.window_days) for day in days],
                "is_complete": [start <= day <= mark for day in days],
            },
            schema=like.schema,
        )


def _zero(day: date, data_start: date, window_days: int) -> int | None:
    return 0 if day >= data_start + timedelta(days=window_days - 1) else None


def _aligned(compared: Source, scope: Scope) -> Source:
    """With the day of the period that each compared day is drawn under."""
    shift = scope.period.start - compared.parameters["start_date"]
    return compared.showing(
        compared.rows.with_columns((pl.col("day") + shift).alias("aligned_day"))
    )


def _buckets(ask: ActiveUsersAsked, by: str | None, caveats: tuple[str, ...]) -> Source:
    """Calendar periods with their own people, and the windows at their last complete day."""
    scope = ask.scope
    week_start = ask.workspace.settings.product.week_start
    spans = buckets(scope.period, scope.grain, week_start)
    answer = ask.workspace.ask(
        "active_users_by_period",
        segment=scope.segment,
        by=by,
        start_date=scope.period.start,
        end_date=scope.period.end,
        grain=scope.grain,
        data_start=ask.known.data_start,
        watermark=ask.known.watermark,
    )
    found = source(
        answer,
        title=f"Active users by {scope.grain}",
        definition=definitions.ACTIVE_BY_PERIOD,
        caveats=caveats,
    )
    days = ask.daily(Period(spans[0].start, spans[-1].end), by, ()).rows.with_columns(
        pl.col("day")
        .map_elements(lambda day: bucket_start(day, scope.grain, week_start), return_dtype=pl.Date)
        .alias("period_start")
    )
    return found.showing(_joined(found.rows, _at_their_ends(days), scope))


def _at_their_ends(days: pl.DataFrame) -> pl.DataFrame:
    """One row per (segment, period): mean DAU of complete days, windows at the last of them."""
    complete = pl.col("is_complete")
    return days.group_by("segment", "period_start", maintain_order=True).agg(
        pl.col("daily_users").filter(complete).mean(),
        pl.col("weekly_users").filter(complete).last(),
        pl.col("window_users").filter(complete).last(),
        complete.all().alias("has_all_days"),
    )


def _joined(found: pl.DataFrame, ends: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Every period of the chart, also one in which nobody was active."""
    until = pl.col("period_start").map_elements(
        lambda start: bucket_end(start, scope.grain), return_dtype=pl.Date
    )
    joined = ends.join(found, on=["segment", "period_start"], how="left")
    return joined.select(
        "segment",
        "period_start",
        until.alias("period_end"),
        pl.col("users").fill_null(0),
        "daily_users",
        "weekly_users",
        "window_users",
        pl.col("has_all_days").alias("is_complete"),
    ).sort("segment", "period_start")


def stickiness_course(ask: ActiveUsersAsked, period: Period, by: str | None) -> Source:
    """Stickiness of the window that ends with each complete day of the period."""
    lead = timedelta(days=ask.window_days - 1)
    found = ask.daily(Period(period.start - lead, period.end), by, ())
    found = replace(found, title="Stickiness", definition=definitions.stickiness(ask.window_days))
    segments = found.rows.partition_by("segment", maintain_order=True)
    rows = [_with_stickiness(rows, ask.window_days) for rows in segments]
    shown = pl.concat(rows) if rows else _with_stickiness(found.rows, ask.window_days)
    in_period = (pl.col("day") >= period.start) & pl.col("is_complete")
    return found.showing(shown.filter(in_period).drop("is_complete"))


def _with_stickiness(rows: pl.DataFrame, window_days: int) -> pl.DataFrame:
    return rows.select(
        "segment",
        "day",
        pl.col("daily_users").rolling_mean(window_days).alias("mean_daily_users"),
        "window_users",
        pl.Series("stickiness", _rolling(rows, window_days), dtype=pl.Float64),
        "is_complete",
    )


def _rolling(rows: pl.DataFrame, window_days: int) -> tuple[float | None, ...]:
    return rolling_stickiness(
        rows["daily_users"].to_list(), rows["window_users"].to_list(), window_days=window_days
    )


def _overlap(workspace: Workspace, by: str | None) -> tuple[str, ...]:
    """A caveat where one person can be in several segments."""
    dimension = workspace.dimensions.get(by) if by else None
    if dimension is None or dimension.level == "user":
        return ()
    return (f"One person can have several values of {by}: the lines add up to more than all.",)
