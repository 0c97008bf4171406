"""Who finds a feature, tries it, adopts it, and how soon: shares of shares, never guesses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.rates import Rate, rate
from metrics.survival import Curve, Lifetimes, kaplan_meier

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """A ratio with both its numbers, and its 95 % interval (Wilson).

    Attributes:
        part: People who did it.
        whole: People who could have.
        rate: The share; None in it when there was nobody.
    """

    part: int
    whole: int
    rate: Rate


def share(part: int, whole: int) -> Share:
    """A ratio with both its numbers.

    Raises:
        ValueError: Not 0 <= part <= whole.

    Examples:
        >>> share(1, 4).rate.value
        0.25
    """
    return Share(part, whole, rate(part, whole))


@dataclass(frozen=True, slots=True)
class AdoptionCounts:
    """People of one feature, each counted once.

    Attributes:
        eligible: Had access while it was live.
        exposed: Of those, saw it; None: exposures are not recorded.
        tried: Of those eligible, tried it.
        tried_exposed: Of `exposed`, tried it; None with `exposed`.
        completed: Of `tried`, completed it.
        mature: Of those eligible, seen for the full 28 days since their first eligibility.
        adopted: Of `mature`, with at least two distinct use days in those 28 days.
        adopters: All with at least two distinct use days.
        adopters_recent: Of `adopters`, used it in the last 28 days.
        tried_mature: Of `tried`, whose first use lies at least 28 days back.
        tried_once: Of `tried_mature`, never again in the 28 days after it.
        use_days: Use days of adopters, all together.
        active_weeks: Weeks in which adopters were active in the product, all together.
        acted: Of those eligible, did any of its actions.
        actions_used: Distinct actions that a user used, summed over `acted`.
        actions_available: Actions that the feature has.
    """

    eligible: int
    exposed: int | None
    tried: int
    tried_exposed: int | None
    completed: int
    mature: int
    adopted: int
    adopters: int
    adopters_recent: int
    tried_mature: int
    tried_once: int
    use_days: int
    active_weeks: int
    acted: int
    actions_used: int
    actions_available: int


@dataclass(frozen=True, slots=True)
class Adoption:
    """How far people get with one feature.

    Attributes:
        discovery: Exposed of eligible; None: exposures are not recorded.
        trial: Tried of exposed; None: exposures are not recorded.
        completion: Completed of tried.
        adoption: Two use days within 28 days of first eligibility, of those seen for all of them.
        stickiness: Adopters who used it in the last 28 days.
        abandonment: Tried once and not again within 28 days.
        frequency: Use days per active week of an adopter; None without active weeks.
        depth: Share of the feature's actions that its average user uses, among those who used any;
            None without them.
    """

    discovery: Share | None
    trial: Share | None
    completion: Share
    adoption: Share
    stickiness: Share
    abandonment: Share
    frequency: float | None
    depth: float | None


def adoption(counts: AdoptionCounts) -> Adoption:
    """How far do people get with a feature, and where do they stop?

    Every share names the people it is of: those who came too late to adopt, or tried it too
    recently to abandon it, are in neither number.

    Args:
        counts: Of one feature.

    Raises:
        ValueError: A part that is larger than its whole.

    References:
        Definition of adoption: this product's own, printed beside the number; suites differ.

    Examples:
        >>> counts = AdoptionCounts(100, 60, 21, 20, 15, 80, 8, 10, 6, 18, 9, 40, 50, 21, 42, 4)
        >>> found = adoption(counts)
        >>> found.trial.part, found.trial.whole, found.frequency, found.depth
        (20, 60, 0.8, 0.5)
    """
    discovery = trial = None
    if counts.exposed is not None:
        discovery = share(counts.exposed, counts.eligible)
        trial = share(counts.tried_exposed or 0, counts.exposed)
    possible = counts.acted * counts.actions_available
    return Adoption(
        discovery=discovery,
        trial=trial,
        completion=share(counts.completed, counts.tried),
        adoption=share(counts.adopted, counts.mature),
        stickiness=share(counts.adopters_recent, counts.adopters),
        abandonment=share(counts.tried_once, counts.tried_mature),
        frequency=counts.use_days / counts.active_weeks if counts.active_weeks else None,
        depth=counts.actions_used / possible if possible else None,
    )


def time_to_adopt(days: Floats, has_adopted: NDArray[np.bool_]) -> Curve:
    """How long until people adopt it, counting those who have not yet (Kaplan-Meier).

    The mean over adopters is wrong by construction: the slow ones are not in it. The median is None
    while less than half have adopted: that is the answer, not a gap.

    Args:
        days: (n,) from the first eligible and active day to adoption, or to the last day known.
        has_adopted: (n,) whether it ends with adoption.

    Returns:
        The curve of those who have not adopted; its median is the time to adopt.

    Raises:
        ValueError: Columns of different length, or negative days.

    References:
        Kaplan and Meier (1958), JASA 53:457-481.

    Examples:
        >>> days, has_adopted = np.array([1.0, 2.0, 3.0, 9.0]), np.array([True, True, True, False])
        >>> time_to_adopt(days, has_adopted).median
        2.0
    """
    return kaplan_meier(Lifetimes(days, has_adopted))


@dataclass(frozen=True, slots=True)
class Spot:
    """One feature on the map of breadth and frequency.

    Attributes:
        breadth: Its users of all active users, 0 to 1.
        frequency: Mean use days of a user per week.
        quadrant: core (broad, often), occasional (broad, seldom), specialist (narrow, often) or
            marginal (narrow, seldom).
    """

    breadth: float
    frequency: float
    quadrant: str


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """All features, and the lines between the quadrants.

    Attributes:
        spots: One for each feature; None for those without users.
        median_breadth: Of features with users; None without any.
        median_frequency: Of features with users; None without any.
    """

    spots: tuple[Spot | None, ...]
    median_breadth: float | None
    median_frequency: float | None


def feature_map(users: Floats, use_days: Floats, *, active: int, weeks: float) -> FeatureMap:
    """Which features are used by many, which often?

    The lines are medians: half of the features are on either side by construction, so the map
    ranks, it does not judge.

    Args:
        users: (F,) distinct users of each feature.
        use_days: (F,) their use days, all together.
        active: Active users of the product, at least as many as any feature's.
        weeks: Length of the window.

    Raises:
        ValueError: Fewer active users than users of a feature, or no time.

    Examples:
        >>> users, use_days = np.array([80.0, 10.0]), np.array([160.0, 80.0])
        >>> found = feature_map(users, use_days, active=100, weeks=4)
        >>> [(spot.breadth, spot.frequency, spot.quadrant) for spot in found.spots]
        [(0.8, 0.5, 'occasional'), (0.1, 2.0, 'specialist')]
    """
    if weeks <= 0:
        raise ValueError(f"weeks must be above 0, got {weeks}")
    if len(users) and users.max() > active:
        raise ValueError(f"a feature has {users.max():.0f} users, but only {active} are active")
    known = users > 0
    if not known.any():
        return FeatureMap((None,) * len(users), None, None)
    breadth = users / active
    frequency = use_days / np.maximum(users, 1) / weeks
    middle = float(np.median(breadth[known])), float(np.median(frequency[known]))
    spots = [
        Spot(float(b), float(f), _quadrant(b >= middle[0], f >= middle[1])) if is_known else None
        for b, f, is_known in zip(breadth, frequency, known, strict=True)
    ]
    return FeatureMap(tuple(spots), *middle)


def _quadrant(is_broad: bool, is_often: bool) -> str:  # noqa: FBT001
    if is_broad:
        return "core" if is_often else "occasional"
    return "specialist" if is_often else "marginal"
