"""The questions that Tidemark and ClickHouse both answer, and what makes their answers equal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl

from queries import Workspace


@dataclass(frozen=True, slots=True)
class Reach:
    """The local days that are compared.

    Attributes:
        first: First day of data.
        last: Last complete day.
    """

    first: date
    last: date

    @property
    def parameters(self) -> dict[str, Any]:
        """What every question wants to know about time."""
        return {
            "start_date": self.first,
            "end_date": self.last + timedelta(days=1),
            "data_start": self.first,
            "watermark": self.last,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question.

    Attributes:
        title: In words.
        query: Its file in queries/.
        rival: Its file in bench/clickhouse/.
        parameters: For Tidemark's query, beside those of time.
        ours: Tidemark's answer as rows to compare.
        theirs: ClickHouse's answer as the same rows.
    """

    title: str
    query: str
    rival: str
    parameters: Mapping[str, Any]
    ours: Callable[[pl.DataFrame, Reach], pl.DataFrame]
    theirs: Callable[[pl.DataFrame, Reach], pl.DataFrame]


def reach(workspace: Workspace) -> Reach:
    """The days that a workspace's roll-ups hold whole.

    Raises:
        ValueError: No day is complete.
    """
    snapshot = workspace.snapshot
    if snapshot is None or snapshot.first_day is None or snapshot.watermark is None:
        raise ValueError(f"{workspace.folder} has no complete day to compare")
    return Reach(snapshot.first_day, snapshot.watermark)


def require_equal(title: str, ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    """Stop unless both answers hold the same rows.

    Raises:
        ValueError: They differ, or there is nothing to compare.
    """
    as_numbers = [rows.select(pl.all().exclude(pl.Date).cast(pl.Int64)) for rows in (ours, theirs)]
    days = [rows.select(pl.col(pl.Date)) for rows in (ours, theirs)]
    if ours.is_empty() or not (as_numbers[0].equals(as_numbers[1]) and days[0].equals(days[1])):
        raise ValueError(f"{title}: answers differ\nTidemark:\n{ours}\nClickHouse:\n{theirs}")


def _active_days(rows: pl.DataFrame, reach: Reach) -> pl.DataFrame:
    columns = ("day", "daily_users", "weekly_users", "window_users")
    return rows.filter(pl.col("day") <= reach.last).select(columns)


def _active_days_of_rival(rows: pl.DataFrame, reach: Reach) -> pl.DataFrame:
    """ClickHouse's running sums also begin before a whole window has been seen."""
    week, window = (reach.first + timedelta(days=days - 1) for days in (7, 28))
    return rows.filter(pl.col("day") <= reach.last).select(
        "day",
        "daily_users",
        pl.when(pl.col("day") >= week).then("weekly_users").alias("weekly_users"),
        pl.when(pl.col("day") >= window).then("monthly_users").alias("window_users"),
    )


WEEKS_FOLLOWED = 120  # more than any demo has, so that the triangle is whole
STATES = ("new_users", "retained_users", "resurrected_users", "dormant_users")


def _whole_weeks(rows: pl.DataFrame, reach: Reach, week: str) -> pl.DataFrame:
    is_whole = pl.col(week) + pl.duration(days=6) <= reach.last
    return rows.filter(is_whole).select(pl.col(week).alias("week"), *STATES)


def _triangle(rows: pl.DataFrame, reach: Reach, interval: str, users: str) -> pl.DataFrame:
    """Cells with somebody in them, of weeks that are over."""
    age = pl.col(interval).cast(pl.Int64)
    is_over = pl.col("cohort") + pl.duration(days=7 * age + 6) <= reach.last
    return rows.filter(is_over, pl.col(users) > 0).select(
        "cohort", age.alias("age"), pl.col(users).alias("users")
    )


COMPARISONS = (
    Comparison(
        title="DAU, WAU, MAU of every day",
        query="active_users",
        rival="active_users",
        parameters={"window_days": 28},
        ours=_active_days,
        theirs=_active_days_of_rival,
    ),
    Comparison(
        title="Weekly retention triangle",
        query="retention_first_active",
        rival="retention",
        parameters={
            "grain": "week",
            "last_interval": WEEKS_FOLLOWED,
            "is_on_or_after": False,
        },
        ours=lambda rows, reach: _triangle(rows, reach, "interval_number", "returned"),
        theirs=lambda rows, reach: _triangle(rows, reach, "age", "users"),
    ),
    Comparison(
        title="Weekly lifecycle",
        query="lifecycle",
        rival="lifecycle",
        parameters={"grain": "week"},
        ours=lambda rows, reach: _whole_weeks(rows, reach, "period_start"),
        theirs=lambda rows, reach: _whole_weeks(rows, reach, "week"),
    ),
)
