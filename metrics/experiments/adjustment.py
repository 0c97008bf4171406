"""Less noise from what was known before: CUPED and Lin's regression adjustment, from moments.

Units differ for reasons that a test cannot have caused. What a unit did before it saw a variant
explains part of it; taking that part out narrows the interval as more units would.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.experiments.arms import Arm
from metrics.experiments.differences import Difference, difference, welch_df
from metrics.experiments.moments import JointMoments

Base = Literal["adjusted", "unadjusted"]
CovariateMean = Literal["sampled", "known"]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An adjusted difference, and what was done to it.

    Attributes:
        difference: The adjusted difference, for `effect` and everything after it.
        control: The adjusted control arm, at the covariates' mean over both arms.
        treated: The adjusted treated arm.
        control_slopes: Outcome per unit of each covariate in the control arm; empty if unknown.
        treated_slopes: The same in the treated arm (equal to the control's for CUPED).
        variance_ratio: Adjusted variance of the difference over the unadjusted one: 0.6 is as good
            as having 1/0.6 of the units; None when it cannot be known.
    """

    difference: Difference
    control: Arm
    treated: Arm
    control_slopes: tuple[float, ...]
    treated_slopes: tuple[float, ...]
    variance_ratio: float | None


def cuped(
    control: JointMoments,
    treated: JointMoments,
    *,
    slope: Literal["within", "combined"] = "within",
    base: Base = "adjusted",
    covariate_mean: CovariateMean = "sampled",
) -> Adjustment:
    """The difference after taking out what covariates explain, with one slope for both arms.

    The covariates must be from before the exposure (or fixed): one that the change can move takes
    part of the effect away. Prefer `regression_adjusted` where arms differ in size or slope.

    Args:
        control: Joint moments of the control arm, outcome first, then covariates.
        treated: The same of the treated arm.
        slope: "within" pools the arms' own covariances; "combined" treats both arms as one sample,
            as tea-tasting and GrowthBook do; the difference fades with 1/n.
        base: What the lift divides by; "unadjusted" is the plain control mean (GrowthBook).
        covariate_mean: As in `regression_adjusted`; here it matters for the lift only.

    Raises:
        ValueError: The arms do not have the same variables, or no covariate.

    References:
        Deng, Xu, Kohavi and Walker (2013), WSDM, equations 3 to 5.

    Examples:
        >>> from metrics.experiments.moments import joint_moments
        >>> control = joint_moments([[1.0, 2.1, 2.9, 4.2], [1.0, 2.0, 3.0, 4.0]])
        >>> treated = joint_moments([[3.0, 4.1, 4.9, 6.2], [2.0, 3.0, 4.0, 5.0]])
        >>> one = cuped(control, treated)
        >>> round(one.difference.value, 6), one.variance_ratio < 0.01
        (0.96, True)
    """
    _require_same(control, treated)
    if control.covariances is None or treated.covariances is None:
        return _unknown(control, treated)
    slopes = _slopes(_pooled(control, treated, between=slope == "combined"))
    return _adjusted(
        control,
        treated,
        (slopes, slopes),
        base,
        parameters=0,
        is_mean_sampled=covariate_mean == "sampled",
    )


def regression_adjusted(
    control: JointMoments,
    treated: JointMoments,
    *,
    base: Base = "adjusted",
    covariate_mean: CovariateMean = "sampled",
) -> Adjustment:
    """The difference at equal covariates, each arm with slopes of its own: never worse than none.

    The same as regressing the outcome on treatment, centred covariates and their interactions. Its
    variance is that of two regressions, one per arm, read off at the common mean; it agrees with
    the robust HC2 variance (see `robust_adjusted`, which needs rows) when no unit has leverage.

    Args:
        control: Joint moments of the control arm, outcome first, then k covariates from before the
            exposure; a covariate without spread is left out.
        treated: The same of the treated arm.
        base: What the lift divides by.
        covariate_mean: "sampled" speaks about future units like these, and so also counts that
            their average covariate is estimated; "known" speaks about these units only.

    Raises:
        ValueError: The arms do not have the same variables, or no covariate.

    References:
        Lin (2013), Annals of Applied Statistics 7:295-318, section 4. Negi and Wooldridge (2021),
        Econometric Reviews 40:504-534 (sampled covariates).

    Examples:
        >>> from metrics.experiments.moments import joint_moments
        >>> control = joint_moments([[1.0, 2.1, 2.9, 4.2], [1.0, 2.0, 3.0, 4.0]])
        >>> treated = joint_moments([[3.0, 5.1, 6.9, 9.2], [2.0, 3.0, 4.0, 5.0]])
        >>> one = regression_adjusted(control, treated)
        >>> round(one.difference.value, 6), [round(s, 2) for s in one.treated_slopes]
        (1.96, [2.04])
    """
    _require_same(control, treated)
    covariates = len(control.means or ()) - 1
    if (
        control.covariances is None or treated.covariances is None
        or min(control.n, treated.n) < covariates + 3
    ):  # fmt: skip
        return _unknown(control, treated)
    slopes = _slopes(np.array(control.covariances)), _slopes(np.array(treated.covariances))
    return _adjusted(
        control,
        treated,
        slopes,
        base,
        parameters=covariates,
        is_mean_sampled=covariate_mean == "sampled",
    )


def _adjusted(
    control: JointMoments,
    treated: JointMoments,
    slopes: tuple[NDArray[np.float64], NDArray[np.float64]],
    base: Base,
    *,
    parameters: int,
    is_mean_sampled: bool,
) -> Adjustment:
    n = control.n + treated.n
    centre = (control.n * _covariates(control) + treated.n * _covariates(treated)) / n
    a = _read_off(control, slopes[0], centre, parameters)
    b = _read_off(treated, slopes[1], centre, parameters)
    own_a, own_b = a.variance or 0.0, b.variance or 0.0
    # What is not known about the covariates' mean moves both arms at once.
    of_mean = _pooled(control, treated, between=False)[1:, 1:] / n * is_mean_sampled
    gap = slopes[1] - slopes[0]
    variance = own_a + own_b + float(gap @ of_mean @ gap)
    below = a.value, own_a + float(slopes[0] @ of_mean @ slopes[0])
    covariance = float(gap @ of_mean @ slopes[0]) - own_a
    table = np.array(control.covariances)
    if base == "unadjusted":
        plain_mean, plain_variance = float(np.array(control.means)[0]), float(table[0, 0])
        below = plain_mean, plain_variance / control.n
        covariance = (float(slopes[0] @ table[1:, 0]) - plain_variance) / control.n
    unadjusted = table[0, 0] / control.n + np.array(treated.covariances)[0, 0] / treated.n
    df = welch_df((own_a, a.df or 1.0), (own_b, b.df or 1.0))
    value = (b.value or 0.0) - (a.value or 0.0)
    return Adjustment(
        Difference(n, a.value, b.value, value, variance, df, *below, covariance=covariance),
        control=a,
        treated=b,
        control_slopes=tuple(slopes[0].tolist()),
        treated_slopes=tuple(slopes[1].tolist()),
        variance_ratio=variance / float(unadjusted) if unadjusted > 0 else None,
    )


def _read_off(
    arm: JointMoments, slopes: NDArray[np.float64], centre: NDArray[np.float64], parameters: int
) -> Arm:
    """The arm's mean outcome at the common mean of the covariates, for slopes of its own."""
    table, gap = np.array(arm.covariances), _covariates(arm) - centre
    value = float(np.array(arm.means)[0] - slopes @ gap)
    direction = np.concatenate(([1.0], -slopes))
    residual = max(0.0, float(direction @ table @ direction))
    df = arm.n - 1 - parameters
    if not parameters:
        return Arm(arm.n, value, residual / arm.n, df)
    # A line read off away from its middle is less sure than a mean.
    leverage = float(gap @ _solved(table[1:, 1:], gap)) / (arm.n - 1)
    return Arm(arm.n, value, residual * (arm.n - 1) / df * (1 / arm.n + leverage), df)


def _covariates(arm: JointMoments) -> NDArray[np.float64]:
    return np.array(arm.means)[1:]


def _slopes(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least squares of the outcome on covariates; 0 for a covariate without spread."""
    return _solved(table[1:, 1:], table[1:, 0])


def _solved(table: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.float64]:
    """Solution of a covariance system, on the scale of correlations; 0 where nothing varies."""
    spread = np.sqrt(np.diag(table))
    if len(spread) == 1:
        return right / table[0, 0] if spread[0] > 0 else np.zeros(1)
    scale = np.where(spread > 0, spread, 1.0)
    found = np.linalg.lstsq(table / np.outer(scale, scale), right / scale, rcond=1e-10)[0]
    return np.asarray(found / scale)


def _pooled(control: JointMoments, treated: JointMoments, *, between: bool) -> NDArray[np.float64]:
    """Covariances over both arms: within them, or also between their means."""
    n = control.n + treated.n
    products = (control.n - 1) * np.array(control.covariances)
    products = products + (treated.n - 1) * np.array(treated.covariances)
    if not between:
        return np.asarray(products / (n - 2))
    gap = np.array(treated.means) - np.array(control.means)
    return np.asarray((products + control.n * treated.n / n * np.outer(gap, gap)) / (n - 1))


def _unknown(control: JointMoments, treated: JointMoments) -> Adjustment:
    """An arm is too small to adjust: the plain values, without a variance."""
    a, b = (
        Arm(arm.n, None if arm.means is None else arm.means[0], None, None)
        for arm in (control, treated)
    )
    return Adjustment(difference(a, b), a, b, (), (), None)


def _require_same(control: JointMoments, treated: JointMoments) -> None:
    sizes = {len(arm.means) for arm in (control, treated) if arm.means is not None}
    if len(sizes) > 1 or sizes == {1}:
        raise ValueError(
            f"both arms need one outcome and the same covariates, got {sorted(sizes)} variables"
        )
