"""A figure that is a sum or a product of others: how much of its change is each one's, exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log


@dataclass(frozen=True, slots=True)
class Part:
    """One term's or factor's part in a change.

    Attributes:
        before: What was expected of it.
        now: What it is.
        contribution: Its part of the change, in the figure's unit; all parts add up to it.
        share: contribution ÷ change; may lie outside 0 to 1 when parts cancel. None when the
            figure did not change.
    """

    before: float
    now: float
    contribution: float
    share: float | None


def additive_parts(
    before: Mapping[str, float], now: Mapping[str, float]
) -> dict[str, Part]:
    """Who moved a sum: active users = new + retained + resurrected, say.

    The terms must exclude each other: distinct users by platform are no terms of all users.

    Args:
        before: Term → what was expected of it, below 0 for what is taken away.
        now: The same terms as they are; a missing one is 0.

    Examples:
        >>> found = additive_parts({"new": 30, "kept": 100}, {"new": 10, "kept": 105})
        >>> found["new"].contribution, round(found["new"].share, 3)
        (-20, 1.333)
    """
    names = dict.fromkeys([*before, *now])
    change = sum(now.values()) - sum(before.values())
    parts = {}
    for name in names:
        first, second = before.get(name, 0), now.get(name, 0)
        moved = second - first
        parts[name] = Part(first, second, moved, moved / change if change else None)
    return parts


def product_parts(
    before: Mapping[str, float], now: Mapping[str, float]
) -> dict[str, Part] | None:
    """Which factor moved a product: revenue = buyers × orders each × value each, say.

    Every factor's part is its growth in logarithms times the logarithmic mean of the product, so
    nothing is left over, whatever the order of the factors.

    Args:
        before: Factor → what was expected of it, above 0.
        now: The same factors as they are.

    Returns:
        Each factor's part; None when a factor is 0 at one of the times, as its growth then has no
        size.

    Raises:
        ValueError: Different factors, none, or one below 0.

    References:
        Ang (2004), Energy Policy 32:1131-1139, eq. 5 (LMDI-I). Vartia (1976), Scand. J. Stat.
        3:121-126 (the logarithmic mean).

    Examples:
        >>> found = product_parts({"buyers": 100, "each": 20}, {"buyers": 121, "each": 20})
        >>> round(found["buyers"].contribution, 9), found["each"].contribution
        (420.0, 0.0)
    """
    if set(before) != set(now) or not before:
        raise ValueError(f"factors must be the same, got {list(before)} and {list(now)}")
    values = [*before.values(), *now.values()]
    if min(values) < 0:
        raise ValueError(f"factors must be above 0, got {values}")
    if min(values) == 0:
        return None
    first, second = _product(before), _product(now)
    change = second - first
    mean = change / log(second / first) if second != first else first
    parts = {}
    for name, value in before.items():
        contribution = mean * log(now[name] / value)
        parts[name] = Part(
            value, now[name], contribution, contribution / change if change else None
        )
    return parts


def _product(factors: Mapping[str, float]) -> float:
    product = 1.0
    for factor in factors.values():
        product *= factor
    return product
