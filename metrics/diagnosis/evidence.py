"""Which signals speak for a cause, how strongly, and what would change the answer."""

from dataclasses import dataclass, replace
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from metrics.diagnosis.product import ProductDiagnosis, believed
from metrics.diagnosis.signals import UNKNOWN, Signals
from metrics.diagnosis.signature import CAUSES

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One signal of one feature.

    Attributes:
        signal: Its name.
        seen: People who did it (of slowness: sum of log seconds).
        of: People who could have.
        share: Seen of those; of slowness the geometric mean in seconds; of focus the share that one
            group has of all tries; None for the contrasts `dose` and `friction`, which compare two
            shares.
        usual: What the same people would show at the median of the type's healthy features; of
            focus the share that the group would have of the tries of any feature.
        contrast: Logits above (+) or below (−) that median; of slowness log seconds.
        distance: The contrast in natural standard deviations, sampling error included.
        weights: For each cause, how much of its log odds would be lost without this signal;
            positive: speaks for the cause.
    """

    signal: str
    seen: float
    of: float
    share: float | None
    usual: float | None
    contrast: float
    distance: float
    weights: dict[str, float]


def evidence(product: ProductDiagnosis, feature: str) -> tuple[Evidence, ...]:
    """Every known signal of a feature, the strongest for its likeliest cause first.

    A weight is the change of the log odds when the signal is left out and all others stay. Signals
    that say the same share their weight: each looks dispensable, together they are not.

    Args:
        product: The diagnosis.
        feature: One of its features.

    Raises:
        ValueError: There is no such feature.

    References:
        Weight of evidence: Good (1985), Bayesian Statistics 2:249-270.
    """
    place = product.place(feature)
    known = np.flatnonzero(product.seen.is_known[place])
    row = rows(product.seen, place, 1 + len(known))
    hidden = row.variance.copy()
    hidden[np.arange(1, len(known) + 1), known] = UNKNOWN
    everything, *without = believed(
        product,
        feature,
        replace(row, variance=hidden, value=np.where(hidden < UNKNOWN, row.value, 0.0)),
    )
    top = max(CAUSES, key=lambda cause: everything[cause])
    found = [
        _one(product, place, int(signal), _lost(everything, rest))
        for signal, rest in zip(known, without, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.weights[top])))


def rows(seen: Signals, place: int, count: int) -> Signals:
    """The signals of one feature, several times."""

    def repeated(table: Floats) -> Floats:
        return np.repeat(table[place : place + 1], count, axis=0)

    return Signals(
        names=seen.names, value=repeated(seen.value), variance=repeated(seen.variance),
        seen=repeated(seen.seen), of=repeated(seen.of), usual=repeated(seen.usual),
        doubt=repeated(seen.doubt),
    )  # fmt: skip


def odds(probability: float) -> float:
    """Log odds, kept finite."""
    inside = min(max(probability, 1e-9), 1 - 1e-9)
    return log(inside / (1 - inside))


def centre(product: ProductDiagnosis, place: int) -> Floats:
    """(J,) where the healthy features of its type lie, averaged over what its type may be."""
    return np.asarray(product.nature.kind[place] @ product.nature.means)


def _lost(everything: dict[str, float], rest: dict[str, float]) -> dict[str, float]:
    return {cause: odds(everything[cause]) - odds(rest[cause]) for cause in CAUSES}


def _one(product: ProductDiagnosis, place: int, signal: int, weights: dict[str, float]) -> Evidence:
    seen, name = product.seen, product.seen.names[signal]
    contrast = float(seen.value[place, signal] - centre(product, place)[signal])
    error = sqrt(product.nature.natural[signal, signal] + seen.variance[place, signal])
    people, of = float(seen.seen[place, signal]), float(seen.of[place, signal])
    share, usual = _shares(name, people, of, contrast)
    if name == "focus":
        usual = float(seen.usual[place, signal])
    return Evidence(name, people, of, share, usual, contrast, contrast / error, weights)


def _shares(
    name: str, people: float, of: float, contrast: float
) -> tuple[float | None, float | None]:
    """This feature's share and the peers' for the same people, on the scale a reader knows."""
    if name in {"dose", "friction"} or of <= 0:
        return None, None
    if name == "slowness":
        mean = people / of
        return float(np.exp(mean)), float(np.exp(mean - contrast))
    inside = (people + 0.5) / (of + 1)
    return people / of, float(1 / (1 + np.exp(contrast - odds(inside))))
