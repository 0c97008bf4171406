"""The difference of two arms before any test: the one shape that every estimator returns."""

from dataclasses import dataclass
from math import isclose
from typing import Literal

from metrics.experiments.arms import Arm


@dataclass(frozen=True, slots=True)
class Difference:
    """Treated minus control, with what a test, a lift or a sequential bound needs to know.

    Attributes:
        n: Units of both arms.
        control: Value of the control arm as shown (adjusted, where the estimator adjusts).
        treated: Value of the treated arm as shown.
        value: The difference, in the metric's unit; None when an arm cannot be measured.
        variance: Its variance; None when it cannot be known.
        df: Degrees of freedom of the variance; None with it.
        base: What a relative lift divides by; None with the value.
        base_variance: Variance of the base; None with the variance.
        covariance: Covariance of the difference and the base; None with the variance.
    """

    n: int
    control: float | None
    treated: float | None
    value: float | None
    variance: float | None
    df: float | None
    base: float | None
    base_variance: float | None
    covariance: float | None


def difference(
    control: Arm, treated: Arm, *, variance: Literal["separate", "pooled"] = "separate"
) -> Difference:
    """Treated minus control for two independent arms, with Welch's degrees of freedom.

    Welch's variance keeps its promise when a change alters the spread too, or when arms differ in
    size; the pooled one, the textbook's, does not.

    Args:
        control: The arm compared with.
        treated: The arm with the change.
        variance: "pooled" takes one spread for both arms.

    References:
        Welch (1947), Biometrika 34:28-35.

    Examples:
        >>> control, treated = Arm(50, 10.0, 0.09, 49), Arm(40, 11.0, 0.16, 39)
        >>> d = difference(control, treated)
        >>> d.value, d.variance, round(d.df, 2)
        (1.0, 0.25, 76.06)
    """
    n = control.n + treated.n
    value = None
    if control.value is not None and treated.value is not None:
        value = treated.value - control.value
    of_control, of_treated = control.variance, treated.variance
    if (
        value is None or of_control is None or of_treated is None
        or control.df is None or treated.df is None
    ):  # fmt: skip
        return Difference(
            n, control.value, treated.value, value, None, None, control.value, None, None
        )
    if variance == "pooled":
        df = control.df + treated.df
        spread = control.df * of_control * control.n + treated.df * of_treated * treated.n
        of_control, of_treated = spread / df / control.n, spread / df / treated.n
    else:
        df = welch_df((of_control, control.df), (of_treated, treated.df))
    return Difference(
        n, control.value, treated.value, value, of_control + of_treated, df,
        control.value, of_control, -of_control,
    )  # fmt: skip


def has_spread(of: Difference) -> bool:
    """Whether a test is possible: a variance is known and is more than rounding."""
    if of.value is None or of.variance is None or of.variance <= 0:
        return False
    size = max(abs(of.control or 0.0), abs(of.treated or 0.0))
    return not isclose(size + of.variance**0.5, size, rel_tol=1e-15)


def welch_df(control: tuple[float, float], treated: tuple[float, float]) -> float:
    """Degrees of freedom of a sum of two variances, each with its own; Welch-Satterthwaite.

    Args:
        control: (variance, degrees of freedom) of one arm.
        treated: The same of the other.

    References:
        Welch (1947), Biometrika 34:28-35. Satterthwaite (1946), Biometrics 2:110-114.

    Examples:
        >>> welch_df((1.0, 10), (1.0, 10)), welch_df((1.0, 10), (0.0, 10))
        (20.0, 10.0)
    """
    below = control[0] ** 2 / control[1] + treated[0] ** 2 / treated[1]
    if below == 0:
        return control[1] + treated[1]
    return (control[0] + treated[0]) ** 2 / below
