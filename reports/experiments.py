"""Which experiments are there, how far are they, and which of them need a person?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from reports import experiment_definitions
from reports.answer import Report, Source, source
from reports.experiment import Arm, ExperimentReport, Status, judged
from reports.experiment_days import days_since
from reports.experiment_decisions import decisions
from reports.experiment_distribution import distribution
from reports.experiment_plan import plans
from reports.experiment_segments import dimensions_of, segments

if TYPE_CHECKING:
    from queries import Segment, Workspace

# What needs a person comes first.
ORDER: tuple[Status, ...] = ("broken", "ready", "running", "collecting", "decided")
WORDS: dict[Status, str] = {
    "broken": "No verdict: broken",
    "ready": "Decision ready",
    "running": "Healthy",
    "collecting": "Collecting",
    "decided": "Decided",
}


@dataclass(frozen=True, slots=True)
class ExperimentsReport(Report):
    """All experiments.

    Attributes:
        experiments: One row per (experiment, variant): `experiment, status, variant, days, units,
            metric, lift, low, high` (null where withheld or not measurable), `verdict, owner,
            hypothesis, started_at, ended_at`; what needs a person first.
        waiting: How many wait for a decision or for a repair.
    """

    experiments: Source
    waiting: int


def experiments(workspace: Workspace, segment: Segment | None = None) -> ExperimentsReport:
    """Judge all of them.

    Args:
        workspace: Where to ask.
        segment: Only units that are users with these fixed attributes.
    """
    answer, known_plans = plans(workspace)
    decided = decisions(workspace)
    reports = [
        judged(workspace, plan, segment, is_decided=plan.name in decided) for plan in known_plans
    ]
    reports.sort(key=lambda one: ORDER.index(one.status))
    rows = [row for one in reports for row in _rows(workspace, one, segment)]
    found = source(answer, title="Experiments", definition=experiment_definitions.LIST)
    return ExperimentsReport(
        experiments=found.showing(pl.DataFrame(rows, schema=SCHEMA, orient="row")),
        waiting=sum(one.status in ("broken", "ready") for one in reports),
    )


def each_experiment(workspace: Workspace) -> int:
    """Ask what each part of each experiment's page asks first.

    Returns:
        How many experiments.
    """
    known_plans = plans(workspace)[1]
    for plan in known_plans:
        report = judged(workspace, plan, None, is_decided=False)
        days_since(workspace, report)
        distribution(workspace, report)
        for dimension in dimensions_of(report)[:1]:
            for arm in report.arms[:1]:
                segments(workspace, report, dimension, arm.variant)
    return len(known_plans)


def _rows(
    workspace: Workspace, report: ExperimentReport, segment: Segment | None
) -> list[tuple[object, ...]]:
    plan = report.plan
    metric = workspace.metrics.get(plan.primary or "")
    label = metric.label if metric else plan.primary
    frame = (plan.days, plan.units, label)
    rest = (plan.owner, plan.hypothesis, plan.started_at, plan.ended_at)
    if not report.arms:
        return [(plan.name, WORDS[report.status], None, *frame, *[None] * 3, None, *rest)]
    return [
        (
            plan.name, WORDS[report.status], arm.variant, *frame,
            *((arm.primary.lift.value, arm.primary.lift.low, arm.primary.lift.high)
              if arm.primary and not report.is_broken else (None,) * 3),
            _said(workspace, report, arm, segment), *rest,
        )
        for arm in report.arms
    ]  # fmt: skip


def _said(workspace: Workspace, report: ExperimentReport, arm: Arm, segment: Segment | None) -> str:
    """The verdict, and of a win whether it wears off."""
    if arm.verdict.status != "ship":
        return arm.sentence
    days = days_since(workspace, report, segment)
    moves = days.warning(arm.variant) if days else None
    return f"{arm.sentence} But {moves.partition(': ')[2]}" if moves else arm.sentence


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "experiment": pl.String, "status": pl.String, "variant": pl.String, "days": pl.Int64,
    "units": pl.Int64, "metric": pl.String, "lift": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "verdict": pl.String, "owner": pl.String, "hypothesis": pl.String,
    "started_at": pl.Datetime("us"), "ended_at": pl.Datetime("us"),
}  # fmt: skip
