"""The effect of a change: difference and lift, tested, with intervals."""

from dataclasses import dataclass
from math import inf, sqrt
from typing import Literal

from metrics.experiments.differences import Difference, has_spread
from metrics.experiments.distributions import Alternative, as_rare, critical_value, tail_p_value
from metrics.experiments.lifts import Lift, LiftMethod, lift


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change did to one metric, between two arms.

    Attributes:
        n: Units of both arms.
        control: Value of the control arm, in the metric's unit; None when it cannot be measured.
        treated: Value of the treated arm; None likewise.
        difference: treated - control; None when an arm cannot be measured.
        standard_error: Of the difference; None when it cannot be known (an arm below two units) or
            all units are equal, and then everything below is None.
        df: Degrees of freedom of the test; infinite for the normal.
        statistic: difference / standard_error.
        p_value: Valid at one look only, at the planned end; before it read a sequential one.
        low: Lower end of the difference; None also on the open side of a one-sided interval.
        high: Upper end of the difference; None likewise.
        critical: Standard errors that the interval reaches.
        lift: The same relative to the base.
    """

    n: int
    control: float | None
    treated: float | None
    difference: float | None
    standard_error: float | None
    df: float | None
    statistic: float | None
    p_value: float | None
    low: float | None
    high: float | None
    critical: float | None
    lift: Lift


def effect(
    of: Difference,
    *,
    confidence: float = 0.95,
    critical: float | None = None,
    alternative: Alternative = "two-sided",
    distribution: Literal["t", "normal"] = "t",
    lift_method: LiftMethod = "fieller",
) -> Effect:
    """Whether the arms differ, by how much, and how far both may be off by chance.

    Student's t with the degrees of freedom of the difference. It assumes independent units and
    means that are close to normal: see `skew_check` for how many units a skewed metric needs.

    Args:
        of: The difference of two arms, from any estimator of this package.
        confidence: Level of both intervals, strictly between 0 and 1.
        critical: Bound to reach instead, on the z scale of a sequential design; with Student's t,
            the value of t that is as rare is taken.
        alternative: "greater" or "less" leaves the whole error on one side.
        distribution: "normal" takes z instead of t.
        lift_method: The rule of the lift's interval.

    Raises:
        ValueError: confidence lies outside its range.

    References:
        Welch (1947), Biometrika 34:28-35. Fieller (1954), JRSS B 16:175-185.

    Examples:
        >>> from metrics.experiments.arms import mean_arm
        >>> from metrics.experiments.differences import difference
        >>> from metrics.experiments.moments import moments
        >>> drug_1 = moments([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
        >>> drug_2 = moments([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
        >>> sleep = effect(difference(mean_arm(drug_1), mean_arm(drug_2)))
        >>> round(sleep.difference, 2), round(sleep.p_value, 5), round(sleep.df, 3)
        (1.58, 0.07939, 17.776)
    """
    df = inf if distribution == "normal" or of.df is None else of.df
    if critical is None:
        critical = critical_value(confidence, df=df, alternative=alternative)
    else:
        critical = as_rare(critical, df=df)
    relative = lift(of, critical=critical, df=df, method=lift_method, alternative=alternative)
    if not has_spread(of):
        unknown = (None,) * 7
        return Effect(of.n, of.control, of.treated, of.value, *unknown, lift=relative)
    gap, error = of.value or 0.0, sqrt(of.variance or 0.0)
    return Effect(
        n=of.n,
        control=of.control,
        treated=of.treated,
        difference=gap,
        standard_error=error,
        df=df,
        statistic=gap / error,
        p_value=tail_p_value(gap / error, df=df, alternative=alternative),
        low=None if alternative == "less" else gap - critical * error,
        high=None if alternative == "greater" else gap + critical * error,
        critical=critical,
        lift=relative,
    )
