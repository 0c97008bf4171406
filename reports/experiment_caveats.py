"""What a reader of an experiment's effects should know of how they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metrics.experiments import skew_check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from queries import MetricDefinition, Workspace
    from reports.experiment import Arm
    from reports.experiment_plan import Plan
    from reports.experiment_units import UnitMoments


def caveats(
    workspace: Workspace,
    plan: Plan,
    moments: UnitMoments,
    arms: tuple[Arm, ...],
    variants: tuple[str, ...],
) -> tuple[str, ...]:
    """One sentence each: how looks are paid for, what metrics.toml says of a metric, and skew.

    Args:
        workspace: Whose metrics.
        plan: The experiment.
        moments: What its units did.
        arms: Treated arms.
        variants: All of them, the control first.
    """
    return tuple(_caveats(workspace, plan, moments, arms, variants))


def _caveats(
    workspace: Workspace,
    plan: Plan,
    moments: UnitMoments,
    arms: tuple[Arm, ...],
    variants: tuple[str, ...],
) -> Iterator[str]:
    if arms:
        yield f"Valid now: {arms[0].looks.method}."
    for name in plan.metrics:
        metric = workspace.metrics.get(name)
        if metric is not None:
            yield from _method(workspace, plan, moments.limits.get(name), metric)
    skewed = [said for name in plan.metrics if (said := _skew(workspace, name, moments, variants))]
    if skewed:
        yield f"Skewed, so that more units an arm are wanted for the interval: {', '.join(skewed)}."
    missing = [name for name in plan.metrics if name not in workspace.metrics]
    if missing:
        yield f"Not in metrics.toml, so not measured: {', '.join(missing)}."


def _method(
    workspace: Workspace, plan: Plan, limit: float | None, metric: MetricDefinition
) -> Iterator[str]:
    """How a figure was made, where metrics.toml says more than its kind."""
    if metric.kind == "quantile":
        yield (
            f"{metric.label}: the {metric.q:.0%} quantile of all values, those of one unit taken "
            "together; it is not adjusted by the past."
        )
    if metric.cap is not None and limit is not None:
        yield (
            f"{metric.label} is capped: totals of units above the {metric.cap * 100:g}% "
            f"quantile of all units, {limit:,.6g}, count as that."
        )
    if metric.cap is not None and limit is None:
        yield (
            f"{metric.label} is not capped: the {metric.cap * 100:g}% quantile of all units is 0, "
            "so that a cap would leave nothing."
        )
    if metric.covariates and plan.covariate_days:
        labels = (workspace.metrics[one].label for one in metric.covariates)
        yield f"{metric.label} is adjusted by its own past and by that of {', '.join(labels)}."


def _skew(
    workspace: Workspace, name: str, moments: UnitMoments, variants: tuple[str, ...]
) -> str | None:
    """A metric with the first arm that has too few units for so skewed a mean."""
    metric = workspace.metrics.get(name)
    if metric is None or metric.kind == "quantile":
        return None
    for variant in variants:
        check = skew_check(moments.numerator(name, variant))
        if check.is_enough is False:
            has = moments.size(name, variant)
            return f"{metric.label} ({check.needed:,}, and {variant} has {has:,})"
    return None
