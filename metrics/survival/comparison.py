"""Whether groups of customers stay equally long, and how much longer the one stays."""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.survival.lifetimes import Lifetimes, standard_normal_quantile


@dataclass(frozen=True, slots=True)
class LogRank:
    """How surprising the groups' curves are if they were one.

    Attributes:
        chi2: The statistic; None when nobody left, or no two groups were at risk together.
        degrees: Groups compared, less one.
        p_value: None with the statistic.
    """

    chi2: float | None
    degrees: int
    p_value: float | None


def log_rank(
    lifetimes: Lifetimes,
    groups: NDArray[np.integer],
    *,
    weights: Literal["equal", "wilcoxon", "tarone-ware"] = "equal",
    strata: NDArray[np.integer] | None = None,
) -> LogRank:
    """Do the groups leave at the same rate at every age?

    Sharpest when one group's risk is a constant multiple of the other's. Curves that cross can give
    a large p-value while they differ a lot: look at them, and at `restricted_mean_difference`.

    Args:
        lifetimes: One row per customer.
        groups: (n,) which group each belongs to.
        weights: "wilcoxon" (Gehan-Breslow) and "tarone-ware" look more at young ages.
        strata: (n,) compare only within equal values; None: all together.

    Raises:
        ValueError: A group or stratum is missing for a customer.

    References:
        Mantel (1966), Cancer Chemother. Rep. 50:163-170. Computed by statsmodels, survdiff.

    Examples:
        >>> seen = Lifetimes(np.array([1.0, 2, 8, 9]), np.ones(4) > 0)
        >>> round(log_rank(seen, np.array([0, 0, 1, 1])).chi2, 4)
        2.8824
    """
    for column in (groups, strata):
        if column is not None and len(column) != len(lifetimes):
            raise ValueError(f"got {len(column)} groups for {len(lifetimes)} customers")
    compared = _seen_at_an_event(lifetimes, groups)
    degrees = len(np.unique(groups[compared])) - 1
    if degrees < 1:
        return LogRank(None, max(degrees, 0), None)
    lifetimes, groups = lifetimes.only(compared), groups[compared]
    strata = None if strata is None else strata[compared]
    from scipy.stats import chi2
    from statsmodels.duration.survfunc import survdiff

    kinds = {"equal": None, "wilcoxon": "gb", "tarone-ware": "tw"}
    try:
        statistic, _ = survdiff(
            lifetimes.durations, lifetimes.is_event.astype(np.float64), groups,
            weight_type=kinds[weights], strata=strata, entry=lifetimes.entries,
        )  # fmt: skip
    except np.linalg.LinAlgError:  # groups that were never at risk together
        return LogRank(None, degrees, None)
    return LogRank(float(statistic), degrees, float(chi2.sf(statistic, degrees)))


def _seen_at_an_event(
    lifetimes: Lifetimes, groups: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """(n,) rows of groups of which somebody was at risk when somebody left."""
    if not lifetimes.is_event.any():
        return np.zeros(len(lifetimes), dtype=np.bool_)
    first = lifetimes.durations[lifetimes.is_event].min()
    return np.isin(groups, groups[lifetimes.durations >= first])


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """How long customers stay on average within a horizon.

    Attributes:
        value: Mean time within the horizon; None when nobody was seen so long.
        error: Its standard error; None when fewer than two left within the horizon.
        low: Lower end of its interval; None with the error.
        high: Upper end of its interval; None with the error.
        events: Customers who left within the horizon: what the error rests on.
    """

    value: float | None
    error: float | None
    low: float | None
    high: float | None
    events: int


NO_MEAN = RestrictedMean(value=None, error=None, low=None, high=None, events=0)


def restricted_mean(
    lifetimes: Lifetimes, horizon: float, *, confidence: float = 0.95
) -> RestrictedMean:
    """Mean time that customers stay, looking no further than a horizon: the area under the curve.

    Unlike the mean it needs no guess about the future, and unlike the median it exists for every
    plan. It is in units a reader knows: months of a year.

    Args:
        lifetimes: One row per customer.
        horizon: Above 0, and no longer than the longest duration, or it is undefined.
        confidence: Strictly between 0 and 1.

    Raises:
        ValueError: An argument outside its range.

    References:
        Royston and Parmar (2013), BMC Med. Res. Methodol. 13:152. Variance: Klein and Moeschberger
        (2003), eq. 4.5.2, times D ÷ (D − 1) for D who left (Kaplan and Meier 1958, section 6.2);
        Student's t on D − 1, because a normal interval of few is too short.

    Examples:
        >>> found = restricted_mean(Lifetimes(np.array([1.0, 3]), np.array([1, 1]) > 0), 2)
        >>> found.value
        1.5
    """
    standard_normal_quantile(confidence)
    if horizon <= 0:
        raise ValueError(f"horizon must be above 0, got {horizon}")
    if horizon > lifetimes.durations.max(initial=0):
        return NO_MEAN
    from metrics.survival.kaplan_meier import kaplan_meier

    curve = kaplan_meier(lifetimes)
    inside = np.array(curve.ages) <= horizon
    ages = np.array(curve.ages)[inside]
    share = np.concatenate(([1.0], np.array(curve.survival)[inside]))
    widths = np.diff(np.concatenate(([0.0], ages, [horizon])))
    area = share * widths
    ahead = np.cumsum(area[::-1])[::-1][1:]  # the area from each age to the horizon
    at_risk, events = np.array(curve.at_risk)[inside], np.array(curve.events)[inside]
    is_last = at_risk == events
    spread = events / np.where(is_last, 1, at_risk * (at_risk - events))
    variance = float(np.sum(np.where(is_last, 0, ahead**2 * spread)))
    mean, left = float(area.sum()), int(events.sum())
    if left < 2:
        return RestrictedMean(mean, error=None, low=None, high=None, events=left)
    from scipy.stats import t

    error = sqrt(variance * left / (left - 1))
    reach = float(t.ppf((1 + confidence) / 2, left - 1)) * error
    return RestrictedMean(mean, error, mean - reach, mean + reach, left)


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """How much longer one group stays than another within a horizon.

    Attributes:
        value: Mean time of the other less that of the base; None where either is undefined.
        low: Lower end of its interval; None where either error is.
        high: Upper end of its interval; None with low.
        p_value: Two-sided; None with low.
    """

    value: float | None
    low: float | None
    high: float | None
    p_value: float | None


def restricted_mean_difference(
    base: Lifetimes, other: Lifetimes, horizon: float, *, confidence: float = 0.95
) -> MeanDifference:
    """How much longer one group stays: a difference in time, valid whatever shape the curves have.

    Args:
        base: The group to compare with.
        other: The group compared.
        horizon: As in `restricted_mean`.
        confidence: Strictly between 0 and 1.

    Raises:
        ValueError: An argument outside its range.

    References:
        Royston and Parmar (2013), BMC Med. Res. Methodol. 13:152. Degrees of freedom: Welch (1947),
        Biometrika 34:28-35.

    Examples:
        >>> seen = Lifetimes(np.array([1.0, 3]), np.array([1, 1]) > 0)
        >>> restricted_mean_difference(seen, seen, 2).value
        0.0
    """
    standard_normal_quantile(confidence)
    first, second = (restricted_mean(one, horizon) for one in (base, other))
    if first.value is None or second.value is None:
        return MeanDifference(value=None, low=None, high=None, p_value=None)
    difference = second.value - first.value
    if not first.error or not second.error:
        return MeanDifference(difference, low=None, high=None, p_value=None)
    from scipy.stats import t

    parts = first.error**2, second.error**2
    error = sqrt(sum(parts))
    degrees = sum(parts) ** 2 / (
        parts[0] ** 2 / (first.events - 1) + parts[1] ** 2 / (second.events - 1)
    )
    reach = float(t.ppf((1 + confidence) / 2, degrees)) * error
    p_value = float(2 * t.sf(abs(difference) / error, degrees))
    return MeanDifference(difference, difference - reach, difference + reach, p_value)
