"""Which share of customers is still there at each age."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from metrics.rates import Rate, rate
from metrics.survival.lifetimes import Floats, Lifetimes, standard_normal_quantile

Transform = Literal["log-log", "log"]
ROUNDING = 1e-9  # shares are products of many fractions: a half may come out a hair above
FEWEST_AT_RISK = 20  # below it a curve is drawn by a handful of people


@dataclass(frozen=True, slots=True)
class Curve:
    """A survival curve: a step down at each age at which somebody left.

    Attributes:
        ages: At which somebody left, ascending.
        at_risk: Customers under observation just before each age.
        events: Of those, who left at it.
        survival: Share still there just after each age, as a fraction.
        low: Lower end of its interval; None where nobody is left.
        high: Upper end of its interval; None with low.
        median: First age by which half have left; None: not reached.
        median_low: Lower end of its interval; None: not reached.
        median_high: Upper end of its interval; None: not reached.
        shown_until: Age from which fewer than 20 are at risk: stop the curve there. None: as many
            are at risk to the end.
        longest: The longest duration seen: the curve says nothing beyond it.
        stayed: Customers on whom the interval rests until somebody leaves: those at risk at the
            first departure, or at the end of what is shown.
        transform: How the intervals are made. It is to be named: R's default is "log".
        confidence: Of the intervals.
    """

    ages: tuple[float, ...]
    at_risk: tuple[int, ...]
    events: tuple[int, ...]
    survival: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    median: float | None
    median_low: float | None
    median_high: float | None
    shown_until: float | None
    longest: float
    stayed: int
    transform: Transform
    confidence: float

    def at(self, age: float) -> Rate:
        """The share still there at an age; undefined beyond the longest duration seen."""
        if not 0 <= age <= self.longest:
            return Rate(value=None, low=None, high=None)
        place = int(np.searchsorted(self.ages, age, side="right")) - 1
        if place < 0:
            return rate(self.stayed, self.stayed, confidence=self.confidence)
        return Rate(self.survival[place], self.low[place], self.high[place])


def kaplan_meier(
    lifetimes: Lifetimes, *, confidence: float = 0.95, transform: Transform = "log-log"
) -> Curve:
    """The share of customers still there at each age, counting those who have not left yet.

    Who is still there counts until the age at which they were last seen, and then drops out of the
    base, so that young customers neither flatter nor spoil the curve. It misleads when those who
    drop out of sight differ from those who stay, and when plans with yearly and monthly renewals
    are pooled: each step then stands for something else. Until somebody leaves the interval is
    Wilson's: that everybody stayed so far does not make it certain.

    Args:
        lifetimes: One row per customer.
        confidence: Of each age's interval, strictly between 0 and 1.
        transform: "log-log" keeps intervals within 0 and 1; "log" is what R gives unless asked.

    Raises:
        ValueError: `confidence` outside its range.

    References:
        Kaplan and Meier (1958), JASA 53:457-481. Greenwood's variance; Kalbfleisch and Prentice
        (2002), eq. 1.13 (log-log). Median's interval: Brookmeyer and Crowley (1982), Biometrics
        38:29-41. Computed by statsmodels, SurvfuncRight.

    Examples:
        >>> curve = kaplan_meier(Lifetimes(np.array([1.0, 2, 2, 3]), np.array([1, 1, 0, 0]) > 0))
        >>> curve.ages, curve.median
        ((1.0, 2.0), 2.0)
    """
    z = standard_normal_quantile(confidence)
    longest = float(lifetimes.durations.max(initial=0))
    if not lifetimes.is_event.any():
        until = _thin(lifetimes)
        shown = lifetimes.durations[lifetimes.durations < until] if until else lifetimes.durations
        stayed = int((lifetimes.durations >= shown.max(initial=0)).sum())
        return Curve(
            (), (), (), (), (), (), None, None, None, until, longest, stayed, transform, confidence
        )
    from statsmodels.duration.survfunc import SurvfuncRight

    found = SurvfuncRight(
        lifetimes.durations, lifetimes.is_event.astype(np.float64), entry=lifetimes.entries
    )
    low, high = _interval(found.surv_prob, found.surv_prob_se, z, transform)
    ages = found.surv_times
    return Curve(
        ages=tuple(ages.tolist()),
        at_risk=tuple(int(count) for count in found.n_risk),
        events=tuple(int(count) for count in found.n_events),
        survival=tuple(found.surv_prob.tolist()),
        low=_or_none(low),
        high=_or_none(high),
        median=_first_below_half(ages, found.surv_prob),
        median_low=_first_below_half(ages, low),
        median_high=_first_below_half(ages, high),
        shown_until=_thin(lifetimes),
        longest=longest,
        stayed=int(found.n_risk[0]),
        transform=transform,
        confidence=confidence,
    )


@dataclass(frozen=True, slots=True)
class Hazard:
    """The risk of leaving at one age, for those who got there.

    Attributes:
        age: The age, in whole units.
        rate: Who left at it ÷ who was at risk; undefined when nobody was.
        at_risk: Customers at least that old when last seen.
        events: Of those, who left at that age.
    """

    age: float
    rate: Rate
    at_risk: int
    events: int


def hazards(lifetimes: Lifetimes, ages: list[float]) -> tuple[Hazard, ...]:
    """The risk of leaving at each of some ages: where the curve falls fastest.

    For durations in whole months or renewals. A customer seen for less than the age is not at risk.

    Examples:
        >>> found = hazards(Lifetimes(np.array([1.0, 2, 2]), np.array([1, 0, 0]) > 0), [1, 2])
        >>> [(one.events, one.at_risk) for one in found]
        [(1, 3), (0, 2)]
    """
    found = []
    for age in ages:
        seen = lifetimes.durations >= age
        if lifetimes.entries is not None:
            seen &= lifetimes.entries < age
        left = int((lifetimes.is_event & (lifetimes.durations == age)).sum())
        found.append(Hazard(age, rate(left, int(seen.sum())), int(seen.sum()), left))
    return tuple(found)


def _interval(
    survival: Floats, error: Floats, z: float, transform: Transform
) -> tuple[Floats, Floats]:
    """Ends of the interval at each age; NaN where nobody is left."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if transform == "log":
            spread = z * error / survival
            return survival * np.exp(-spread), np.minimum(survival * np.exp(spread), 1)
        spread = z * error / (survival * np.log(survival))
        return survival ** np.exp(-spread), survival ** np.exp(spread)


def _first_below_half(ages: Floats, shares: Floats) -> float | None:
    below = np.flatnonzero(shares <= 0.5 + ROUNDING)
    return float(ages[below[0]]) if len(below) else None


def _or_none(values: Floats) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else float(value) for value in values)


def _thin(lifetimes: Lifetimes) -> float | None:
    """The age from which fewer than 20 customers are at risk."""
    ages: NDArray[np.float64] = np.unique(lifetimes.durations)
    at_risk = len(lifetimes) - np.searchsorted(np.sort(lifetimes.durations), ages, side="left")
    if lifetimes.entries is not None:
        at_risk -= len(lifetimes) - np.searchsorted(np.sort(lifetimes.entries), ages, side="left")
    # A left-truncated table is thin at its start as well: only its tail ends the curve.
    enough = np.flatnonzero(at_risk >= FEWEST_AT_RISK)
    if not len(enough):
        return 0.0
    return float(ages[enough[-1] + 1]) if enough[-1] + 1 < len(ages) else None
