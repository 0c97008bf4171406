"""Does the effect wear off, or grow, the longer units have had the change?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from metrics.experiments import (
    JointMoments,
    Moments,
    difference,
    effect,
    mean_arm,
    merged,
    merged_joint,
    ratio_arm,
)
from reports import experiment_definitions
from reports.answer import Report, Source, source
from reports.experiment_contrast import is_ratio
from reports.experiment_health import p_words
from reports.made_once import Room

if TYPE_CHECKING:
    from queries import Segment, Workspace
    from reports.experiment import ExperimentReport

DAY = timedelta(days=1)
LEAST_DAYS, MOST_DAYS = 7, 28  # units are followed half of the experiment, within these
MOVES = 0.05  # p-value of the slope below which the effect is said to move


@dataclass(frozen=True, slots=True)
class DaysReport(Report):
    """The primary metric by days since the exposure.

    Attributes:
        days: One row per (variant, day_since): `variant, day_since, control, treated, difference,
            low, high` (95 %, each day alone), `units`.
        slopes: Per treated variant `(change of the relative effect per day, p-value)`; None: not
            known.
        sentences: The same in words.
        horizon: Days that every unit was followed.
    """

    days: Source
    slopes: dict[str, tuple[float, float] | None]
    sentences: tuple[str, ...]
    horizon: int

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of arms whose effect moves."""
        pairs = zip(self.slopes.values(), self.sentences, strict=True)
        return tuple(said for moved, said in pairs if moved is not None and moved[1] < MOVES)

    def warning(self, variant: str) -> str | None:
        """The sentence of one arm, if its effect moves."""
        found = dict(zip(self.slopes, self.sentences, strict=True)).get(variant)
        return found if found in self.warnings else None


_courses: Room[DaysReport | None] = Room(most=64)


def days_since(
    workspace: Workspace, report: ExperimentReport, segment: Segment | None = None
) -> DaysReport | None:
    """What units do on each day after their exposure, all of them followed for all of the days.

    Returns:
        None where results are withheld, or for a ratio or a quantile: a unit has no daily value.
    """
    key = (repr(report.plan), segment.canonical() if segment else None)
    return _courses.now(workspace, key, lambda: _days_since(workspace, report, segment))


def _days_since(
    workspace: Workspace, report: ExperimentReport, segment: Segment | None
) -> DaysReport | None:
    plan = report.plan
    primary = plan.primary
    if report.moments is None or primary not in workspace.metrics:
        return None
    metric = workspace.metrics[primary]
    horizon = min(MOST_DAYS, max(LEAST_DAYS, plan.days // 2))
    if is_ratio(metric) or metric.kind == "quantile" or plan.days <= horizon:
        return None
    answer = workspace.ask(
        "experiment_days_since",
        segment=segment,
        experiment=plan.name,
        started_at=plan.started_at,
        until_at=plan.until_at,
        unit=plan.unit,
        is_everybody=segment is None or segment.is_empty,
        metric=primary,
        horizon_days=horizon,
        from_day=(plan.started_at - DAY).date(),
        to_day=(plan.until_at + 2 * DAY).date(),
    )
    control = report.split_of.variants[0]
    cells = _cells(answer.rows)
    rows: list[tuple[object, ...]] = []
    slopes: dict[str, tuple[float, float] | None] = {}
    for variant in report.split_of.variants[1:]:
        for day in range(horizon):
            own, other = (cells.of(one, day) for one in (control, variant))
            found = effect(difference(mean_arm(own), mean_arm(other)))
            rows.append((
                variant, day, own.mean, other.mean, found.difference, found.low, found.high,
                own.n + other.n,
            ))  # fmt: skip
        moved = effect(difference(*(ratio_arm(cells.slope(one)) for one in (control, variant))))
        known = moved.difference is not None and moved.p_value is not None
        slopes[variant] = (moved.difference or 0.0, moved.p_value or 0.0) if known else None
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    answered = source(
        answer,
        title=f"{metric.label} by days since the exposure",
        definition=experiment_definitions.DAYS,
    )
    return DaysReport(
        days=answered.showing(table),
        slopes=slopes,
        sentences=tuple(_sentence(table, one, moved, horizon) for one, moved in slopes.items()),
        horizon=horizon,
    )


@dataclass(frozen=True, slots=True)
class _Cells:
    """The answer, with those who did nothing added."""

    sizes: dict[str, int]
    days: dict[tuple[str, int], Moments]
    slopes: dict[str, JointMoments]

    def slope(self, variant: str) -> JointMoments:
        """Each unit's slope, with its total: divided, how fast doings change for their size.

        A change that adds a constant share adds to slope and total alike, so that this ratio is the
        same in both arms; it differs only where the relative effect itself moves.
        """
        some = self.slopes.get(variant, JointMoments(0, None, None))
        rest, none = self.sizes.get(variant, 0) - some.n, (0.0, 0.0)
        idle = JointMoments(rest, none, (none, none) if rest > 1 else None)
        return merged_joint([some, idle] if rest > 0 else [some])

    def of(self, variant: str, day: int) -> Moments:
        """What units did on a day."""
        some = self.days.get((variant, day), Moments(0, None, None))
        rest = self.sizes.get(variant, 0) - some.n
        return merged([some, Moments(rest, 0.0, 0.0 if rest > 1 else None)] if rest else [some])


def _cells(rows: pl.DataFrame) -> _Cells:
    found = _Cells({}, {}, {})
    for row in rows.iter_rows(named=True):
        variant, units = row["variant"], row["units"]
        if row["cut"] == "units":
            found.sizes[variant] = units
        elif row["cut"] == "day":
            found.days[variant, row["day_since"]] = Moments(units, row["mean"], row["variance"])
        else:
            table = ((row["variance"], row["cov_total"]), (row["cov_total"], row["var_total"]))
            means = row["mean"], row["mean_total"]
            found.slopes[variant] = JointMoments(units, means, table if units > 1 else None)
    return found


def _sentence(
    rows: pl.DataFrame, variant: str, moved: tuple[float, float] | None, horizon: int
) -> str:
    own = rows.filter(pl.col("variant") == variant)
    week = min(LEAST_DAYS, horizon // 2)
    first, last = (_lift(own.head(week)), _lift(own.tail(week)))
    if moved is None or first is None or last is None:
        return f"{variant}: too few units did anything to say how the effect moves."
    course = f"{first:+.0%} in the first {week} days, {last:+.0%} in the last {week} of {horizon}"
    if moved[1] >= MOVES:
        return f"{variant}: the effect does not clearly move ({course}; p = {p_words(moved[1])})."
    fades = (moved[0] < 0) == (first > 0)
    what = "wears off: a novelty" if fades else "grows: it takes time to be learned"
    return f"{variant}: the effect {what} ({course}; p = {p_words(moved[1])})."


def _lift(rows: pl.DataFrame) -> float | None:
    """Treated over control, added up over the days."""
    control, treated = (sum(rows[name].to_list()) for name in ("control", "treated"))
    return treated / control - 1 if control else None


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "variant": pl.String, "day_since": pl.Int64, "control": pl.Float64, "treated": pl.Float64,
    "difference": pl.Float64, "low": pl.Float64, "high": pl.Float64, "units": pl.Int64,
}  # fmt: skip
