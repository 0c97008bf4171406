"""Two arms compared on a metric of metrics.toml: as its kind asks, adjusted or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metrics.experiments import (
    Difference,
    JointMoments,
    difference,
    linearised_ratios,
    marginal,
    mean_arm,
    ratio_arm,
    regression_adjusted,
)

if TYPE_CHECKING:
    from queries import MetricDefinition

# Places of the four values of a unit: counted, divided by, and both before the exposure.
DECIMALS = 6
AFTER, BELOW, BEFORE, BELOW_BEFORE = range(4)


@dataclass(frozen=True, slots=True)
class Contrast:
    """A difference of two arms, with and without what was known before.

    Attributes:
        unadjusted: The plain difference.
        adjusted: With the metric's own past as covariate; the plain one where there is none.
        is_adjusted: Whether there was a past to adjust by.
        variance_ratio: Variance with the past over that without; None: not adjusted, or not known.
    """

    unadjusted: Difference
    adjusted: Difference
    is_adjusted: bool
    variance_ratio: float | None


def is_ratio(metric: MetricDefinition) -> bool:
    """Whether units bring both parts of a ratio, rather than one value each."""
    return metric.kind in ("mean", "ratio") or (metric.kind == "share" and metric.among is not None)


def contrast(metric: MetricDefinition, control: JointMoments, treated: JointMoments) -> Contrast:
    """Treated minus control.

    Args:
        metric: Says whether a unit's value is a number or a ratio's two parts.
        control: Numerator, denominator, and both before the exposure, of the control arm.
        treated: The same of the treated arm.
    """
    plain = _plain(metric, control, treated)
    past = with_past(metric, control), with_past(metric, treated)
    if past[0] is None or past[1] is None or not _varies(*past):
        return Contrast(plain, plain, is_adjusted=False, variance_ratio=None)
    found = regression_adjusted(past[0], past[1])
    if found.difference.variance is None:
        return Contrast(plain, plain, is_adjusted=False, variance_ratio=None)
    return Contrast(plain, found.difference, is_adjusted=True, variance_ratio=found.variance_ratio)


def before_exposure(
    metric: MetricDefinition, control: JointMoments, treated: JointMoments
) -> Difference:
    """The same difference before anybody had seen anything: it should be none."""
    if is_ratio(metric):
        arms = (
            ratio_arm(one, numerator=BEFORE, denominator=BELOW_BEFORE) for one in (control, treated)
        )
        return difference(*arms)
    return difference(mean_arm(marginal(control, BEFORE)), mean_arm(marginal(treated, BEFORE)))


def parts(metric: MetricDefinition, arm: JointMoments) -> tuple[float | None, float]:
    """Numerator and denominator of an arm's value: what was counted, over units or over a sum."""
    if arm.means is None:
        return None, 0.0
    below = arm.n * arm.means[BELOW] if is_ratio(metric) else arm.n
    # A sum again, of which a mean times its count leaves 414.99999999999994.
    return round(arm.n * arm.means[AFTER], DECIMALS), float(round(below, DECIMALS))


def _plain(metric: MetricDefinition, control: JointMoments, treated: JointMoments) -> Difference:
    if is_ratio(metric):
        return difference(ratio_arm(control), ratio_arm(treated))
    return difference(mean_arm(marginal(control)), mean_arm(marginal(treated)))


def with_past(metric: MetricDefinition, arm: JointMoments) -> JointMoments | None:
    """Outcome and covariate of an arm; None: there is no past."""
    if arm.means is None or arm.covariances is None:
        return None
    if not is_ratio(metric):
        return _chosen(arm, (AFTER, BEFORE))
    if arm.means[BELOW] == 0 or arm.means[BELOW_BEFORE] == 0:
        return None
    return linearised_ratios(arm)


def _chosen(arm: JointMoments, places: tuple[int, ...]) -> JointMoments:
    means, table = arm.means or (), arm.covariances or ()
    return JointMoments(
        arm.n,
        tuple(means[at] for at in places),
        tuple(tuple(table[one][other] for other in places) for one in places),
    )


def _varies(control: JointMoments | None, treated: JointMoments | None) -> bool:
    return all(one is not None and (one.covariances or ((0,), (0, 0)))[1][1] > 0
               for one in (control, treated))  # fmt: skip
