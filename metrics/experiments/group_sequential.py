"""Planned looks: group-sequential bounds, futility, and what the design costs in units."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log, sqrt
from typing import Literal

import numpy as np

from metrics.experiments.brownian import (
    START,
    Score,
    above,
    below,
    continued,
    crossing_chances,
    require_rising,
)
from metrics.experiments.distributions import critical_value, require_fraction, tail_p_value
from metrics.experiments.roots import rising_root
from metrics.experiments.spending import Spending, spent

Sides = Literal["two-sided", "one-sided"]
PRECISION = 1e-9  # of a bound, in standard errors
LEAST_SPENT = 1e-14  # a look with less error to spend cannot stop anything: z beyond 7.6


@dataclass(frozen=True, slots=True)
class Look:
    """One look of a group-sequential design.

    Attributes:
        fraction: Information at the look over the planned one; above 1 is over-run.
        spent: Error used up by this look and all before it.
        bound: z to reach for a stop, for `effect(..., critical=...)`; None when this look cannot
            stop: too early, or after all error was spent.
        nominal_p: The ordinary p-value that the bound stands for: a stop when the p-value of
            `effect` is at or below it; None with the bound.
    """

    fraction: float
    spent: float
    bound: float | None
    nominal_p: float | None


def looks(
    fractions: Sequence[float],
    *,
    alpha: float = 0.05,
    spending: Spending = "obrien-fleming",
    shape: float = 3.0,
    sides: Sides = "two-sided",
    is_ended: bool = False,
) -> tuple[Look, ...]:
    """The bounds that keep the error at alpha over all looks together.

    Looks may come at any time, daily or not, as long as their times do not depend on the results.
    An estimate plus or minus bound x standard error is a valid interval at its look. More data than
    planned at the end (over-run) are used in full: the first look at or past the planned
    information spends all that is left, given how the looks really hang together.

    Args:
        fractions: Information of each look over the planned one, above 0 and rising.
        alpha: Error of the whole experiment.
        spending: How it is spread; see `spent`.
        shape: Parameter of the spending function.
        sides: "one-sided" spends all above.
        is_ended: The last look is the end although less than planned came in.

    Raises:
        ValueError: fractions do not rise; as `spent`.

    References:
        Lan and DeMets (1983), Biometrika 70:659-663. Jennison and Turnbull (2000), sections 7.2,
        9.1 (repeated intervals) and 19.2 (computation).

    Examples:
        >>> [round(look.bound, 3) for look in looks([0.2, 0.4, 0.6, 0.8, 1.0])]
        [4.877, 3.357, 2.68, 2.29, 2.031]
        >>> looks([0.01, 1.0])[0].bound is None
        True
    """
    require_rising(fractions)
    require_fraction("alpha", alpha)
    parts = 2 if sides == "two-sided" else 1
    score, used, found = START, 0.0, []
    for number, at in enumerate(fractions, start=1):
        is_last = is_ended and number == len(fractions)
        allowed = spent(1.0 if is_last else at, alpha=alpha / parts, spending=spending, shape=shape)
        bound = _bound(score, allowed - used, at=at) if allowed - used > LEAST_SPENT else None
        used = allowed if bound is not None else used
        p_value = None
        if bound is not None:
            p_value = tail_p_value(bound, alternative="greater") * parts
        found.append(Look(at, used * parts, bound, p_value))
        limit = inf if bound is None else bound
        score = continued(score, (-limit if parts == 2 else -inf, limit), at=at)
    return tuple(found)


def constant_bounds(count: int, *, delta: float, alpha: float = 0.05) -> tuple[float, ...]:
    """Two-sided bounds of the classical designs with equally spaced looks.

    Args:
        count: Number of looks, at least 1.
        delta: Shape: 0 is O'Brien and Fleming's, 0.5 is Pocock's constant one.
        alpha: Error of the whole experiment.

    Raises:
        ValueError: count below 1; alpha outside its range.

    References:
        Wang and Tsiatis (1987), Biometrics 43:193-199. O'Brien and Fleming (1979), Biometrics
        35:549-556. Pocock (1977), Biometrika 64:191-199.

    Examples:
        >>> [round(z, 3) for z in constant_bounds(4, delta=0)]
        [4.049, 2.863, 2.337, 2.024]
        >>> round(constant_bounds(5, delta=0.5)[0], 3)
        2.413
    """
    require_fraction("alpha", alpha)
    if count < 1:
        raise ValueError(f"a design needs a look, got {count}")
    fractions = [look / count for look in range(1, count + 1)]
    forms = [at ** (delta - 0.5) for at in fractions]

    def kept(level: float) -> float:
        under, over = crossing_chances(fractions, [(-level * f, level * f) for f in forms])
        return -(sum(under) + sum(over))

    level = rising_root(kept, -alpha, low=0.5, high=10.0)
    return tuple(level * form for form in forms)


def power_over_looks(
    fractions: Sequence[float], bounds: Sequence[float | None], *, drift: float
) -> float:
    """The chance that a two-sided design stops for a true effect in its direction.

    Args:
        fractions: Information fractions of the looks.
        bounds: z of each look; None where it cannot stop.
        drift: Expected z at information 1: true effect over its standard error then.

    Raises:
        ValueError: fractions do not rise, or bounds are of another length.

    References:
        Jennison and Turnbull (2000), section 2.3.

    Examples:
        >>> round(power_over_looks([1.0], [1.959964], drift=2.801585), 3)
        0.8
    """
    limits = [(-inf, inf) if bound is None else (-bound, bound) for bound in bounds]
    return sum(crossing_chances(fractions, limits, drift=drift)[1])


def inflation(
    fractions: Sequence[float],
    bounds: Sequence[float | None],
    *,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """How many times more units the design needs at most than a test with one look.

    Args:
        fractions: Information fractions of the looks, the last 1.
        bounds: z of each look; None where it cannot stop.
        alpha: Two-sided error of the design.
        power: Chance wanted to find the planned effect.

    Raises:
        ValueError: As `power_over_looks`; alpha or power outside its range.

    References:
        Jennison and Turnbull (2000), tables 2.2 and 2.4.

    Examples:
        >>> fifths = [0.2, 0.4, 0.6, 0.8, 1.0]
        >>> round(inflation(fifths, constant_bounds(5, delta=0)), 3)
        1.028
    """
    require_fraction("power", power)
    once = critical_value(1 - alpha) + critical_value(power, alternative="less")
    drift = rising_root(
        lambda d: power_over_looks(fractions, bounds, drift=d), power, low=0.0, high=20.0
    )
    return (drift / once) ** 2


def futility_bounds(
    fractions: Sequence[float],
    bounds: Sequence[float | None],
    *,
    drift: float,
    beta: float = 0.2,
    spending: Spending = "obrien-fleming",
    shape: float = 3.0,
) -> tuple[float | None, ...]:
    """Below which z the planned effect has become so unlikely that going on is a waste.

    Non-binding: the bounds for success were made without it, so one may go on regardless and the
    error stays at alpha. Stopping here costs at most beta of power, counted within the planned one.

    Args:
        fractions: Information fractions of the looks.
        bounds: z for success at each look; None where it cannot stop.
        drift: Expected z at information 1 under the planned effect, above 0.
        beta: Chance of missing the planned effect that may be spent.
        spending: How it is spread over the looks.
        shape: Parameter of the spending function.

    Raises:
        ValueError: drift not above 0; as `power_over_looks`.

    References:
        Pampallona, Tsiatis and Kim (2001), Drug Information Journal 35:1113-1121 (beta spending).

    Examples:
        >>> fifths = [0.2, 0.4, 0.6, 0.8, 1.0]
        >>> success = [look.bound for look in looks(fifths)]
        >>> [round(z, 2) for z in futility_bounds(fifths, success, drift=2.85)]
        [-1.36, 0.07, 0.84, 1.38, 2.03]
    """
    require_rising(fractions)
    if drift <= 0 or len(bounds) != len(fractions):
        raise ValueError(f"drift must be above 0 and bounds as many as looks, got {drift}")
    score, used, found = START, 0.0, []
    for at, success in zip(fractions, bounds, strict=True):
        allowed = spent(at, alpha=beta, spending=spending, shape=shape)
        limit = inf if success is None else success
        floor = -inf
        if allowed - used > LEAST_SPENT:
            mirrored = Score(score.at, -score.points, score.masses)
            floor = min(limit, -_bound(mirrored, allowed - used, at=at, drift=-drift))
        if at >= 1 and success is not None:
            floor = limit
        used += below(score, floor, at=at, drift=drift)
        found.append(None if floor == -inf else floor)
        score = continued(score, (floor, limit), at=at, drift=drift)
    return tuple(found)


def _bound(score: Score, chance: float, *, at: float, drift: float = 0.0) -> float:
    """The z above which lies this chance.

    Newton's steps on its logarithm, which is concave: from the z that all paths together would
    have, they come down to the root without passing it.
    """
    from scipy.special import ndtri

    if chance >= above(score, -inf, at=at, drift=drift):
        return -inf
    step = at - score.at
    z, previous = drift * sqrt(at) - float(ndtri(chance)), inf
    while abs(z - previous) > PRECISION:
        tail = above(score, z, at=at, drift=drift)
        if tail == 0:
            z -= 0.5
            continue
        distance = (z * sqrt(at) - score.points - drift * step) / sqrt(step)
        density = float(score.masses @ np.exp(-(distance**2) / 2)) / sqrt(2 * np.pi)
        previous, z = z, z + log(tail / chance) * tail / (density * sqrt(at / step))
    return z
