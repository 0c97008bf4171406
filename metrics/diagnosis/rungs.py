"""How far people come with a feature, rung by rung, beside what its peers would show."""

from dataclasses import dataclass

import numpy as np

from metrics.diagnosis.counts import Counts, Ladder, ProductCounts
from metrics.diagnosis.signals import UNKNOWN, contrast
from metrics.diagnosis.underuse import logit, peers_of, share_at
from metrics.rates import NOT_MEASURABLE, Rate
from metrics.shrinkage import beta_binomial

CONFIDENCE = 0.80
BAND = (0.25, 0.75)  # quantiles of the peers


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder.

    Attributes:
        name: exposed, tried, managed, repeated or habitual.
        base: Of whom: eligible, exposed, ended, tried or repeated.
        did: People on it.
        of: People on the rung that it is a share of.
        share: As seen; None: nobody could.
        shrunk: Pulled towards its peers as far as chance explains it, with an 80 % interval.
        usual: What the same people would show at the peers' median; None: there are no peers.
        usual_low: At the peers' lower quartile.
        usual_high: At their upper quartile.
    """

    name: str
    base: str
    did: int
    of: int
    share: float | None
    shrunk: Rate
    usual: float | None
    usual_low: float | None
    usual_high: float | None


def rungs(counts: ProductCounts, feature: str) -> tuple[Rung, ...]:
    """The ladder of a feature, from being shown to the habit; rungs nobody could log are left out.

    A rung is a share of the one before it, so a narrow one does not darken those above it. The
    peers' shares are standardised by stratum: what they would be with this feature's people.

    Args:
        counts: The product.
        feature: One of its features.

    Raises:
        ValueError: There is no such feature.
    """
    if feature not in counts.names:
        raise ValueError(f"there is no feature {feature!r}")
    place = counts.names.index(feature)
    peers = peers_of(counts.kinds, place)
    return tuple(
        _rung(name, base, part, whole, place, peers)
        for name, base, part, whole in steps(counts.ladder)
    )


def steps(ladder: Ladder) -> list[tuple[str, str, Counts, Counts]]:
    """Name, base, people on it and people who could be, of every rung that is known."""
    found: list[tuple[str, str, Counts, Counts]] = []
    if ladder.accepted is not None:
        found.append(("exposed", "eligible", ladder.exposed, ladder.eligible))
        tried = np.minimum(ladder.accepted.sum(axis=-1), ladder.exposed)
        found.append(("tried", "exposed", tried, ladder.exposed))
    else:
        found.append(("tried", "eligible", ladder.tried, ladder.eligible))
    if ladder.ended.sum() > 0:
        found.append(("managed", "ended", ladder.succeeded, ladder.ended))
    found.append(("repeated", "tried", ladder.repeated, ladder.tried))
    found.append(("habitual", "repeated", ladder.habitual, ladder.repeated))
    return found


def _rung(name: str, base: str, part: Counts, whole: Counts, place: int, peers: list[int]) -> Rung:
    found = contrast(part, whole)
    did, of = int(found.seen[place]), int(found.of[place])
    known = [peer for peer in peers if found.variance[peer] < UNKNOWN]
    usual = low = high = None
    if known and of:
        here = logit(float(found.usual[place]))
        usual, low, high = (
            share_at(here + float(np.quantile(found.value[known], level))) for level in (0.5, *BAND)
        )
    return Rung(
        name, base, did, of, did / of if of else None,
        _shrunk(found.seen, found.of, place, peers), usual, low, high,
    )  # fmt: skip


def _shrunk(seen: Counts, of: Counts, place: int, peers: list[int]) -> Rate:
    here = [place, *peers]
    if of[place] <= 0 or (of[here] > 0).sum() < 2:
        return NOT_MEASURABLE
    parts, wholes = seen[here].astype(int).tolist(), of[here].astype(int).tolist()
    learned = beta_binomial(parts, wholes)
    return learned.shrunk(parts[0], wholes[0], confidence=CONFIDENCE)
