"""The relative lift of a difference, with an interval that agrees with the test of the difference.

"+3 % (+1 % to +5 %)" divides two uncertain numbers. Fieller's interval takes both into account; the
delta and log intervals that other tools print are here to compare with.
"""

from dataclasses import dataclass
from math import copysign, exp, inf, log, sqrt
from typing import Literal

from metrics.experiments.differences import Difference, has_spread
from metrics.experiments.distributions import Alternative, tail_p_value

LiftMethod = Literal["fieller", "delta", "log"]


@dataclass(frozen=True, slots=True)
class Lift:
    """(Treated - control) / |base|, as a fraction: 0.05 is 5 % more.

    Attributes:
        value: The lift; None when the base is 0 or an arm cannot be measured.
        low: Lower end; None when unbounded on that side, asked for on the other side only, or not
            known.
        high: Upper end; None likewise.
        standard_error: By the delta method, whatever the interval; None when not known.
        p_value: That the lift is 0, by the rule of the interval; None when not known.
        is_bounded: False when the base is too close to 0 to say more than "anything" (Fieller's
            g >= 1); None when there is no interval at all.
    """

    value: float | None
    low: float | None
    high: float | None
    standard_error: float | None
    p_value: float | None
    is_bounded: bool | None


NO_LIFT = Lift(None, None, None, None, None, None)


def lift(
    of: Difference,
    *,
    critical: float = 1.959963984540054,
    df: float = inf,
    method: LiftMethod = "fieller",
    alternative: Alternative = "two-sided",
) -> Lift:
    """How much larger the treated arm is in proportion to its base.

    "fieller" holds the lifts q that the test of "treated - control = q |base|" does not reject, so
    it excludes 0 exactly when the difference does. "delta" is symmetric about the lift and
    contradicts the test in some cases; "log" is symmetric for the ratio and needs both arms of one
    sign. A negative base is taken by its size, so that more is always plus.

    Args:
        of: The difference of the arms.
        critical: Standard errors that the interval reaches, above 0.
        df: Degrees of freedom for p-values of "delta" and "log".
        method: The rule.
        alternative: A one-sided interval keeps one end.

    References:
        Fieller (1954), JRSS B 16:175-185. Franz (2007), arXiv:0710.2024 (unbounded cases).

    Examples:
        >>> from metrics.experiments.arms import Arm
        >>> from metrics.experiments.differences import difference
        >>> d = difference(Arm(100, 10.0, 0.01, 99), Arm(100, 10.4, 0.012, 99))
        >>> one = lift(d)
        >>> round(one.value, 4), round(one.low, 4), round(one.high, 4)
        (0.04, 0.0108, 0.07)
    """
    if of.value is None or of.base is None or of.base == 0:
        return NO_LIFT
    value = of.value / abs(of.base)
    if not has_spread(of):
        return Lift(value, None, None, None, None, None)
    error = _delta_error(of)
    if method == "delta":
        low, high = value - critical * error, value + critical * error
        p_value = tail_p_value(value / error, df=df, alternative=alternative) if error else None
    elif method == "log":
        return _log_lift(of, value, error, critical, df, alternative)
    else:
        ends = _fieller(of, critical)
        p_value = tail_p_value(of.value / sqrt(of.variance or 0), df=df, alternative=alternative)
        if ends is None:
            return Lift(value, None, None, error, p_value, is_bounded=False)
        low, high = ends
    return _one_sided(Lift(value, low, high, error, p_value, is_bounded=True), alternative)


def _fieller(of: Difference, critical: float) -> tuple[float, float] | None:
    """Roots of (d - q|b|)^2 = c^2 (V_d - 2 q C + q^2 V_b); None when they do not enclose."""
    base, gap = abs(of.base or 0), of.value or 0.0
    covariance = copysign(1, of.base or 0) * (of.covariance or 0)
    c2, base_variance, variance = critical**2, of.base_variance or 0, of.variance or 0
    square = base**2 - c2 * base_variance
    if square <= 0:
        return None
    middle = gap * base - c2 * covariance
    root = sqrt(max(0.0, middle**2 - square * (gap**2 - c2 * variance)))
    return (middle - root) / square, (middle + root) / square


def _delta_error(of: Difference) -> float:
    """Standard error of d/|b| by the delta method."""
    base, value = of.base or 0.0, (of.value or 0.0) / abs(of.base or 1)
    signed = copysign(1, base) * (of.covariance or 0)
    spread = (of.variance or 0) - 2 * value * signed + value**2 * (of.base_variance or 0)
    return sqrt(max(0.0, spread)) / abs(base)


def _log_lift(
    of: Difference, value: float, error: float, critical: float, df: float, alternative: Alternative
) -> Lift:
    base = of.base or 0.0
    top = base + (of.value or 0.0)
    if top / base <= 0:
        return Lift(value, None, None, error, None, None)
    base_variance = of.base_variance or 0.0
    shared = (of.covariance or 0.0) + base_variance
    top_variance = (of.variance or 0.0) + base_variance + 2 * (of.covariance or 0.0)
    of_log = top_variance / top**2 + base_variance / base**2 - 2 * shared / (top * base)
    centre, reach = log(top / base), critical * sqrt(max(0.0, of_log))
    ends = exp(centre - reach) - 1, exp(centre + reach) - 1
    sign = copysign(1, base)
    low, high = sorted((sign * ends[0], sign * ends[1]))
    p_value = tail_p_value(sign * centre / sqrt(of_log), df=df, alternative=alternative)
    return _one_sided(Lift(value, low, high, error, p_value, is_bounded=True), alternative)


def _one_sided(of: Lift, alternative: Alternative) -> Lift:
    low = None if alternative == "less" else of.low
    high = None if alternative == "greater" else of.high
    return Lift(of.value, low, high, of.standard_error, of.p_value, of.is_bounded)
