"""How is the base of active people built up: who is new, stays, comes back, lapses?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from metrics.changes import Change, change
from metrics.lifecycle import pulse
from reports import definitions
from reports.answer import Report, Source, source
from reports.known import known

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope


@dataclass(frozen=True, slots=True)
class LifecycleReport(Report):
    """Each active person of a period is new, retained or resurrected; lapsed ones are dormant.

    Attributes:
        states: One row per (segment, period_start) at the grain: `segment, period_start,
            period_end, active_users, new_users, retained_users, resurrected_users, dormant_users,
            net_users, pulse, is_complete`. Counts are positive; draw dormant below zero.
            `net_users` = new + resurrected - dormant. `pulse` is (new + resurrected) ÷ dormant,
            null when nobody lapsed.
        pulse: Of the last complete period, and of the one before.
        new_users: Likewise.
        dormant_users: Likewise.
    """

    states: Source
    pulse: Change
    new_users: Change
    dormant_users: Change


def lifecycle(workspace: Workspace, scope: Scope, *, by: str | None = None) -> LifecycleReport:
    """Split the active people of each day, week or month by where they come from."""
    days = known(workspace)
    answer = workspace.ask(
        "lifecycle",
        segment=scope.segment,
        by=by,
        start_date=scope.period.start,
        end_date=scope.period.end,
        grain=scope.grain,
        data_start=days.data_start,
        watermark=days.watermark,
    )
    found = source(
        answer,
        title=f"New, retained, resurrected and dormant people by {scope.grain}",
        definition=definitions.LIFECYCLE,
        caveats=_caveats(answer.rows, scope),
    )
    states = found.showing(_with_pulse(found.rows))
    everybody = states.rows if by is None else lifecycle(workspace, scope).states.rows
    now, before = _last_two(everybody)
    return LifecycleReport(
        states=states,
        pulse=change(now.get("pulse"), before.get("pulse")),
        new_users=change(now.get("new_users"), before.get("new_users")),
        dormant_users=change(now.get("dormant_users"), before.get("dormant_users")),
    )


def _with_pulse(rows: pl.DataFrame) -> pl.DataFrame:
    counts = rows.select("new_users", "resurrected_users", "dormant_users").iter_rows()
    net = pl.col("new_users") + pl.col("resurrected_users") - pl.col("dormant_users")
    return rows.with_columns(
        net.alias("net_users"),
        pl.Series("pulse", [pulse(*one) for one in counts], dtype=pl.Float64),
    ).select(
        *[name for name in rows.columns if name != "is_complete"],
        "net_users",
        "pulse",
        "is_complete",
    )


def _last_two(rows: pl.DataFrame) -> tuple[dict[str, float | None], dict[str, float | None]]:
    """The last complete period and the one before it; empty where there is none."""
    complete = rows.filter(pl.col("is_complete")).rows(named=True)
    now, before = (complete[-1:] or [{}])[0], (complete[-2:-1] or [{}])[0]
    return now, before


def _caveats(rows: pl.DataFrame, scope: Scope) -> tuple[str, ...]:
    open_ones = rows.filter(~pl.col("is_complete"))["period_start"].n_unique()
    if not open_ones:
        return ()
    what = f"The last {scope.grain} is" if open_ones == 1 else f"{open_ones} {scope.grain}s are"
    return (f"{what} not complete: left out of pulse, and its dormant people are not known yet.",)
