"""Values that units brought one by one: what a quantile of an arm is read from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from metrics.experiments import clustered_quantile_arm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from metrics.experiments import Arm
    from queries import Answer, Segment, Workspace
    from reports.experiment_plan import Plan

SECONDS_PER_DAY = 86_400.0
DAY = timedelta(days=1)
COLUMNS = {"day": "day_number", "part": "part"}  # column of each cut but 'all'


@dataclass(frozen=True, slots=True)
class UnitValues:
    """The values of one quantile metric.

    Attributes:
        answer: What they were read from.
        q: The quantile, between 0 and 1.
    """

    answer: Answer
    q: float

    def arm(self, variant: str, cut: str = "all", key: Any = None) -> Arm:
        """The quantile of a variant's values, in one day of exposure or part, or in all."""
        rows = self.rows(variant)
        return self._arm(rows if cut == "all" else rows.filter(pl.col(COLUMNS[cut]) == key), self.q)

    def arm_at(self, variant: str, at: float) -> Arm:
        """Another quantile of a variant's values."""
        return self._arm(self.rows(variant), at)

    def until(self, variant: str, days: Sequence[int]) -> list[Arm]:
        """The quantile over units exposed up to each of the days."""
        rows = self.rows(variant)
        return [self._arm(rows.filter(pl.col("day_number") <= day), self.q) for day in days]

    def rows(self, variant: str) -> pl.DataFrame:
        """A variant's rows."""
        return self.answer.rows.filter(pl.col("variant") == variant)

    def all_of(self, variant: str) -> NDArray[np.float64]:
        """A variant's values, sorted."""
        return np.sort(_repeated(self.rows(variant), "value"))

    def below(self, variant: str, value: float) -> pl.DataFrame:
        """For each unit with values: `a` of them at or below this one, of `b` in all."""
        times = pl.col("times")
        return self.rows(variant).group_by("unit_number", maintain_order=True).agg(
            times.filter(pl.col("value") <= value).sum().cast(pl.Float64).alias("a"),
            times.sum().cast(pl.Float64).alias("b"),
        )  # fmt: skip

    def _arm(self, rows: pl.DataFrame, at: float) -> Arm:
        return clustered_quantile_arm(
            _repeated(rows, "value"), _repeated(rows, "unit_number"), at=at
        )


def asked_values(
    workspace: Workspace,
    plan: Plan,
    metric: str,
    segment: Segment | None,
    *,
    dimension: str,
    days: tuple[float, float],
) -> UnitValues:
    """Ask for them.

    Args:
        workspace: Where to ask.
        plan: The experiment.
        metric: Of kind quantile.
        segment: Narrows the units.
        dimension: Cuts the units by this, too; "": none.
        days: Days after the exposure at which counting begins and ends.
    """
    answer = workspace.ask(
        "experiment_values",
        segment=segment,
        experiment=plan.name,
        started_at=plan.started_at,
        until_at=plan.until_at,
        unit=plan.unit,
        is_everybody=segment is None or segment.is_empty,
        metric=metric,
        dimension=dimension,
        skip_seconds=days[0] * SECONDS_PER_DAY,
        window_seconds=days[1] * SECONDS_PER_DAY,
        from_day=(plan.started_at - DAY).date(),
        to_day=(plan.until_at + 2 * DAY).date(),
    )
    return UnitValues(answer, workspace.metrics[metric].q or 0.5)


def _repeated(rows: pl.DataFrame, column: str) -> NDArray[Any]:
    return np.repeat(rows[column].to_numpy(), rows["times"].to_numpy())
