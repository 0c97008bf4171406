"""How strong would something unmeasured have to be, to explain a difference away?"""

from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class EValue:
    """The strength of association with both use and outcome that would explain it all.

    Attributes:
        estimate: Risk ratio that a confounder needs with each, 1 or more; 1: nothing to explain.
        interval: The same for the end of the interval that is nearer to no difference; 1 where the
            interval contains none; None without an interval.
    """

    estimate: float
    interval: float | None


def e_value(
    risk_ratio: float, *, low: float | None = None, high: float | None = None
) -> EValue:
    """What a hidden cause must be like to produce the whole difference by itself.

    Motivation that makes people three times as likely to use a feature and three times as likely
    to stay is ordinary: an E-value below about 3 should convince nobody. It assumes nothing about
    the confounder, and knows nothing of selection or wrong measurement.

    Args:
        risk_ratio: Of the outcome, users against non-users; above 0.
        low: Lower end of its interval; needs `high`.
        high: Upper end.

    Raises:
        ValueError: A ratio not above 0, or ends that do not enclose the estimate.

    References:
        VanderWeele and Ding (2017), Annals of Internal Medicine 167:268-274.

    Examples:
        >>> found = e_value(3.9, low=1.8, high=8.7)
        >>> round(found.estimate, 2), round(found.interval, 2)
        (7.26, 3.0)
    """
    if risk_ratio <= 0:
        raise ValueError(f"a risk ratio is above 0, got {risk_ratio}")
    estimate = _needed(risk_ratio)
    if low is None and high is None:
        return EValue(estimate, None)
    if low is None or high is None or not 0 < low <= risk_ratio <= high:
        raise ValueError(f"the interval must enclose {risk_ratio}, got {low} to {high}")
    if low <= 1 <= high:
        return EValue(estimate, 1.0)
    return EValue(estimate, _needed(low if risk_ratio > 1 else high))


def _needed(ratio: float) -> float:
    above = max(ratio, 1 / ratio)
    return above + sqrt(above * (above - 1))
