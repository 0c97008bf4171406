"""Does the effect differ between segments, and what is each one's once luck is taken out?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from metrics.experiments import Heterogeneity, effect, heterogeneity, segment_effects
from reports import experiment_definitions
from reports.answer import Report, Source, source
from reports.experiment_contrast import compared
from reports.experiment_health import p_words
from reports.experiment_units import unit_moments

if TYPE_CHECKING:
    from metrics.experiments import Effect
    from queries import Segment, Workspace
    from reports.experiment import ExperimentReport

DIFFERENT = 0.05  # p-value of Cochran's Q below which segments are worth reading


@dataclass(frozen=True, slots=True)
class SegmentsReport(Report):
    """The primary metric by segment.

    Attributes:
        effects: One row per (part), largest first: `part, units_control, units_treated, lift, low,
            high` (on its own, a single look), `shrunken, shrunken_low, shrunken_high`.
        test: Whether segments differ at all: read it first.
        sentence: The same in words.
        dimension: What the segments are values of.
    """

    effects: Source
    test: Heterogeneity
    sentence: str
    dimension: str


def dimensions_of(report: ExperimentReport) -> tuple[str, ...]:
    """What an experiment's units can be cut by."""
    answered = report.split.answered
    if answered is None:
        return ()
    names = answered.filter(pl.col("dimension") != "")["dimension"].unique().to_list()
    return tuple(sorted(names))


def segments(
    workspace: Workspace,
    report: ExperimentReport,
    dimension: str,
    variant: str,
    segment: Segment | None = None,
) -> SegmentsReport | None:
    """The effect in each value of a dimension.

    Args:
        workspace: Where to ask.
        report: The experiment.
        dimension: One of `dimensions_of`.
        variant: The treated arm.
        segment: As the report was asked for.

    Returns:
        None where results are withheld or nothing can be measured.
    """
    primary = report.plan.primary
    if report.moments is None or primary not in workspace.metrics:
        return None
    moments = unit_moments(workspace, report.plan, [primary], segment=segment, dimension=dimension)
    metric, control = workspace.metrics[primary], report.split_of.variants[0]
    found: dict[str, tuple[int, int, Effect]] = {}
    for part in moments.keys("part"):
        sizes = [moments.size(primary, one, "part", part) for one in (control, variant)]
        of = compared(moments, metric, primary, (control, variant), "part", part)
        found[part] = (sizes[0], sizes[1], effect(of.adjusted))
    lifts = [one.lift.value for _, _, one in found.values()]
    errors = [one.lift.standard_error or None for _, _, one in found.values()]
    lifts = [lift if error else None for lift, error in zip(lifts, errors, strict=True)]
    test = heterogeneity(lifts, errors)
    rows = [
        (
            part, own[0], own[1], own[2].lift.value, own[2].lift.low, own[2].lift.high,
            *((None,) * 3 if pulled is None else (pulled.mean, pulled.low, pulled.high)),
        )
        for (part, own), pulled in zip(
            found.items(), segment_effects(lifts, errors), strict=True
        )
    ]  # fmt: skip
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(
        pl.col("units_control") + pl.col("units_treated"), descending=True
    )
    answered = source(
        moments.answer(primary),
        title=f"{metric.label} by {dimension}",
        definition=experiment_definitions.SEGMENTS,
    )
    return SegmentsReport(answered.showing(table), test, _sentence(test, dimension), dimension)


def _sentence(test: Heterogeneity, dimension: str) -> str:
    if test.p_value is None or test.i2 is None:
        return f"Fewer than two values of {dimension} can be compared."
    said = f"Cochran's Q: p = {p_words(test.p_value)}, I² = {test.i2:.0%}"
    if test.p_value < DIFFERENT:
        return f"The effect differs between values of {dimension} ({said})."
    return (
        f"No sign that the effect differs between values of {dimension} ({said}): do not read the "
        "list as winners and losers."
    )


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "part": pl.String, "units_control": pl.Int64, "units_treated": pl.Int64, "lift": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "shrunken": pl.Float64, "shrunken_low": pl.Float64,
    "shrunken_high": pl.Float64,
}  # fmt: skip
