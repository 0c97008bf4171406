"""Which events are there to choose from?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from reports.known import known

if TYPE_CHECKING:
    from queries import Workspace


def event_names(workspace: Workspace) -> tuple[str, ...]:
    """All events of all data up to the last complete day, those of most people first."""
    return tuple(_rows(workspace)["event"])


def qualifying_events(workspace: Workspace) -> tuple[str, ...]:
    """Those of them that count as activity."""
    return tuple(_rows(workspace).filter(pl.col("is_qualifying_event"))["event"])


def _rows(workspace: Workspace) -> pl.DataFrame:
    days = known(workspace)
    end = max(days.watermark, days.data_start) + timedelta(days=1)
    return workspace.ask("event_names", start_date=days.data_start, end_date=end).rows
