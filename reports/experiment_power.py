"""What could this experiment see by now, and which effects does it rule out?"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import polars as pl

from metrics.experiments import power, power_of_shares
from reports import experiment_definitions
from reports.answer import Report, Source, source
from reports.experiment_contrast import compared, is_ratio
from reports.experiment_units import ONCE

if TYPE_CHECKING:
    from metrics.experiments import Difference
    from queries import Workspace
    from reports.experiment import Arm, ExperimentReport

STEPS = 40
ENOUGH = 0.8  # the chance that is usually asked for


@dataclass(frozen=True, slots=True)
class PowerReport(Report):
    """The chance to find a true effect with the units of now.

    Attributes:
        chances: One row per (variant, lift): `variant, lift` (a true effect, as a fraction),
            `adjusted_chance, plain_chance` (of one look).
        sentences: What is ruled out, one per treated arm.
    """

    chances: Source
    sentences: tuple[str, ...]


def power_now(workspace: Workspace, report: ExperimentReport) -> PowerReport | None:
    """The chance to find effects of each size, with and without the past.

    Returns:
        None where results are withheld or nothing can be measured.
    """
    primary, moments = report.plan.primary, report.moments
    if moments is None or primary not in workspace.metrics or not moments.answers:
        return None
    control, rows = report.split_of.variants[0], []
    alpha = report.plan.alpha / max(1, len(report.arms))
    for arm in report.arms:
        sizes = [moments.size(primary, one) for one in (control, arm.variant)]
        found = compared(moments, workspace.metrics[primary], primary, (control, arm.variant))
        if arm.power is None or min(sizes) < 2:
            continue
        for step in range(1, STEPS + 1):
            lift = 2 * arm.power * step / STEPS
            metric = workspace.metrics[primary]
            is_share = metric.kind in ONCE and not is_ratio(metric)
            rows.append((
                arm.variant, lift, _chance(found.adjusted, lift, sizes, alpha),
                _chance(found.unadjusted, lift, sizes, alpha, is_share=is_share),
            ))  # fmt: skip
    answered = source(
        moments.answer(primary), title="Power now", definition=experiment_definitions.POWER
    )
    return PowerReport(
        chances=answered.showing(pl.DataFrame(rows, schema=SCHEMA, orient="row")),
        sentences=tuple(_ruled_out(arm) for arm in report.arms),
    )


def _chance(
    of: Difference, lift: float, sizes: list[int], alpha: float, *, is_share: bool = False
) -> float | None:
    if not of.variance or not of.base:
        return None
    if is_share and 0 < of.base < 1 and of.base * (1 + lift) < 1:
        arm = 2 / (1 / sizes[0] + 1 / sizes[1])  # of equal arms that would see as much
        return power_of_shares(of.base, of.base * (1 + lift), n=arm, alpha=alpha)
    sd = sqrt(of.variance / (1 / sizes[0] + 1 / sizes[1]))
    return power(lift * abs(of.base), sd=sd, n_control=sizes[0], n_treated=sizes[1], alpha=alpha)


def _ruled_out(arm: Arm) -> str:
    """The effects outside the interval that is valid now."""
    found = arm.primary
    if found is None or found.lift.low is None or found.lift.high is None or arm.power is None:
        return f"{arm.variant}: nothing is ruled out yet."
    return (
        f"{arm.variant}: an effect below {found.lift.low:+.1%} or above {found.lift.high:+.1%} is "
        f"ruled out; a true effect of {arm.power:.1%} would have been found with a chance of 80%."
    )


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "variant": pl.String, "lift": pl.Float64, "adjusted_chance": pl.Float64,
    "plain_chance": pl.Float64,
}  # fmt: skip
