"""Units of an experiment by dimension, part, day and variant, read once and looked up often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from metrics.experiments import Allocation

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from reports.experiment_plan import Plan

DAY = timedelta(days=1)
EVERYBODY = ("", "All units")  # dimension and part of all units together
DAYS = "day"  # the dimension whose parts are days of the experiment
SEVERAL = "(several)"  # as experiment_split.sql calls units that saw more than one variant

Place = tuple[str, str]  # dimension and part


@dataclass(frozen=True, slots=True)
class UnitCounts:
    """What experiment_split.sql answered.

    Attributes:
        plan: The experiment.
        of: Units by place, day since the start and variant; without early ones and those in several
            variants.
        several: Units that saw more than one variant.
        early: Units exposed before the start.
    """

    plan: Plan
    of: Mapping[Place, Mapping[int, Mapping[str, int]]]
    several: int
    early: int

    @property
    def seen(self) -> set[str]:
        """Variants with units."""
        return {variant for day in self.of.get(EVERYBODY, {}).values() for variant in day}

    def sizes(self, place: Place, variants: tuple[str, ...]) -> tuple[int, ...]:
        """Units of each variant at a place, or on a day."""
        if place[0] == DAYS:
            wanted = (date.fromisoformat(place[1]) - self.plan.started_at.date()).days
            days = [self.of.get(EVERYBODY, {}).get(wanted, {})]
        else:
            days = list(self.of.get(place, {}).values())
        return tuple(sum(day.get(one, 0) for day in days) for one in variants)

    def batches(self, place: Place, variants: tuple[str, ...]) -> dict[int, Allocation]:
        """Units of each day with the plan of that day; a day on which it changed is left out."""
        found: dict[int, Allocation] = {}
        weights = {day: self._weights(variants, day) for day in self.of.get(place, {})}
        for day, counts in sorted(self.of.get(place, {}).items()):
            own = weights[day]
            if own is not None:
                found[day] = Allocation(tuple(counts.get(one, 0) for one in variants), own)
        return found

    def _weights(self, variants: tuple[str, ...], day: int) -> tuple[float, ...] | None:
        plan = self.plan
        if not plan.shares:
            return (1.0,) * len(variants)
        starts = plan.started_at + day * DAY
        if any(starts < one.from_at < starts + DAY for one in plan.shares[1:]):
            return None
        now = [one for one in plan.shares if one.from_at <= starts] or [plan.shares[0]]
        weights = tuple(now[-1].of.get(one, 0.0) for one in variants)
        return weights if all(weights) else None


def unit_counts(plan: Plan, rows: pl.DataFrame) -> UnitCounts:
    """Read the rows of experiment_split.sql."""
    found: dict[Place, dict[int, dict[str, int]]] = {}
    several = early = 0
    columns = ("dimension", "part", "day_number", "variant", "units")
    for dimension, part, day, variant, units in rows.select(columns).iter_rows():
        is_everybody = dimension == EVERYBODY[0]
        if variant == SEVERAL:
            several += units * is_everybody
        if day < 0:
            early += units * is_everybody
        if variant != SEVERAL and day >= 0:
            days = found.setdefault((dimension, part), {})
            days.setdefault(day, {})[variant] = units
    return UnitCounts(plan, found, several, early)
