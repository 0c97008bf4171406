"""How did the effect develop, and did an early sign hold?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from metrics.experiments import Crossing, crossing, effect, trend
from metrics.experiments.distributions import critical_value
from reports import experiment_definitions
from reports.answer import Report, Source, source
from reports.experiment_contrast import compared, compared_until
from reports.experiment_health import p_words
from reports.experiment_looks import TOO_EARLY
from reports.experiment_units import days_followed

if TYPE_CHECKING:
    from datetime import date

    from queries import Workspace
    from reports.experiment import Arm, ExperimentReport

DAY = timedelta(days=1)
MOVES = 0.01  # p-value below which the effect of later units is called another one


@dataclass(frozen=True, slots=True)
class ArmCourse:
    """What became of early signs in one arm.

    Attributes:
        variant: The treated arm.
        valid: Crossing of the bounds that are valid for daily looks.
        naive: Crossing of the bound of a single look, had it been read daily.
        first_valid_on: The day of the valid crossing; None: never.
        first_naive_on: The day of the naive one; None: never.
    """

    variant: str
    valid: Crossing
    naive: Crossing
    first_valid_on: date | None
    first_naive_on: date | None


@dataclass(frozen=True, slots=True)
class TimelineReport(Report):
    """The primary metric look by look.

    Attributes:
        effects: One row per (variant, on): `variant, on` (day of the look), `units, lift, low,
            high` (valid at every look; null where nothing can be said yet), `fixed_low,
            fixed_high` (of a single look), `statistic, bound`.
        courses: Each treated arm.
        sentences: The same in words.
    """

    effects: Source
    courses: tuple[ArmCourse, ...]
    sentences: tuple[str, ...]


def timeline(workspace: Workspace, report: ExperimentReport) -> TimelineReport | None:
    """The effect at the end of each day, over the units followed by then.

    Returns:
        None where results are withheld or nothing can be measured.
    """
    primary, moments = report.plan.primary, report.moments
    if moments is None or primary not in workspace.metrics or not moments.answers:
        return None
    rows: list[tuple[object, ...]] = []
    courses = []
    for arm in report.arms:
        own = _looks(workspace, report, primary, arm)
        rows += own
        courses.append(_course(arm, own))
    answer = moments.answer(primary)
    label = workspace.metrics[primary].label
    found = source(
        answer, title=f"{label}, look by look", definition=experiment_definitions.TIMELINE
    )
    return TimelineReport(
        effects=found.showing(pl.DataFrame(rows, schema=SCHEMA, orient="row")),
        courses=tuple(courses),
        sentences=(
            *(_sentence(one, is_alone=len(courses) == 1) for one in courses),
            *(said for arm in report.arms if (said := _by_cohort(workspace, report, arm.variant))),
        ),
    )


def _looks(
    workspace: Workspace, report: ExperimentReport, primary: str, arm: Arm
) -> list[tuple[object, ...]]:
    plan, moments = report.plan, report.moments
    if moments is None:
        return []
    metric, days = workspace.metrics[primary], arm.looks.days
    found = compared_until(
        moments, metric, primary, (report.split_of.variants[0], arm.variant), days
    )
    window = days_followed(plan, workspace, primary)
    once = critical_value(1 - plan.alpha / len(report.arms))
    rows: list[tuple[object, ...]] = []
    looks = zip(days, arm.looks.units, arm.looks.bounds, found, strict=True)
    for day, units, bound, seen in looks:
        of = seen.adjusted
        valid, fixed = effect(of, critical=bound), effect(of, critical=once)
        is_early = bound >= TOO_EARLY
        rows.append((
            arm.variant, (plan.started_at + (day + window) * DAY).date(), units, valid.lift.value,
            None if is_early else valid.lift.low, None if is_early else valid.lift.high,
            fixed.lift.low, fixed.lift.high, valid.statistic, bound,
        ))  # fmt: skip
    return rows


def _by_cohort(workspace: Workspace, report: ExperimentReport, variant: str) -> str | None:
    """Whether those exposed later show another effect: something changed on the way."""
    primary, moments = report.plan.primary, report.moments
    if moments is None or primary is None:
        return None
    days = moments.keys("day")
    arms = report.split_of.variants[0], variant
    metric = workspace.metrics[primary]
    found = trend(
        days,
        [compared(moments, metric, primary, arms, "day", day).unadjusted for day in days],
    )
    if found is None:
        return None
    who = "" if len(report.arms) == 1 else f"{variant}: "
    p_value = f"p = {p_words(found.p_value)}"
    if found.p_value >= MOVES:
        return f"{who}Units exposed later do not clearly show another effect ({p_value})."
    return (
        f"{who}Units exposed later show another effect than those exposed first ({p_value}): look "
        "for what changed on the way, such as a fix, a campaign or who came."
    )


def _course(arm: Arm, rows: list[tuple[object, ...]]) -> ArmCourse:
    statistics = [row[8] for row in rows]
    known = [one if isinstance(one, float) else None for one in statistics]
    valid = crossing(known, arm.looks.bounds)
    naive = crossing(known, [critical_value(0.95)] * len(known))
    return ArmCourse(arm.variant, valid, naive, _on(rows, valid), _on(rows, naive))


def _on(rows: list[tuple[object, ...]], of: Crossing) -> date | None:
    return None if of.first is None else rows[of.first][1]  # type: ignore[return-value]


def _sentence(course: ArmCourse, *, is_alone: bool) -> str:
    who = "" if is_alone else f"{course.variant}: "
    if course.valid.first is not None:
        held = "then lost: the sign did not hold" if course.valid.was_lost else "and is beyond it"
        return f"{who}Crossed the bound for daily looks on {_day(course.first_valid_on)}, {held}."
    if course.naive.was_lost:
        return (
            f"{who}Crossed, then lost: an ordinary test read every day would have called a result "
            f"on {_day(course.first_naive_on)}; it is gone now."
        )
    if course.naive.is_beyond:
        return (
            f"{who}An ordinary test would have called a result on {_day(course.first_naive_on)}; "
            "for daily looks that is not enough."
        )
    return f"{who}No look has crossed its bound, nor that of an ordinary test."


def _day(day: date | None) -> str:
    return "" if day is None else f"{day.day} {day:%b %Y}"


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "variant": pl.String, "on": pl.Date, "units": pl.Int64, "lift": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "fixed_low": pl.Float64, "fixed_high": pl.Float64,
    "statistic": pl.Float64, "bound": pl.Float64,
}  # fmt: skip
