"""How the error of an experiment is spent over its looks (Lan and DeMets)."""

from math import e, expm1, log1p, sqrt
from typing import Literal

from metrics.experiments.distributions import critical_value, require_fraction, tail_p_value

Spending = Literal["obrien-fleming", "pocock", "power", "hwang-shih-decani"]


def spent(
    fraction: float, *, alpha: float, spending: Spending = "obrien-fleming", shape: float = 3.0
) -> float:
    """The part of alpha that may be used up once a fraction of the information is in.

    "obrien-fleming" keeps nearly all for the end: early stops need overwhelming evidence and the
    last look is almost the ordinary test. "pocock" spends evenly. The looks need not be planned,
    as long as their times do not depend on what was seen.

    Args:
        fraction: Information so far over the planned one, >= 0; above 1 all is spent.
        alpha: One-sided error; a two-sided test spends alpha/2 on each side.
        spending: The function.
        shape: Exponent of "power" (above 0), gamma of "hwang-shih-decani"; else unused.

    Raises:
        ValueError: fraction below 0, alpha outside its range, a power not above 0.

    References:
        Lan and DeMets (1983), Biometrika 70:659-663. Kim and DeMets (1987), Biometrika 74:149-154
        (power). Hwang, Shih and DeCani (1990), Stat. Med. 9:1439-1445.

    Examples:
        >>> [round(spent(t, alpha=0.025), 5) for t in (0, 0.25, 0.5, 1, 1.2)]
        [0.0, 1e-05, 0.00153, 0.025, 0.025]
        >>> round(spent(0.5, alpha=0.025, spending="pocock"), 5)
        0.0155
    """
    require_fraction("alpha", alpha)
    if fraction < 0:
        raise ValueError(f"fraction must be 0 or more, got {fraction}")
    if spending == "power" and shape <= 0:
        raise ValueError(f"shape of a power must be above 0, got {shape}")
    t = min(1.0, fraction)
    if t in {0.0, 1.0}:
        return alpha * t
    if spending == "obrien-fleming":
        return tail_p_value(critical_value(1 - alpha) / sqrt(t))
    if spending == "pocock":
        return alpha * log1p((e - 1) * t)
    if spending == "power" or shape == 0:
        return float(alpha * t**shape) if spending == "power" else alpha * t
    return alpha * expm1(-shape * t) / expm1(-shape)
