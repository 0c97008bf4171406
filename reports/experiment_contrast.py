"""Two arms compared on a metric of metrics.toml: as its kind asks, adjusted or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    from collections.abc import Sequence

    from queries import MetricDefinition
    from reports.experiment_units import UnitMoments

# Places of the four values of a unit: counted, divided by, and both before the exposure.
DECIMALS = 6
AFTER, BELOW, BEFORE, BELOW_BEFORE = range(4)
FOUR = 4  # behind them: other metrics before the exposure


@dataclass(frozen=True, slots=True)
class Contrast:
    """A difference of two arms, with and without what was known before.

    Attributes:
        unadjusted: The plain difference.
        adjusted: With the metric's own past and that of its covariates; the plain one where there
            is none.
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
        control: Numerator, denominator, both before the exposure, and further covariates, of the
            control arm.
        treated: The same of the treated arm.
    """
    plain = _plain(metric, control, treated)
    past = with_past(metric, control), with_past(metric, treated)
    if past[0] is None or past[1] is None or not _varies(past[0], past[1]):
        return _alone(plain)
    found = regression_adjusted(past[0], past[1])
    if found.difference.variance is None:
        return _alone(plain)
    return Contrast(plain, found.difference, is_adjusted=True, variance_ratio=found.variance_ratio)


def compared(
    of: UnitMoments,
    metric: MetricDefinition,
    name: str,
    arms: tuple[str, str],
    cut: str = "all",
    key: Any = None,
) -> Contrast:
    """A metric's difference between two variants, in a cell or in all.

    Args:
        of: What was asked of the units.
        metric: Its definition.
        name: The metric's.
        arms: Control and treated variant.
        cut: 'all', 'day' or 'part'.
        key: Which day or part.
    """
    values = of.values.get(name)
    if values is not None:
        return _alone(difference(*(values.arm(one, cut, key) for one in arms)))
    return contrast(metric, *(of.joint(name, one, cut, key) for one in arms))


def compared_until(
    of: UnitMoments,
    metric: MetricDefinition,
    name: str,
    arms: tuple[str, str],
    days: Sequence[int],
) -> list[Contrast]:
    """The same over the units exposed up to each of the days."""
    values = of.values.get(name)
    if values is not None:
        looks = zip(*(values.until(one, days) for one in arms), strict=True)
        return [_alone(difference(*pair)) for pair in looks]
    whole = of.keys("day")
    control, treated = (dict(zip(whole, of.until(name, one, whole), strict=True)) for one in arms)
    return [contrast(metric, control[day], treated[day]) for day in days]


def _alone(of: Difference) -> Contrast:
    return Contrast(of, of, is_adjusted=False, variance_ratio=None)


def before_exposure(
    metric: MetricDefinition, control: JointMoments, treated: JointMoments
) -> Difference:
    """The same difference before anybody had seen anything: it should be none.

    Of a quantile it is the mean of the values, which is what is known of the time before.
    """
    if is_ratio(metric) or metric.kind == "quantile":
        arms = (
            ratio_arm(one, numerator=BEFORE, denominator=BELOW_BEFORE) for one in (control, treated)
        )
        return difference(*arms)
    return difference(mean_arm(marginal(control, BEFORE)), mean_arm(marginal(treated, BEFORE)))


def parts(metric: MetricDefinition, arm: JointMoments) -> tuple[float | None, float]:
    """Numerator and denominator of an arm's value: what was counted, over units or over a sum.

    A quantile has no numerator; below it stand the values that it is one of.
    """
    if arm.means is None:
        return None, 0.0
    if metric.kind == "quantile":
        return None, float(round(arm.n * arm.means[BELOW], DECIMALS))
    below = arm.n * arm.means[BELOW] if is_ratio(metric) else arm.n
    # A sum again, of which a mean times its count leaves 414.99999999999994.
    return round(arm.n * arm.means[AFTER], DECIMALS), float(round(below, DECIMALS))


def _plain(metric: MetricDefinition, control: JointMoments, treated: JointMoments) -> Difference:
    if is_ratio(metric):
        return difference(ratio_arm(control), ratio_arm(treated))
    return difference(mean_arm(marginal(control)), mean_arm(marginal(treated)))


def with_past(metric: MetricDefinition, arm: JointMoments) -> JointMoments | None:
    """Outcome and covariates of an arm; None: there is no past."""
    if arm.means is None or arm.covariances is None:
        return None
    others = tuple(range(FOUR, len(arm.means)))
    if not is_ratio(metric):
        return _chosen(arm, (AFTER, BEFORE, *others))
    if arm.means[BELOW] == 0:
        return None
    if arm.means[BELOW_BEFORE] == 0:
        return linearised_ratios(arm, pairs=((AFTER, BELOW),), means=others) if others else None
    return linearised_ratios(arm, means=others)


def _chosen(arm: JointMoments, places: tuple[int, ...]) -> JointMoments:
    means, table = arm.means or (), arm.covariances or ()
    return JointMoments(
        arm.n,
        tuple(means[at] for at in places),
        tuple(tuple(table[one][other] for other in places) for one in places),
    )


def _varies(control: JointMoments, treated: JointMoments) -> bool:
    """Whether both arms have the same covariates, and one of them differs between units in both."""
    tables = control.covariances or (), treated.covariances or ()
    return len(tables[0]) == len(tables[1]) and any(
        all(table[at][at] > 0 for table in tables) for at in range(1, len(tables[0]))
    )
