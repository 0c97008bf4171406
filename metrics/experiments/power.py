"""How many units an experiment needs, what it can see, and how long that takes."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, sqrt
from typing import Literal

from metrics.experiments.distributions import critical_value, require_fraction
from metrics.experiments.roots import rising_root

Sides = Literal["two-sided", "one-sided"]
FAR = 8.0  # standard errors: beyond it lies a chance of 1e-15


def power(
    difference: float,
    *,
    sd: float,
    n_control: float,
    n_treated: float,
    alpha: float = 0.05,
    sides: Sides = "two-sided",
) -> float:
    """The chance that the test of a mean finds a true difference of this size.

    Args:
        difference: True treated - control, in the metric's unit; its sign does not matter.
        sd: Standard deviation of a unit, above 0; with covariates, the residual one:
            sd x sqrt(variance_ratio).
        n_control: Units of the control arm, above 1.
        n_treated: Units of the treated arm, above 1.
        alpha: Error of the test.
        sides: "one-sided" tests in the direction of the difference.

    Raises:
        ValueError: An argument lies outside its range.

    References:
        Cohen (1988), "Statistical power analysis", chapter 2 (noncentral t). For proportions see
        `power_of_shares`.

    Examples:
        >>> round(power(0.05, sd=0.9**0.5, n_control=5000, n_treated=5000), 4)
        0.7502
    """
    from scipy.special import nctdtr, stdtrit

    require_fraction("alpha", alpha)
    if sd <= 0 or n_control <= 1 or n_treated <= 1:
        raise ValueError(f"sd > 0 and n > 1 are needed, got {sd}, {n_control}, {n_treated}")
    df = n_control + n_treated - 2
    shift = abs(difference) / sd / sqrt(1 / n_control + 1 / n_treated)
    limit = float(stdtrit(df, 1 - alpha / (2 if sides == "two-sided" else 1)))
    # scipy's noncentral t gives NaN far out, where nothing is left to add.
    found = 1.0 if shift - limit > FAR else 1 - float(nctdtr(df, shift, limit))
    if sides == "one-sided" or shift > FAR - limit:
        return found
    return found + float(nctdtr(df, shift, -limit))


def units_needed(
    difference: float,
    *,
    sd: float,
    ratio: float = 1.0,
    alpha: float = 0.05,
    power_wanted: float = 0.8,
    sides: Sides = "two-sided",
) -> float:
    """Units of the control arm that give the wanted power; the treated arm gets ratio times that.

    Args:
        difference: Smallest difference worth finding, not 0, in the metric's unit.
        sd: Standard deviation of a unit, above 0.
        ratio: Treated units per control unit, above 0.
        alpha: Error of the test.
        power_wanted: Chance wanted.
        sides: As in `power`.

    Raises:
        ValueError: An argument lies outside its range; difference is 0.

    References:
        Cohen (1988), chapter 2; as R's power.t.test.

    Examples:
        >>> round(units_needed(1, sd=1, power_wanted=0.9), 2)
        22.02
    """
    require_fraction("power_wanted", power_wanted)
    if difference == 0 or sd <= 0 or ratio <= 0:
        raise ValueError(f"need difference not 0, sd and ratio > 0, got {difference}, {ratio}")
    z = critical_value(1 - alpha, alternative="two-sided" if sides == "two-sided" else "greater")
    rough = (z + critical_value(power_wanted, alternative="less")) ** 2 * (1 + 1 / ratio)
    about = rough * (sd / difference) ** 2

    def chance(n: float) -> float:
        return power(difference, sd=sd, n_control=n, n_treated=ratio * n, alpha=alpha, sides=sides)

    least = max(1.0, 1 / ratio) * (1 + 1e-6)
    return rising_root(chance, power_wanted, low=max(least, about * 0.9), high=about * 1.5 + 20)


def minimum_effect(
    *,
    sd: float,
    n_control: float,
    n_treated: float,
    alpha: float = 0.05,
    power_wanted: float = 0.8,
) -> float:
    """The smallest true difference that these units find with the wanted power.

    What "no effect" means: an effect of this size would probably have been seen.

    Args:
        sd: Standard deviation of a unit, above 0 (residual, with covariates).
        n_control: Units of the control arm, above 1.
        n_treated: Units of the treated arm, above 1.
        alpha: Two-sided error.
        power_wanted: Chance wanted.

    Raises:
        ValueError: An argument lies outside its range.

    References:
        Bloom (1995), Evaluation Review 19:547-556.

    Examples:
        >>> round(minimum_effect(sd=1.2, n_control=56_512, n_treated=56_512), 4)
        0.02
    """
    require_fraction("power_wanted", power_wanted)
    unit = sd * sqrt(1 / n_control + 1 / n_treated)
    return rising_root(
        lambda d: power(d, sd=sd, n_control=n_control, n_treated=n_treated, alpha=alpha),
        power_wanted,
        low=0.0,
        high=unit * 40,
    )


def power_of_shares(p1: float, p2: float, *, n: float, alpha: float = 0.05) -> float:
    """The chance that the z-test of two shares finds a true difference, both arms of n units.

    Args:
        p1: Share in the control arm, strictly between 0 and 1.
        p2: Share in the treated arm.
        n: Units of each arm, above 0.
        alpha: Two-sided error.

    Raises:
        ValueError: An argument lies outside its range.

    References:
        Fleiss, Levin and Paik (2003), section 4.2; as R's power.prop.test.

    Examples:
        >>> round(power_of_shares(0.5, 0.75, n=50), 2)
        0.74
    """
    from scipy.special import ndtr

    require_fraction("p1", p1)
    require_fraction("p2", p2)
    middle = (p1 + p2) / 2
    if_same = critical_value(1 - alpha) * sqrt(2 * middle * (1 - middle))
    spread = sqrt(p1 * (1 - p1) + p2 * (1 - p2))
    return float(ndtr((sqrt(n) * abs(p2 - p1) - if_same) / spread))


def units_needed_for_shares(
    p1: float, p2: float, *, alpha: float = 0.05, power_wanted: float = 0.8
) -> float:
    """Units of each arm with which the z-test of two shares has the wanted power.

    Args:
        p1: Share in the control arm, strictly between 0 and 1.
        p2: Share in the treated arm, another one.
        alpha: Two-sided error.
        power_wanted: Chance wanted.

    Raises:
        ValueError: An argument lies outside its range, or the shares are equal.

    References:
        Fleiss, Levin and Paik (2003), equation 4.14 without continuity correction.

    Examples:
        >>> round(units_needed_for_shares(0.1, 0.11))
        14751
    """
    require_fraction("p1", p1)
    require_fraction("p2", p2)
    require_fraction("power_wanted", power_wanted)
    if p1 == p2:
        raise ValueError(f"two different shares are needed, got {p1} twice")
    middle = (p1 + p2) / 2
    if_same = critical_value(1 - alpha) * sqrt(2 * middle * (1 - middle))
    reach = critical_value(power_wanted, alternative="less")
    return ((if_same + reach * sqrt(p1 * (1 - p1) + p2 * (1 - p2))) / (p2 - p1)) ** 2


def days_needed(units: float, *, cumulative_units: Sequence[float]) -> int | None:
    """The day on which enough different units have been seen, from how uniques really add up.

    Daily visitors come back, so units grow slower and slower; dividing by a day's visitors promises
    an end that never comes.

    Args:
        units: Units of all arms together that are needed, >= 0.
        cumulative_units: Different units seen up to each day of a like period, day 1 first.

    Raises:
        ValueError: The curve falls.

    Examples:
        >>> days_needed(250, cumulative_units=[100, 180, 240, 280])
        4
        >>> days_needed(300, cumulative_units=[100, 180, 240, 280]) is None
        True
    """
    curve = list(cumulative_units)
    if any(b < a for a, b in pairwise(curve)):
        raise ValueError("cumulative units cannot fall")
    return next((day for day, seen in enumerate(curve, start=1) if seen >= ceil(units)), None)
