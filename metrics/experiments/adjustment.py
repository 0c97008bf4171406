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
    tables = np.array(control.covariances), np.array(treated.covariances)
    means = np.array(control.means), np.array(treated.means)
    sizes = control.n, treated.n
    total = sum(sizes)
    centre = (sizes[0] * means[0][1:] + sizes[1] * means[1][1:]) / total
    values = [float(m[0] - b @ (m[1:] - centre)) for m, b in zip(means, slopes, strict=True)]
    dfs = [size - 1 - parameters for size in sizes]
    spreads = [
        _residual(table, b) * (size - 1) / df * (1 / size + _leverage(table, m, centre, size))
        if parameters
        else _residual(table, b) / size
        for table, m, b, size, df in zip(tables, means, slopes, sizes, dfs, strict=True)
    ]
    spread_x = _pooled(control, treated, between=False)[1:, 1:] / total * is_mean_sampled
    gap = slopes[1] - slopes[0]
    extra = float(gap @ spread_x @ gap)
    df = welch_df(spreads[0], dfs[0], spreads[1], dfs[1])
    if base == "adjusted":
        below, below_variance = values[0], spreads[0] + float(slopes[0] @ spread_x @ slopes[0])
        covariance = float(gap @ spread_x @ slopes[0]) - spreads[0]
    else:
        below, below_variance = float(means[0][0]), float(tables[0][0, 0]) / sizes[0]
        explained = float(slopes[0] @ tables[0][1:, 0]) / sizes[0]
        covariance = explained - below_variance
    variance = sum(spreads) + extra
    plain = sum(float(table[0, 0]) / size for table, size in zip(tables, sizes, strict=True))
    return Adjustment(
        Difference(
            total, values[0], values[1], values[1] - values[0], variance, df, below,
            below_variance, covariance,
        ),
        Arm(control.n, values[0], spreads[0], dfs[0]),
        Arm(treated.n, values[1], spreads[1], dfs[1]),
        tuple(slopes[0].tolist()),
        tuple(slopes[1].tolist()),
        variance / plain if plain > 0 else None,
    )  # fmt: skip


def _slopes(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Least squares of the outcome on covariates; 0 for a covariate without spread."""
    spread = np.sqrt(np.diag(table)[1:])
    if len(spread) == 1:
        return table[1:, 0] / table[1, 1] if spread[0] > 0 else np.zeros(1)
    scale = np.where(spread > 0, spread, 1.0)
    correlations = table[1:, 1:] / np.outer(scale, scale)
    found = np.linalg.lstsq(correlations, table[1:, 0] / scale, rcond=1e-10)[0]
    return np.asarray(found / scale)


def _leverage(
    table: NDArray[np.float64], mean: NDArray[np.float64], centre: NDArray[np.float64], n: int
) -> float:
    """What is added to 1/n because a line is read off away from its middle."""
    gap = mean[1:] - centre
    return float(gap @ np.linalg.lstsq(table[1:, 1:], gap, rcond=1e-10)[0]) / (n - 1)


def _residual(table: NDArray[np.float64], slopes: NDArray[np.float64]) -> float:
    direction = np.concatenate(([1.0], -slopes))
    return max(0.0, float(direction @ table @ direction))


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
