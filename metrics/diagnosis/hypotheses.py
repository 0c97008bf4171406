"""Every combination of up to three causes, and how likely each makes a feature's signals."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from metrics.diagnosis.signals import SIGNALS, Signals
from metrics.diagnosis.signature import (
    FREEDOM,
    MOST_CAUSES,
    ODD,
    SEVERITY,
    SHARES,
    SUBCAUSES,
    TOGETHER,
    TRACKED_ODDLY,
    doubts,
    loadings,
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Hypotheses:
    """All sets of up to three sub-causes; the first is "none".

    Attributes:
        members: (H, 5) which sub-causes each contains.
        weight: (H,) prior of each, given that there is a fault; 0 for none.
        shift: (H, J) how far the signals are expected to move.
        spread: (H, J, J) covariance of that: severities and doubtful loadings.
    """

    members: NDArray[np.bool_]
    weight: Floats
    shift: Floats
    spread: Floats


def hypotheses() -> Hypotheses:
    """Enumerate the causes: 1 + 5 + 10 + 10 sets."""
    sets = [chosen for size in range(MOST_CAUSES + 1) for chosen in combinations(range(5), size)]
    members = np.array([[cause in chosen for cause in range(5)] for chosen in sets])
    share = np.array([SHARES[cause] for cause in SUBCAUSES])
    weight = np.where(members, share, 1.0).prod(axis=1)
    size = members.sum(axis=1)
    weight[0] = 0
    for number, total in enumerate(TOGETHER, start=1):
        weight[size == number] *= total / weight[size == number].sum()
    table, (mean, deviation) = loadings(), SEVERITY
    doubt = doubts() ** 2 * (mean**2 + deviation**2)
    moved = np.einsum("cj,ck->cjk", table, table) * deviation**2
    moved += np.einsum("cj,jk->cjk", doubt, np.eye(len(SIGNALS)))
    return Hypotheses(
        members, weight, members @ table * mean, np.einsum("hc,cjk->hjk", members, moved)
    )


def oddities(natural: Floats) -> Floats:
    """(K, J) directions in which a healthy feature may be odd, scaled to one standard deviation.

    Each signal alone; each trait that a cause acts upon, for better or worse; exposures that were
    logged and were none, or lost. A fault moves a trait one way only: what a product's features
    show on the good side says how much is to be expected on the bad one.

    Args:
        natural: (J, J) covariance of the ordinary natural spread.
    """
    deviation = np.sqrt(np.diag(natural))
    table = loadings()
    main = np.abs(table).argmax(axis=1)
    traits = table / np.abs(table).max(axis=1)[:, None] * deviation[main][:, None] * ODD
    tracked = np.array([TRACKED_ODDLY.get(name, 0.0) for name in SIGNALS])
    return np.vstack([np.diag(deviation * ODD), traits, tracked[None]])


@dataclass(frozen=True, slots=True, eq=False)
class Likelihoods:
    """Log likelihood of each feature's signals, F features × H hypotheses × T types.

    Attributes:
        ordinary: (F, H, T) with the ordinary natural spread.
        odd: (F, H, T) with one oddity, averaged over the K directions.
        precision: (F, H, J, J) inverse covariance under each hypothesis.
        residual: (F, H, T, J) signals less what is expected.
        calm: (F, H, T) weight in learning the spread: 1 for a usual feature, towards 0 far out.
    """

    ordinary: Floats
    odd: Floats
    precision: Floats
    residual: Floats
    calm: Floats


def likelihoods(seen: Signals, sets: Hypotheses, means: Floats, natural: Floats) -> Likelihoods:
    """How likely each set of causes, and each true type, makes the signals.

    Args:
        seen: Of F features.
        sets: The hypotheses.
        means: (T, J) of healthy features of each type.
        natural: (J, J) covariance of the ordinary spread between healthy features.

    References:
        Multivariate t and its weights: Lange, Little and Taylor (1989), JASA 84:881-896, eq. 5.
        Updates by one direction: Sherman and Morrison (1950), Ann. Math. Stat. 21:124-127.
    """
    error = np.einsum("fj,jk->fjk", seen.variance, np.eye(len(SIGNALS)))
    error += np.einsum("fj,fk->fjk", seen.doubt, seen.doubt)
    covariance = natural + error[:, None] + sets.spread
    precision = np.linalg.inv(covariance)
    volume = np.linalg.slogdet(covariance)[1][:, :, None]
    residual = (
        seen.value[:, None, None] - means[None, None] - sets.shift[None, :, None]
    ) * seen.is_known[:, None, None]
    solved = np.einsum("fhjk,fhtk->fhtj", precision, residual)
    square = (residual * solved).sum(axis=-1)
    known = seen.is_known.sum(axis=1)[:, None, None]
    directions = oddities(natural)
    leverage = 1 + np.einsum("kj,fhjl,kl->fhk", directions, precision, directions, optimize=True)
    along = np.einsum("kj,fhtj->fhtk", directions, solved)
    left = square[..., None] - along**2 / leverage[:, :, None]
    odd = _student(left, known[..., None]) - 0.5 * np.log(leverage)[:, :, None]
    peak = odd.max(axis=-1, keepdims=True)
    mean = np.log(np.exp(odd - peak).mean(axis=-1)) + peak[..., 0]
    return Likelihoods(
        _student(square, known) - 0.5 * volume,
        mean - 0.5 * volume,
        precision,
        residual,
        (FREEDOM + known) / (FREEDOM + square),
    )


def _student(square: Floats, known: NDArray[np.int64]) -> Floats:
    """Log density of a multivariate t, but for what is the same under every hypothesis."""
    return np.asarray(-0.5 * (FREEDOM + known) * np.log1p(np.maximum(square, 0.0) / FREEDOM))
