"""Guardrails: is it shown that a metric got worse by less than what would be acceptable?"""

from dataclasses import dataclass
from math import copysign, inf, sqrt
from typing import Literal

from metrics.experiments.differences import Difference, has_spread
from metrics.experiments.distributions import as_rare, critical_value, tail_p_value
from metrics.experiments.lifts import lift

Better = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class NonInferiority:
    """A guardrail's test against its margin.

    Attributes:
        lift: Change relative to the base, as a fraction; None when it cannot be measured.
        bound: The worst lift still plausible: its lower end when higher is better, its upper end
            when lower is; None when unbounded or not known.
        p_value: That the harm is at least the margin; None when it cannot be known.
        is_safe: The harm is shown to be below the margin.
        is_harmed: The harm is shown to be at least the margin.
    """

    lift: float | None
    bound: float | None
    p_value: float | None
    is_safe: bool
    is_harmed: bool


def non_inferiority(
    of: Difference,
    *,
    margin: float,
    better: Better = "higher",
    confidence: float = 0.95,
    critical: float | None = None,
    margin_of: Literal["base", "constant"] = "base",
) -> NonInferiority:
    """A guardrail against a margin given as a share of the control's value.

    "Not significantly worse" is no safety: a small experiment is never significant. Here the
    burden lies on the change: safe only when a harm of the margin is ruled out.

    Args:
        of: The difference of the arms.
        margin: Largest acceptable harm relative to the base, >= 0 (0.02 is 2 %).
        better: Which direction is good.
        confidence: One-sided level, strictly between 0 and 1.
        critical: Bound to reach instead, on the z scale of a sequential design.
        margin_of: "base" knows that the margin moves with an uncertain control mean (Fieller);
            "constant" takes the margin as a number, as spotify-confidence does.

    Raises:
        ValueError: margin below 0; confidence outside its range.

    References:
        Hasler, Vonk and Hothorn (2008), Stat. Med. 27:490-503 (ratio to control, Fieller).
        Schultzberg, Ankargren and Frånberg (2024), arXiv:2402.11609 (guardrails).

    Examples:
        >>> from metrics.experiments.arms import Arm
        >>> from metrics.experiments.differences import difference
        >>> d = difference(Arm(5000, 10.0, 0.002, 4999), Arm(5000, 9.95, 0.002, 4999))
        >>> found = non_inferiority(d, margin=0.02)
        >>> round(found.bound, 4), found.is_safe
        (-0.0153, True)
    """
    if margin < 0:
        raise ValueError(f"margin must be 0 or more, got {margin}")
    df = inf if of.df is None or margin_of == "constant" else of.df
    if critical is None:
        critical = critical_value(confidence, df=df, alternative="greater")
    else:
        critical = as_rare(critical, df=df)
    if not has_spread(of) or not of.base:
        return NonInferiority(None, None, None, is_safe=False, is_harmed=False)
    sign = 1.0 if better == "higher" else -1.0
    z = _distance(of, sign, margin, margin_of)
    change = lift(of, critical=critical)
    bound = change.low if better == "higher" else change.high
    if margin_of == "constant":
        reach = sign * critical * sqrt(of.variance or 0.0)
        bound = ((of.value or 0.0) - reach) / abs(of.base)
    return NonInferiority(
        lift=change.value,
        bound=bound,
        p_value=tail_p_value(z, df=df, alternative="greater"),
        is_safe=z >= critical,
        is_harmed=z <= -critical,
    )


def _distance(of: Difference, sign: float, margin: float, margin_of: str) -> float:
    """Standard errors between the difference and the unacceptable one; above 0 is the good side."""
    base = of.base or 0.0
    size = abs(base)
    gap = sign * (of.value or 0.0) + margin * size
    variance = of.variance or 0.0
    if margin_of == "base":
        shared = copysign(1, base) * sign * (of.covariance or 0.0)
        variance += 2 * margin * shared + margin**2 * (of.base_variance or 0.0)
    return gap / sqrt(variance)
