"""The demo recounted from its raw files in plain Polars: no roll-up, no SQL of the project.

Rules are those of the definitions: blank and impossible rows do not count, nor a row that is the
same in every column as an earlier one; a day is the local one; a heartbeat makes nobody active.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path

import polars as pl

ZONE = "Europe/Berlin"
DAY = timedelta(days=1)
FEATURE_AND_ACTION = r"^([a-z_]+)_(exposed|opened|started|completed|failed|abandoned)$"


def local(moment: str) -> pl.Expr:
    """The local day of a column of moments."""
    return pl.col(moment).dt.replace_time_zone("UTC").dt.convert_time_zone(ZONE).dt.date()


def within(rows: pl.DataFrame, start: date, end: date) -> pl.DataFrame:
    """Rows of the days [start, end)."""
    return rows.filter((pl.col("day") >= start) & (pl.col("day") < end))


def people(rows: pl.DataFrame) -> int:
    """Different users."""
    return rows["user_id"].n_unique()


@dataclass(frozen=True)
class Raw:
    """The demo's files.

    Attributes:
        folder: Where they lie.
    """

    folder: Path

    def table(self, name: str, moment: str | None = None) -> pl.DataFrame:
        """A side table without repeated rows; with the local `day` of a moment."""
        rows = pl.read_parquet(self.folder / f"{name}.parquet").unique(maintain_order=True)
        return rows if moment is None else rows.with_columns(local(moment).alias("day"))

    @cached_property
    def events(self) -> pl.DataFrame:
        """Every event that counts, qualifying or not."""
        now = datetime.now(UTC).replace(tzinfo=None)
        columns = ["user_id", "event", "occurred_at", "session_id", "platform", "duration_ms"]
        rows = pl.scan_parquet(self.folder / "events" / "*.parquet").filter(
            pl.col("user_id").str.strip_chars() != "",
            pl.col("event").str.strip_chars() != "",
            pl.col("occurred_at").is_between(datetime(2000, 1, 1), now),  # noqa: DTZ001
        )
        return (
            rows.unique()
            .select(
                *columns,
                local("occurred_at").alias("day"),
                pl.col("event").str.extract(FEATURE_AND_ACTION, 1).alias("feature"),
                pl.col("event").str.extract(FEATURE_AND_ACTION, 2).alias("action"),
            )
            .collect()
        )

    @cached_property
    def qualifying(self) -> pl.DataFrame:
        """Events that make somebody active."""
        return self.events.filter(pl.col("event") != "agent_heartbeat")

    @cached_property
    def users(self) -> pl.DataFrame:
        """Who there is."""
        return self.table("users")

    def of_people(self, dimension: str, value: str) -> pl.DataFrame:
        """Qualifying events of the users with a fixed attribute."""
        ids = self.users.filter(pl.col(dimension) == value).select("user_id")
        return self.qualifying.join(ids, on="user_id", how="semi")

    @cached_property
    def paid(self) -> pl.DataFrame:
        """Spans that are paid: `account_id, mrr, since, until` (local days; null: running)."""
        return self.table("subscriptions").filter(
            ~pl.col("is_trial").fill_null(value=False), pl.col("mrr") > 0
        ).select(
            "account_id", "mrr", local("started_at").alias("since"),
            local("ended_at").alias("until"),
        )  # fmt: skip

    def paying(self, day: date) -> Mapping[str, float]:
        """What each account pays a month on the evening of a day."""
        running = (pl.col("since") <= day) & (pl.col("until").is_null() | (pl.col("until") > day))
        owed = self.paid.filter(running).group_by("account_id").agg(pl.col("mrr").sum())
        return dict(owed.iter_rows())
