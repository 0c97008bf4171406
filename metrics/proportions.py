"""Shares compared: other intervals for one share, differences and ratios of two.

A group is written `(part, whole)`: how many did it, of how many who could have. The interval to
show for one share is `metrics.rates.rate`; the others here are for those who must agree with a
tool that uses them.
"""

from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Literal

from metrics.rates import NOT_MEASURABLE, Rate, rate

Group = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two shares compared, with a confidence interval.

    Attributes:
        value: The difference as a fraction of 1 (0.021 is 2.1 points), or the ratio; None when a
            group is empty, or when a ratio would divide by nobody.
        low: Lower end of the interval; None with the value.
        high: Upper end of the interval; None with the value.
    """

    value: float | None
    low: float | None
    high: float | None


NO_CONTRAST = Contrast(value=None, low=None, high=None)


def share_interval(
    part: int,
    whole: int,
    *,
    method: Literal["exact", "jeffreys", "agresti-coull"] = "exact",
    confidence: float = 0.95,
) -> Rate:
    """One share with another interval than Wilson's.

    "exact" never covers less often than it says, and is wider than it need be for that;
    "jeffreys" is the Bayesian interval with prior Beta(½, ½); "agresti-coull" is the textbook
    interval after adding two successes and two failures (at 95 %).

    Args:
        part: People who did it, 0 <= part <= whole.
        whole: People who could have; 0 gives an undefined rate.
        method: One of the three.
        confidence: Two-sided level, strictly between 0 and 1.

    Raises:
        ValueError: An argument lies outside its range.

    References:
        Clopper and Pearson (1934), Biometrika 26:404-413. Brown, Cai and DasGupta (2001),
        Statistical Science 16:101-133, sections 3.1.2 and 4.1.1.

    Examples:
        >>> r = share_interval(1, 29)
        >>> round(r.low, 4), round(r.high, 4)
        (0.0009, 0.1776)
    """
    require_groups((part, whole), confidence=confidence)
    if whole == 0:
        return NOT_MEASURABLE
    tail = (1 - confidence) / 2
    if method == "agresti-coull":
        z = _critical(confidence)
        centre = (part + z**2 / 2) / (whole + z**2)
        half = z * sqrt(centre * (1 - centre) / (whole + z**2))
        return Rate(value=part / whole, low=max(0.0, centre - half), high=min(1.0, centre + half))
    from scipy.special import betaincinv

    half_unit = 0.5 if method == "jeffreys" else 0.0
    rest, extra = whole - part, 0.5 if method == "jeffreys" else 1.0
    low = 0.0 if part == 0 else float(betaincinv(part + half_unit, rest + extra, tail))
    high = 1.0 if rest == 0 else float(betaincinv(part + extra, rest + half_unit, 1 - tail))
    return Rate(value=part / whole, low=low, high=high)


def share_difference(
    base: Group,
    other: Group,
    *,
    method: Literal["newcombe", "score", "pooled"] = "newcombe",
    confidence: float = 0.95,
) -> Contrast:
    """How many points one share lies above another, and how far that may be off by chance.

    "newcombe" joins the two Wilson intervals; it stays within −1 and 1 and does not shrink to
    nothing at 0 and 100 %. "score" holds the differences that the score test does not reject, so it
    never contradicts `share_test`. "pooled" is the textbook's width under "no difference"; it
    misleads where the shares differ much. All assume that people are independent.

    Args:
        base: (part, whole) compared with.
        other: (part, whole) whose lead over the base is asked.
        method: One of the three.
        confidence: Two-sided level, strictly between 0 and 1.

    Raises:
        ValueError: An argument lies outside its range.

    References:
        Newcombe (1998), Stat. Med. 17:873-890, method 10. Mee (1984), Biometrics 40:1175-1176.

    Examples:
        >>> d = share_difference((0, 29), (5, 56))
        >>> round(d.value, 4), round(d.low, 4), round(d.high, 4)
        (0.0893, -0.0381, 0.1926)
    """
    require_groups(base, other, confidence=confidence)
    if base[1] == 0 or other[1] == 0:
        return NO_CONTRAST
    value = other[0] / other[1] - base[0] / base[1]
    if method == "score":
        return Contrast(value, *_score_bounds(base, other, _critical(confidence)))
    if method == "pooled":
        half = _critical(confidence) * sqrt(pooled_variance(base, other))
        return Contrast(value, max(-1.0, value - half), min(1.0, value + half))
    a, b = rate(*base, confidence=confidence), rate(*other, confidence=confidence)
    below = sqrt((_of(b.value) - _of(b.low)) ** 2 + (_of(a.high) - _of(a.value)) ** 2)
    above = sqrt((_of(b.high) - _of(b.value)) ** 2 + (_of(a.value) - _of(a.low)) ** 2)
    return Contrast(value, max(-1.0, value - below), min(1.0, value + above))


def share_ratio(
    base: Group,
    other: Group,
    *,
    variance: Literal["separate", "pooled"] = "separate",
    confidence: float = 0.95,
) -> Contrast:
    """How many times larger one share is than another: the risk ratio on the log scale.

    Misleads with few successes in the base; nobody there, or nobody in the other group, leaves it
    undefined.

    Args:
        base: (part, whole) to divide by.
        other: (part, whole) that is divided.
        variance: "separate" takes each group's own share, "pooled" one share for both.
        confidence: Two-sided level, strictly between 0 and 1.

    Raises:
        ValueError: An argument lies outside its range.

    References:
        Katz, Baptista, Azen and Pike (1978), Biometrics 34:469-474.

    Examples:
        >>> r = share_ratio((48, 80), (56, 70))
        >>> round(r.value, 3), round(r.low, 3), round(r.high, 3)
        (1.333, 1.077, 1.651)
    """
    require_groups(base, other, confidence=confidence)
    if base[0] == 0 or other[0] == 0:
        return NO_CONTRAST
    (x1, n1), (x2, n2) = base, other
    if variance == "pooled":
        p = (x1 + x2) / (n1 + n2)
        of_log = (1 - p) / p * (1 / n1 + 1 / n2)
    else:
        of_log = 1 / x1 - 1 / n1 + 1 / x2 - 1 / n2
    centre, half = log(x2 / n2) - log(x1 / n1), _critical(confidence) * sqrt(of_log)
    return Contrast(exp(centre), exp(centre - half), exp(centre + half))


def pooled_variance(base: Group, other: Group) -> float:
    """Variance of the difference of two shares if both are one; both wholes above 0."""
    p = (base[0] + other[0]) / (base[1] + other[1])
    return p * (1 - p) * (1 / base[1] + 1 / other[1])


def _score_bounds(base: Group, other: Group, critical: float) -> tuple[float, float]:
    """Where the score statistic equals the critical value, by bisection."""
    estimate = other[0] / other[1] - base[0] / base[1]
    ends = []
    for end in (-1.0, 1.0):
        inside, outside = estimate, end
        for _ in range(100):
            middle = (inside + outside) / 2
            if _score_distance(base, other, middle) > critical:
                outside = middle
            else:
                inside = middle
        ends.append(inside)
    return ends[0], ends[1]


def _score_distance(base: Group, other: Group, difference: float) -> float:
    """|z| of the difference, with the variance of the likeliest shares that lie it apart."""
    (x1, n1), (x2, n2) = base, other
    likely = _likeliest_base(base, other, difference)
    moved = likely + difference
    variance = moved * (1 - moved) / n2 + likely * (1 - likely) / n1
    gap = abs(x2 / n2 - x1 / n1 - difference)
    return gap / sqrt(variance) if variance > 0 else (0.0 if gap == 0 else float("inf"))


def _likeliest_base(base: Group, other: Group, difference: float) -> float:
    """The base share p that makes both counts likeliest when the other is p + difference."""
    (x1, n1), (x2, n2) = base, other
    low, high = max(0.0, -difference), min(1.0, 1.0 - difference)
    for _ in range(60):
        p = (low + high) / 2
        q = p + difference
        slope = _over(x1, p) - _over(n1 - x1, 1 - p) + _over(x2, q) - _over(n2 - x2, 1 - q)
        low, high = (p, high) if slope > 0 else (low, p)
    return (low + high) / 2


def _over(count: int, share: float) -> float:
    return count / max(share, 1e-300) if count else 0.0


def _critical(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _of(value: float | None) -> float:
    if value is None:
        raise ValueError("a share of nobody has no interval")
    return value


def require_groups(*groups: Group, confidence: float = 0.95) -> None:
    """Refuse a part outside 0 to its whole and a confidence outside 0 to 1."""
    for part, whole in groups:
        if not 0 <= part <= whole:
            raise ValueError(f"part must be between 0 and whole, got {part} of {whole}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, got {confidence}")
