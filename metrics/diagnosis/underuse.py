"""Is a feature used less than it should be? Otherwise there is nothing to explain."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from metrics.diagnosis.counts import ProductCounts
from metrics.diagnosis.signals import UNKNOWN, Contrast, contrast

Floats = NDArray[np.float64]

SURE = 0.8  # probability from which a feature counts as under-used
FEWEST_PEERS = 4  # of its type; with fewer, all features with a habit are its peers
ONCE = "one-off"  # done once: no habit to compare with other types


@dataclass(frozen=True, slots=True)
class UnderUse:
    """Whether a feature is used too little.

    Attributes:
        habitual: People with the habit.
        eligible: People who may use it.
        usual: Share of the same people who would have a habit at the peers' median; None when
            unknown.
        bar: Share below which use is too little: the owner's target, else where the peers' lower
            quartile would be for the same people; None when unknown.
        is_target: Whether the bar is the owner's.
        probability: That the true share lies below the bar; None when unknown, as of features
            that are done once where there are too few of them to be compared with each other.
    """

    habitual: int
    eligible: int
    usual: float | None
    bar: float | None
    is_target: bool
    probability: float | None

    @property
    def is_underused(self) -> bool:
        """Whether that is at least 80 % sure."""
        return self.probability is not None and self.probability >= SURE


def under_use(
    counts: ProductCounts, *, targets: Mapping[str, float] | None = None
) -> tuple[UnderUse, ...]:
    """The gate: only features that are surely low are diagnosed.

    Compares the habitual among the eligible, standardised by stratum, with the lower quartile of
    the other features of the type. A quarter of all healthy features lie below it by definition:
    being below is a reason to look, not a fault.

    Args:
        counts: The product.
        targets: Share of habitual users that owners ask for, by feature; above 0, below 1.

    Raises:
        ValueError: A target outside its range, or of an unknown feature.
    """
    targets = targets or {}
    unknown = sorted(set(targets) - set(counts.names))
    if unknown:
        raise ValueError(f"there is no feature {unknown[0]!r} to have a target")
    if not all(0 < share < 1 for share in targets.values()):
        raise ValueError(f"targets lie between 0 and 1, got {dict(targets)}")
    found = contrast(counts.ladder.habitual, counts.ladder.eligible)
    value = _shrunk(found, counts.kinds)
    return tuple(
        _answer(found, value, place, peers_of(counts.kinds, place), targets.get(name))
        for place, name in enumerate(counts.names)
    )


def _answer(
    found: Contrast, value: Floats, place: int, peers: list[int], target: float | None
) -> UnderUse:
    habitual, eligible = int(found.seen[place]), int(found.of[place])
    known = [peer for peer in peers if found.variance[peer] < UNKNOWN]
    if found.variance[place] >= UNKNOWN or (target is None and not known):
        return UnderUse(habitual, eligible, None, target, target is not None, None)
    base = logit(float(found.usual[place]))
    usual = share_at(base + float(np.median(value[known]))) if known else None
    edge = float(np.quantile(value[known], 0.25)) if target is None else logit(target) - base
    error = sqrt(found.variance[place])
    probability = NormalDist().cdf((edge - float(value[place])) / error)
    bar = share_at(base + edge) if target is None else target
    return UnderUse(habitual, eligible, usual, bar, target is not None, probability)


def _shrunk(found: Contrast, kinds: tuple[str, ...]) -> Floats:
    """Contrasts pulled towards their type as far as chance explains them (normal model).

    References:
        Efron and Morris (1975), JASA 70:311-319, unequal variances.
    """
    value = found.value.copy()
    known = found.variance < UNKNOWN
    for kind in set(kinds):
        here = known & np.array([one == kind for one in kinds])
        if here.sum() < FEWEST_PEERS:
            continue
        middle = float(np.median(found.value[here]))
        spread = max(float(np.mean((found.value[here] - middle) ** 2 - found.variance[here])), 0.01)
        keep = spread / (spread + found.variance[here])
        value[here] = middle + keep * (found.value[here] - middle)
    return value


def peers_of(kinds: tuple[str, ...], place: int) -> list[int]:
    """The other features of its type; when those are few, all others that become a habit.

    What is done once has no habit, so it is compared with its like or, among too few, with nobody.
    """
    others = [one for one in range(len(kinds)) if one != place]
    same = [one for one in others if kinds[one] == kinds[place]]
    if len(same) >= FEWEST_PEERS:
        return same
    if kinds[place] == ONCE:
        return []
    return [one for one in others if kinds[one] != ONCE]


def logit(share: float) -> float:
    """Log odds of a share."""
    return log(share / (1 - share))


def share_at(logits: float) -> float:
    """The share that has these log odds."""
    return float(1 / (1 + np.exp(-logits)))
