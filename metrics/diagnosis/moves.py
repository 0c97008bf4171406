"""Has a rung moved since something was done about a feature?"""

from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np

from metrics.diagnosis.counts import ProductCounts
from metrics.diagnosis.rungs import steps
from metrics.diagnosis.underuse import share_at

FEWEST_PEERS = 4
LEAST = 5  # people on either side, before and after


@dataclass(frozen=True, slots=True)
class Move:
    """One rung of one feature before and after.

    Attributes:
        rung: Its name.
        before: People on it before.
        before_of: People who could be, before.
        after: People on it afterwards.
        after_of: People who could be, afterwards.
        peers: What the share would be afterwards had it moved as the peers' did; None: there are
            too few peers or people to say.
        net: Share afterwards less that; None with `peers`.
        low: Lower end of the 95 % interval of `net`.
        high: Upper end.
    """

    rung: str
    before: int
    before_of: int
    after: int
    after_of: int
    peers: float | None
    net: float | None
    low: float | None
    high: float | None


def moved(
    before: ProductCounts, after: ProductCounts, feature: str, rung: str, *,
    confidence: float = 0.95,
) -> Move:  # fmt: skip
    """Whether a rung moved more than those of the other features did.

    The product's other features tell what the weeks alone would have done, and how far a rung
    wanders without a reason: the interval carries chance and that. It misleads where the same
    change touched the others, or where something else was done to this feature alone.

    Args:
        before: Counts of weeks before.
        after: Counts of as many weeks afterwards.
        feature: In both.
        rung: One that both know.
        confidence: Two-sided, between 0 and 1.

    Raises:
        ValueError: The feature or rung is not in both.

    References:
        Difference in differences with placebo groups: Conley and Taber (2011), Review of Economics
        and Statistics 93:113-125. Error of a median: Kenney and Keeping (1962), section 6.12.
    """
    first, second = (_counts(one, rung) for one in (before, after))
    if feature not in first or feature not in second:
        raise ValueError(f"feature {feature!r} has no rung {rung!r} both before and after")
    own = (*first[feature], *second[feature])
    changes = {
        name: _change(*first[name], *second[name])
        for name in first
        if name in second and min(first[name][1], second[name][1]) >= LEAST
    }
    peers = [change for name, change in changes.items() if name != feature]
    if feature not in changes or len(peers) < FEWEST_PEERS:
        return Move(rung, *own, None, None, None, None)
    usual, error = _usual(peers)
    change, variance = changes[feature]
    margin = _quantile(confidence, len(peers) - 1) * sqrt(variance + error**2)
    here = _logit(*second[feature])
    share = own[2] / own[3]
    ends = [
        share - share_at(here - net) for net in (change - usual - margin, change - usual + margin)
    ]
    usually = share_at(_logit(*first[feature]) + usual)
    return Move(rung, *own, usually, share - usually, *ends)


def _counts(counts: ProductCounts, rung: str) -> dict[str, tuple[int, int]]:
    for name, _, part, whole in steps(counts.ladder):
        if name == rung:
            did, of = part.sum(axis=1), whole.sum(axis=1)
            return {one: (int(did[at]), int(of[at])) for at, one in enumerate(counts.names)}
    return {}


def _change(did: int, of: int, then: int, then_of: int) -> tuple[float, float]:
    """Change of the log odds, and its sampling variance."""
    cells = (did + 0.5, of - did + 0.5, then + 0.5, then_of - then + 0.5)
    return _logit(then, then_of) - _logit(did, of), sum(1 / cell for cell in cells)


def _logit(did: int, of: int) -> float:
    return log((did + 0.5) / (of - did + 0.5))


def _usual(peers: list[tuple[float, float]]) -> tuple[float, float]:
    """The peers' median change; the error of one feature about it, beside its own chance."""
    changes, variances = np.array(peers).T
    spread = max(float(changes.var(ddof=1) - variances.mean()), 0.0)
    of_median = pi / 2 * float(changes.var(ddof=1)) / len(changes)
    return float(np.median(changes)), sqrt(spread + of_median)


def _quantile(confidence: float, degrees: int) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + confidence) / 2, degrees))
