"""The relative lift of a difference, with an interval that agrees with the test of the difference.

"+3 % (+1 % to +5 %)" divides two uncertain numbers. Fieller's interval takes both into account; the
delta and log intervals that other tools print are here to compare with.
"""

from dataclasses import dataclass
from math import copysign, exp, inf, log, sqrt
from typing import Literal

from metrics.experiments.arms import Arm
from metrics.experiments.differences import Difference, difference, has_spread
from metrics.experiments.distributions import Alternative, critical_value, tail_p_value

LiftMethod = Literal["fieller", "delta"]


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
    linearised_at: float | None = None,
) -> Lift:
    """How much larger the treated arm is in proportion to its base.

    "fieller" holds the lifts q that the test of "treated - control = q |base|" does not reject, so
    it excludes 0 exactly when the difference does. "delta" is symmetric about the lift and
    contradicts the test in some cases. A negative base is taken by its size, so that more is always
    plus.

    Args:
        of: The difference of the arms.
        critical: Standard errors that the interval reaches, above 0.
        df: Degrees of freedom of the p-value.
        method: The rule.
        alternative: A one-sided interval keeps one end.
        linearised_at: Lift at which the delta method takes its slope; None is the lift itself.
            GrowthBook takes the unadjusted lift beside an adjusted difference.

    References:
        Fieller (1954), JRSS B 16:175-185. Franz (2007), arXiv:0710.2024 (unbounded cases).

    Examples:
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
    error = _delta_error(of, value if linearised_at is None else linearised_at)
    if method == "delta":
        low, high = value - critical * error, value + critical * error
        p_value = tail_p_value(value / error, df=df, alternative=alternative) if error else None
    else:
        ends = _fieller(of, critical)
        p_value = tail_p_value(of.value / sqrt(of.variance or 0), df=df, alternative=alternative)
        if ends is None:
            return Lift(value, None, None, error, p_value, is_bounded=False)
        low, high = ends
    return _one_sided(Lift(value, low, high, error, p_value, is_bounded=True), alternative)


def log_lift(
    control: Arm,
    treated: Arm,
    *,
    confidence: float = 0.95,
    distribution: Literal["t", "normal"] = "t",
    variance: Literal["separate", "pooled"] = "separate",
) -> Lift:
    """The lift with an interval that is symmetric for the ratio of the arms, on a log scale.

    What tea-tasting shows. It never falls below -100 %, and needs both arms well away from 0 and
    of one sign; near 0 it is far too narrow.

    Args:
        control: The arm compared with.
        treated: The arm with the change.
        confidence: Level of the interval.
        distribution: "normal" takes z instead of t.
        variance: "pooled" takes one relative spread for both arms.

    Raises:
        ValueError: confidence lies outside its range.

    References:
        Katz, Baptista, Azen and Pike (1978), Biometrics 34:469-474, for any mean.

    Examples:
        >>> one = log_lift(Arm(100, 10.0, 0.01, 99), Arm(100, 10.4, 0.012, 99), confidence=0.9)
        >>> round(one.value, 4), round(one.low, 4), round(one.high, 4)
        (0.04, 0.0153, 0.0653)
    """
    if not control.value or not treated.value or control.value * treated.value < 0:
        return NO_LIFT
    of = difference(_on_log_scale(control), _on_log_scale(treated), variance=variance)
    value, sign = exp(of.value or 0.0), copysign(1, control.value)
    if not has_spread(of) or of.df is None:
        return Lift(sign * (value - 1), None, None, None, None, None)
    df = of.df if distribution == "t" else inf
    centre, error = of.value or 0.0, sqrt(of.variance or 0.0)
    reach = critical_value(confidence, df=df) * error
    low, high = sorted(sign * (exp(centre + way * reach) - 1) for way in (-1, 1))
    p_value = tail_p_value(centre / error, df=df)
    return Lift(sign * (value - 1), low, high, value * error, p_value, is_bounded=True)


def _on_log_scale(arm: Arm) -> Arm:
    size = abs(arm.value or 1.0)
    return Arm(arm.n, log(size), None if arm.variance is None else arm.variance / size**2, arm.df)


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


def _delta_error(of: Difference, value: float) -> float:
    """Standard error of d/|b| by the delta method, with the slope at a lift of this value."""
    base = of.base or 0.0
    signed = copysign(1, base) * (of.covariance or 0)
    spread = (of.variance or 0) - 2 * value * signed + value**2 * (of.base_variance or 0)
    return sqrt(max(0.0, spread)) / abs(base)


def _one_sided(of: Lift, alternative: Alternative) -> Lift:
    low = None if alternative == "less" else of.low
    high = None if alternative == "greater" else of.high
    return Lift(of.value, low, high, of.standard_error, of.p_value, of.is_bounded)
