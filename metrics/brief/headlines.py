"""What of all that moved is worth a reader's morning: material, ranked, grouped, not repeated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import floor, log2

import numpy as np
from numpy.typing import NDArray

MOST_ITEMS = 7
RECOVERY_DAYS = 3
CLEARLY_OTHER = 1.25  # times as large: without it, an effect at the edge of a band flickers


@dataclass(frozen=True, slots=True)
class Movement:
    """Something that moved, before it is decided whether it is told.

    Attributes:
        metric: Its name.
        segment: Where; None: everywhere.
        on: The day tested.
        effect: Relative change as a fraction (or in points, for rates), against the forecast.
        low: Lower end of its interval.
        high: Upper end.
        smallest: The smallest change of this metric that matters to its owner, same unit, above 0.
        volume: People or events behind it on an ordinary day.
        weight: How much the metric matters, above 0.
        users: Share of all users in the segment, 0 to 1.
        cluster: What it belongs with, for one headline each; None: the metric by itself.
    """

    metric: str
    segment: str | None
    on: date
    effect: float
    low: float
    high: float
    smallest: float
    volume: float
    weight: float = 1.0
    users: float = 1.0
    cluster: str | None = None


@dataclass(frozen=True, slots=True)
class Headline:
    """One item of the brief.

    Attributes:
        movement: What is told.
        score: |interval end nearest zero| × weight × share of users; what it is ranked by.
        also: What moved with it.
        is_recovery: Whether the opposite was told within the three days before.
    """

    movement: Movement
    score: float
    also: tuple[Movement, ...]
    is_recovery: bool


def smallest_relevant(weekly: Sequence[float]) -> float | None:
    """Twice the median weekly change: what a metric does by itself is no news.

    Args:
        weekly: Relative changes of past weeks against the week before, as fractions.

    Returns:
        The default of an owner who has set none; None without a past, or when it never changed.

    Examples:
        >>> smallest_relevant([0.01, -0.02, 0.03])
        0.04
    """
    sizes = np.abs(np.asarray(weekly, dtype=np.float64))
    if not len(sizes) or float(np.median(sizes)) == 0:
        return None
    return 2 * float(np.median(sizes))


def headlines(
    movements: Sequence[Movement],
    told: Sequence[Movement] = (),
    *,
    least_volume: float = 100,
    most: int = MOST_ITEMS,
) -> tuple[Headline, ...]:
    """At most seven items, the one with the largest change that is certain first.

    Args:
        movements: What the tests found.
        told: Items of earlier briefs. An item is not told again unless its direction or its band
            (doublings of the smallest relevant change) is another one, by more than a flicker.
        least_volume: Below so many people or events a day nothing is told.
        most: Items.

    Raises:
        ValueError: An effect outside its interval, or a smallest change that is not above 0.

    Examples:
        >>> day = date(2026, 3, 2)
        >>> drop = Movement("sign-ups", None, day, -0.3, -0.4, -0.2, smallest=0.05, volume=900)
        >>> [one.score for one in headlines([drop])], headlines([drop], [drop])
        ([0.2], ())
    """
    for one in movements:
        if not one.low <= one.effect <= one.high or one.smallest <= 0:
            raise ValueError(f"{one.metric}: {one.effect} in {one.low} to {one.high} is no change")
    worth = [
        one for one in movements
        if one.volume >= least_volume and abs(one.effect) >= one.smallest and not _is_old(one, told)
    ]  # fmt: skip
    worth.sort(key=lambda one: (-score(one), one.metric, one.segment or ""))
    clusters: dict[str, list[Movement]] = {}
    for one in worth:
        clusters.setdefault(one.cluster or one.metric, []).append(one)
    return tuple(
        Headline(first, score(first), tuple(rest), _is_recovery(first, told))
        for first, *rest in list(clusters.values())[:most]
    )


def score(movement: Movement) -> float:
    """How much of the change is certain, by how much it matters and to how many."""
    is_certain = movement.low > 0 or movement.high < 0
    certain = min(abs(movement.low), abs(movement.high)) if is_certain else 0.0
    return certain * movement.weight * movement.users


def band(movement: Movement) -> int:
    """How large: 0 from the smallest relevant change on, 1 from its double, 2 from four times."""
    return max(0, floor(log2(abs(movement.effect) / movement.smallest)))


def _is_old(one: Movement, told: Sequence[Movement]) -> bool:
    last = _last(one, told)
    if last is None or not _is_same_way(one, last):
        return False
    larger, smaller = sorted((abs(one.effect), abs(last.effect)), reverse=True)
    return band(one) == band(last) or larger < CLEARLY_OTHER * smaller


def _is_recovery(one: Movement, told: Sequence[Movement]) -> bool:
    last = _last(one, told)
    return (
        last is not None
        and not _is_same_way(one, last)
        and (one.on - last.on).days <= RECOVERY_DAYS
    )


def _last(one: Movement, told: Sequence[Movement]) -> Movement | None:
    of_same = [
        old for old in told if (old.metric, old.segment) == (one.metric, one.segment)
        and old.on <= one.on
    ]  # fmt: skip
    return max(of_same, key=lambda old: old.on, default=None)


def _is_same_way(one: Movement, other: Movement) -> bool:
    return one.effect * other.effect > 0


def clusters(values: NDArray[np.float64], *, least: float = 0.7) -> tuple[int, ...]:
    """Which series move together, so that one headline serves them all.

    Args:
        values: (s, n) residuals or daily changes of s series; no series constant.
        least: Correlation from which two belong together, directly or through others.

    Returns:
        For each series the number of the first one that it belongs with.

    Raises:
        ValueError: A constant series or unknown values.

    Examples:
        >>> clusters(np.array([[1.0, 2, 1, 3], [2.0, 4, 2, 6], [3.0, 1, 2, 2]]))
        (0, 0, 2)
    """
    if not np.all(np.isfinite(values)) or np.any(np.ptp(values, axis=1) == 0):
        raise ValueError("series must be known and vary")
    from scipy.sparse.csgraph import connected_components

    together = np.atleast_2d(np.corrcoef(values)) >= least
    _, labels = connected_components(together, directed=False)
    firsts = {int(label): int(np.flatnonzero(labels == label)[0]) for label in labels}
    return tuple(firsts[int(label)] for label in labels)


@dataclass(frozen=True, slots=True)
class SelfAudit:
    """How the brief has behaved on the user's own history.

    Attributes:
        placebo_share: Share of p < .05 on past ordinary days; near .05 when the tests fit these
            data. None without any.
        flagged_share: Share of series and days that were told; None without any.
        useful: Share of votes that called an item useful; None without votes.
        votes: How many there were.
    """

    placebo_share: float | None
    flagged_share: float | None
    useful: float | None
    votes: int


def self_audit(
    placebo_p: Sequence[float], *, told: int, tested: int, votes: Mapping[str, int]
) -> SelfAudit:
    """Does the brief keep its promises here?

    Args:
        placebo_p: p-values of days on which nothing is known to have happened.
        told: Items told so far.
        tested: Series × days tested so far.
        votes: "useful" and "noise" → votes.

    Examples:
        >>> self_audit([0.5, 0.01], told=3, tested=300, votes={"useful": 3, "noise": 1})
        SelfAudit(placebo_share=0.5, flagged_share=0.01, useful=0.75, votes=4)
    """
    voted = votes.get("useful", 0) + votes.get("noise", 0)
    return SelfAudit(
        placebo_share=sum(p < 0.05 for p in placebo_p) / len(placebo_p) if placebo_p else None,
        flagged_share=told / tested if tested else None,
        useful=votes.get("useful", 0) / voted if voted else None,
        votes=voted,
    )
