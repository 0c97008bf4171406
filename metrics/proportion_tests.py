"""Tests of two shares: are they one share, seen twice?"""

from dataclasses import dataclass
from math import log, sqrt
from typing import Literal

from metrics.proportions import Group, pooled_variance, require_groups

FEW_EXPECTED = 5  # Cochran's rule: below it in a cell, the normal approximation misleads
MOST_TABLES = 250_000  # pairs of outcomes that Boschloo's test weighs within about a second


@dataclass(frozen=True, slots=True)
class ShareTest:
    """How surprising two shares are if they were one.

    Attributes:
        p_value: Two-sided; None when a group is empty.
        z: Standard errors between the shares (other − base); None where the test has none.
        method: The test that was used.
    """

    p_value: float | None
    z: float | None
    method: Literal["z", "likelihood", "boschloo", "fisher"]


def share_test(
    base: Group,
    other: Group,
    *,
    method: Literal["auto", "z", "likelihood", "boschloo", "fisher"] = "auto",
) -> ShareTest:
    """Could these two shares be the same one, seen twice? A two-sided p-value.

    "auto" takes the z-test, and an exact one when a cell of the table expects fewer than five:
    Boschloo's, which is sharper than Fisher's and as safe, or Fisher's where the groups are too
    large to go through every table.

    Args:
        base: (part, whole) of one group.
        other: (part, whole) of the other; z counts from the base to it.
        method: The test; "likelihood" is the G-test, without continuity correction.

    Raises:
        ValueError: A part lies outside 0 to its whole.

    References:
        Boschloo (1970), Statistica Neerlandica 24:1-9. Fisher (1935), JRSS 98:39-82.

    Examples:
        >>> test = share_test((264, 4071), (308, 4006))
        >>> round(test.z, 3), round(test.p_value, 4), test.method
        (2.108, 0.035, 'z')
        >>> share_test((7, 12), (1, 8)).method
        'boschloo'
    """
    require_groups(base, other)
    chosen = _fitting(base, other) if method == "auto" else method
    if base[1] == 0 or other[1] == 0:
        return ShareTest(p_value=None, z=None, method=chosen)
    if chosen == "boschloo":
        return ShareTest(_boschloo(base, other), None, chosen)
    if chosen == "fisher":
        return ShareTest(_fisher(base, other), None, chosen)
    from scipy.special import chdtrc, ndtr

    if chosen == "likelihood":
        return ShareTest(float(chdtrc(1, _g_statistic(base, other))), None, chosen)
    variance = pooled_variance(base, other)
    gap = other[0] / other[1] - base[0] / base[1]
    z = gap / sqrt(variance) if variance > 0 else 0.0
    return ShareTest(float(2 * ndtr(-abs(z))), z, chosen)


def _fitting(base: Group, other: Group) -> Literal["z", "boschloo", "fisher"]:
    successes, people = base[0] + other[0], base[1] + other[1]
    fewest = min(successes, people - successes) * min(base[1], other[1])
    if fewest >= FEW_EXPECTED * people:
        return "z"
    return "boschloo" if (base[1] + 1) * (other[1] + 1) <= MOST_TABLES else "fisher"


def _table(base: Group, other: Group) -> list[list[int]]:
    return [[other[0], other[1] - other[0]], [base[0], base[1] - base[0]]]


def _boschloo(base: Group, other: Group) -> float:
    if base[0] + other[0] in {0, base[1] + other[1]}:
        return 1.0  # nobody or everybody: one table, and it was seen
    from scipy.stats import boschloo_exact

    # scipy wants groups as columns: the whole of a column is fixed by the design.
    columns = [list(column) for column in zip(*_table(base, other), strict=True)]
    return min(1.0, float(boschloo_exact(columns).pvalue))


def _fisher(base: Group, other: Group) -> float:
    from scipy.stats import fisher_exact

    return float(fisher_exact(_table(base, other)).pvalue)


def _g_statistic(base: Group, other: Group) -> float:
    people = base[1] + other[1]
    total = 0.0
    for part, whole in (base, other):
        for seen, everywhere in (
            (part, base[0] + other[0]),
            (whole - part, people - base[0] - other[0]),
        ):
            total += seen * log(seen * people / (whole * everywhere)) if seen else 0.0
    return max(0.0, 2 * total)
