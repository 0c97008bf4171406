"""What is known of each canonical table after a build: files, rows, how far it reaches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from queries.build.days import SECOND, LocalTime, microseconds
from queries.build.side_tables import SideTable
from queries.build.watermark import Rule, watermark
from queries.snapshot import SourceFile, TableState
from queries.tables import TABLES

SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Now:
    """The moment of the build.

    Attributes:
        at: The moment, UTC.
        zone: The workspace's zone.
        clock: Its offsets.
        rule: How the last day with data is judged.
    """

    at: datetime
    zone: ZoneInfo
    clock: LocalTime
    rule: Rule

    def complete_until(self, last_seconds: Mapping[date, int]) -> date | None:
        """The last complete day, given the second of the last row of each local day."""
        return watermark(last_seconds, self.at.astimezone(self.zone).date(), self.rule)


def events_state(
    files: Mapping[str, SourceFile],
    days: Mapping[str, tuple[int, int, int]],
    columns: Mapping[str, str],
    now: Now,
) -> TableState:
    """The state of `events`, from the facts of its days."""
    last_seconds = {date.fromisoformat(day): facts[2] for day, facts in days.items()}
    return TableState(
        files=dict(sorted(files.items())),
        rows=sum(facts[0] for facts in days.values()),
        columns=columns,
        watermark=now.complete_until(last_seconds),
        last_day=max(last_seconds, default=None),
    )


def side_state(name: str, side: SideTable, now: Now) -> TableState:
    """The state of another table."""
    moment = TABLES[name].moment
    last_seconds = _last_seconds(side.rows[moment], now) if moment else {}
    return TableState(
        files=side.files,
        rows=side.rows.height,
        columns=side.columns,
        watermark=now.complete_until(last_seconds),
        last_day=max(last_seconds, default=None),
    )


def _last_seconds(moments: pl.Series, now: Now) -> dict[date, int]:
    """Second of the local day of the last row that is not in the future, by local day."""
    at = moments.drop_nulls().cast(pl.Int64).to_numpy().astype(np.int64)
    at = at[(at >= 0) & (at <= microseconds(now.at))]
    if not len(at):
        return {}
    local = now.clock.local(at) // SECOND
    seconds = pl.DataFrame({"day": local // SECONDS_PER_DAY, "second": local % SECONDS_PER_DAY})
    latest = seconds.group_by("day").agg(pl.col("second").max())
    return {date(1970, 1, 1) + timedelta(days=day): second for day, second in latest.iter_rows()}
