"""Effects on a quantile: what the change did to the slowest tenth, not to the average."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.experiments.anytime_shares import least_evident_share, share_evidence
from metrics.experiments.arms import Arm, ratio_arm
from metrics.experiments.distributions import critical_value, require_fraction
from metrics.experiments.moments import joint_moments

OUTER = 0.95  # level of the inner interval that the variance of a quantile is read from


@dataclass(frozen=True, slots=True)
class QuantileRanks:
    """Which sorted values hold a quantile: read them by `quantile_cont` or by position.

    Attributes:
        at: The quantile itself, as a fraction of the values, 0 to 1.
        low: Lower end of its interval as such a fraction; None when there are too few values.
        high: Upper end likewise; None with low.
    """

    at: float
    low: float | None
    high: float | None


def quantile_ranks(
    n: int, *, at: float, inflation: float = 1.0, confidence: float = OUTER
) -> QuantileRanks:
    """Where to look among sorted values for a quantile's interval, without any density.

    When several values belong to one unit (requests of a user), chance moves the share of values
    below a point by more than the binomial; `share_inflation` says by how much.

    Args:
        n: Values, >= 0.
        at: The quantile, strictly between 0 and 1.
        inflation: Standard error of the share over the binomial one, > 0; 1 for one value per unit.
        confidence: Level of the interval.

    Raises:
        ValueError: An argument lies outside its range.

    References:
        Deng, Knoblich and Lu (2018), KDD, section 4, equation 12 ("outer confidence interval").

    Examples:
        >>> ranks = quantile_ranks(10_000, at=0.9)
        >>> round(ranks.low, 4), round(ranks.high, 4)
        (0.8941, 0.9059)
        >>> quantile_ranks(20, at=0.99).low is None
        True
    """
    require_fraction("at", at)
    if n < 0 or inflation <= 0:
        raise ValueError(f"n must be >= 0 and inflation > 0, got {n} and {inflation}")
    if n == 0:
        return QuantileRanks(at, None, None)
    reach = critical_value(confidence) * inflation * sqrt(at * (1 - at) / n)
    low, high = at - reach, at + reach
    return QuantileRanks(at, low, high) if low > 0 and high < 1 else QuantileRanks(at, None, None)


def share_inflation(below: Arm, values: int) -> float | None:
    """How much more chance moves a share of values when units bring several values each.

    Args:
        below: `ratio_arm` of values below the quantile over values, per unit.
        values: Values of the arm, all units together.

    References:
        Deng, Knoblich and Lu (2018), KDD, section 4, equation 11.

    Examples:
        >>> share_inflation(Arm(n=100, value=0.5, variance=0.0025, df=99), values=400)
        2.0
    """
    if below.value is None or below.variance is None or not 0 < below.value < 1:
        return None
    return sqrt(below.variance * values / (below.value * (1 - below.value)))


def quantile_arm(
    n: int,
    value: float,
    *,
    low: float,
    high: float,
    n_at_ranks: int | None = None,
    confidence: float = OUTER,
) -> Arm:
    """An arm whose metric is a quantile, from its interval: compare two with `difference`.

    The interval's width over that of a normal interval is taken for the standard error (times
    (n - 1)/n, so that GrowthBook's figures agree to the last digit). It misleads where values pile
    up on one number: equal ends give a variance of 0, and nothing can be said.

    Args:
        n: Units of the arm.
        value: The quantile.
        low: Value at the lower rank of `quantile_ranks`, low <= value.
        high: Value at the upper rank.
        n_at_ranks: Units that the ranks were computed for, if other than n.
        confidence: The level that the ranks were asked for.

    Raises:
        ValueError: The three values are not in order.

    References:
        Deng, Knoblich and Lu (2018), KDD, section 4.

    Examples:
        >>> arm = quantile_arm(11_054, 7.158, low=7.0988, high=7.2172)
        >>> round(arm.variance ** 0.5, 4)
        0.0302
    """
    if not low <= value <= high:
        raise ValueError(f"low <= value <= high is needed, got {low}, {value}, {high}")
    if n < 2:
        return Arm(n, value, None, None)
    error = (high - low) / (2 * critical_value(confidence))
    return Arm(n, value, error**2 * (n_at_ranks or n) / n * (n - 1) / n, n - 1)


def quantile_arm_of(values: ArrayLike, *, at: float) -> Arm:
    """An arm whose metric is a quantile of one value per unit.

    Args:
        values: Shape (n,), finite.
        at: The quantile, strictly between 0 and 1.

    Raises:
        ValueError: at lies outside its range.

    Examples:
        >>> arm = quantile_arm_of(range(1, 1001), at=0.5)
        >>> arm.value, round(arm.variance ** 0.5, 1)
        (500.5, 15.8)
    """
    array = np.asarray(values, dtype=float)
    ranks = quantile_ranks(array.size, at=at)
    if ranks.low is None or ranks.high is None:
        value = float(np.quantile(array, at)) if array.size else None
        return Arm(array.size, value, None, None)
    value, low, high = np.quantile(array, [at, ranks.low, ranks.high]).tolist()
    return quantile_arm(array.size, value, low=low, high=high)


def clustered_quantile_arm(values: ArrayLike, units: ArrayLike, *, at: float) -> Arm:
    """An arm whose metric is a quantile of values, of which a unit brings several.

    The slowest twentieth of all requests, where users were randomised: requests of one user are
    alike, so that treating them as independent makes the interval too narrow. The quantile is that
    of all values together, so units with many values weigh more, as they do in the metric itself.

    Args:
        values: Shape (n,), finite.
        units: Shape (n,), whole numbers: whose each value is.
        at: The quantile, strictly between 0 and 1.

    Raises:
        ValueError: at lies outside its range, or the shapes differ.

    References:
        Deng, Knoblich and Lu (2018), KDD, section 4, equations 11 and 12.

    Examples:
        >>> alone = clustered_quantile_arm(range(1000), range(1000), at=0.5)
        >>> alike = clustered_quantile_arm([n // 4 for n in range(1000)], [n // 4 for n in
        ...     range(1000)], at=0.5)
        >>> round((alone.variance / 1000**2) ** 0.5, 3), round((alike.variance / 250**2) ** 0.5, 3)
        (0.016, 0.032)
    """
    require_fraction("at", at)
    array, owners = np.asarray(values, dtype=float), np.asarray(units)
    if array.shape != owners.shape:
        raise ValueError(
            f"every value needs its unit, got {array.size} values and {owners.size} units"
        )
    known, places = np.unique(owners, return_inverse=True)
    if not array.size:
        return Arm(0, None, None, None)
    value = float(np.quantile(array, at))
    below = np.bincount(places, weights=array <= value)
    share = ratio_arm(joint_moments([below, np.bincount(places)]))
    inflation = share_inflation(share, array.size)
    ranks = quantile_ranks(array.size, at=at, inflation=inflation) if inflation else None
    if ranks is None or ranks.low is None or ranks.high is None:
        return Arm(known.size, value, None, None)
    low, high = np.quantile(array, [ranks.low, ranks.high]).tolist()
    return quantile_arm(known.size, value, low=low, high=high)


def quantile_anytime_p_value(
    control: ArrayLike,
    treated: ArrayLike,
    *,
    at: float,
    planned: float,
    planned_alpha: float = 0.05,
) -> float:
    """A p-value for "this quantile is the same" that may be read at any time, as often as wanted.

    For each value x that the common quantile could have, both arms bring evidence against it; the
    least evidence over all x counts. Needs no density and no large sample; pays for it in power.

    Args:
        control: Shape (n,), values of the control arm so far.
        treated: Shape (m,), values of the treated arm so far.
        at: The quantile, strictly between 0 and 1.
        planned: Values per arm at which the test is sharpest, above 0.
        planned_alpha: The error it is sharpest for.

    Raises:
        ValueError: An arm is empty; at or planned_alpha outside their range.

    References:
        Howard and Ramdas (2022), Bernoulli 28:1704-1728, section 4, theorem 5.

    Examples:
        >>> round(quantile_anytime_p_value(range(1000), range(100, 1100), at=0.5, planned=100), 4)
        0.0055
    """
    require_fraction("at", at)
    claim = {"share": at, "planned": planned, "planned_alpha": planned_alpha}
    arms = [np.sort(np.asarray(values, dtype=float)) for values in (control, treated)]
    if any(arm.size == 0 for arm in arms):
        raise ValueError("both arms need values")
    least = [least_evident_share(arm.size, **claim) for arm in arms]
    candidates = _between(arms, least)
    evidence = np.zeros(candidates.size)
    for arm, kindest in zip(arms, least, strict=True):
        # The share below x is anything from "less than x" to "up to x": the kindest one counts.
        below = np.searchsorted(arm, candidates, side="left") / arm.size
        up_to = np.searchsorted(arm, candidates, side="right") / arm.size
        evidence += share_evidence(np.clip(kindest, below, up_to), arm.size, **claim)
    return float(min(1.0, np.exp(-evidence.min())))


def _between(arms: list[NDArray[np.float64]], least: list[float]) -> NDArray[np.float64]:
    """Values between the arms' least evident ones: beyond, the evidence of both only grows."""
    places = [int(share * arm.size) for share, arm in zip(least, arms, strict=True)]
    pairs = list(zip(arms, places, strict=True))
    low = min(arm[max(0, min(at, arm.size) - 1)] for arm, at in pairs)
    high = max(arm[min(arm.size - 1, at + 1)] for arm, at in pairs)
    return np.unique(np.concatenate([arm[(arm >= low) & (arm <= high)] for arm in arms]))
