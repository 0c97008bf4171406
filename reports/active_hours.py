"""At what hours of the week are people active?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from metrics.rates import ratio
from reports import definitions
from reports.answer import Report, Source, source
from reports.known import complete_scope, known

if TYPE_CHECKING:
    from queries import Workspace
    from reports.scope import Scope


@dataclass(frozen=True, slots=True)
class ActiveHoursReport(Report):
    """People active in each local hour of each weekday.

    Attributes:
        hours: One row per (weekday, hour), all 168: `weekday` (0 = Monday), `hour` (0..23),
            `user_hours` (people active in that hour, summed over the days), `days` (how many of
            that weekday the period has), `mean_users` (user_hours ÷ days; null without days).
        busiest: (weekday, hour) with most people on average; None when there was nobody.
    """

    hours: Source
    busiest: tuple[int, int] | None


def active_hours(workspace: Workspace, scope: Scope) -> ActiveHoursReport:
    """Average the active people of each hour of the week over the period's complete days."""
    whole = complete_scope(scope, known(workspace)) or scope
    answer = workspace.ask(
        "active_hours",
        segment=scope.segment,
        start_date=whole.period.start,
        end_date=whole.period.end,
    )
    zone = workspace.settings.product.time_zone
    found = source(
        answer,
        title=f"Active people by hour of the week, {zone}",
        definition=definitions.ACTIVE_HOURS,
    )
    means = [ratio(*pair) for pair in found.rows.select("user_hours", "days").iter_rows()]
    hours = found.rows.with_columns(pl.Series("mean_users", means, dtype=pl.Float64))
    return ActiveHoursReport(hours=found.showing(hours), busiest=_busiest(hours))


def _busiest(hours: pl.DataFrame) -> tuple[int, int] | None:
    with_people = hours.filter(pl.col("user_hours") > 0)
    if with_people.is_empty():
        return None
    # Of equally busy hours, the first of the week.
    top = with_people.sort("mean_users", descending=True, maintain_order=True).row(0, named=True)
    return top["weekday"], top["hour"]
