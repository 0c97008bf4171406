"""Can the data be trusted: what was read, what was not, and up to which day?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from reports.answer import Report, Source

if TYPE_CHECKING:
    from queries import Workspace


@dataclass(frozen=True, slots=True)
class DataHealthReport(Report):
    """Everything the Data page shows.

    Attributes:
        tables: One row per (table): `table, row_means, is_required, files, rows, quarantined,
            first_day, last_day, watermark, missing` (which columns would bring it to life; null
            when it is there).
        columns: One row per (table, column): `table, column, type, meaning, is_required,
            is_present`.
        files: One row per (table, file): `table, file, rows, bytes, quarantined, read_at`.
        days: One row per (day): `day, events, users`, every day between the first and the last.
        quarantine: One row per (table, file, reason): `table, file, reason, rows`.
        metrics: One row per (metric): `metric, label, description, unit, better, kind, expression`.
        roll_ups: One row per (roll_up): `roll_up, rows, bytes, seconds`.
        snapshot_id: Which build this describes; None: nothing was built yet.
        built_at: When it was published, UTC; None likewise.
        watermark: The last complete day of events; None likewise.
    """

    tables: Source
    columns: Source
    files: Source
    days: Source
    quarantine: Source
    metrics: Source
    roll_ups: Source
    snapshot_id: str | None
    built_at: datetime | None
    watermark: date | None


def data_health(workspace: Workspace) -> DataHealthReport:
    """Describe what the roll-ups were made of."""
    raise NotImplementedError


def quarantine_sample(workspace: Workspace, table: str, reason: str, *, limit: int = 20) -> Source:
    """Some of the rows that were set aside for a reason, as they stood in the file."""
    raise NotImplementedError
