"""What is natural in this product: learned from its own features, whether or not some are ill."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.diagnosis.counts import KINDS
from metrics.diagnosis.hypotheses import Hypotheses, Likelihoods, likelihoods
from metrics.diagnosis.signals import SIGNALS, Signals
from metrics.diagnosis.signature import (
    KINDS_APART,
    MISLABELLED,
    MISLABELLED_SURELY,
    NATURAL,
    NATURAL_WEIGHT,
    ODDITIES,
    PREVALENCE,
    loadings,
)

Floats = NDArray[np.float64]

ROUNDS = 5  # of expectation and maximisation: later ones take faults for natural
TOWARDS_DIAGONAL = 0.6  # how far correlations are pulled to none
START_TIGHT = 0.6  # of the first belief: what stands out is taken for a fault at first
START_HIGH = 0.65  # quantile of a rung that faults pull down: more than half of it may be healthy


@dataclass(frozen=True, slots=True, eq=False)
class Nature:
    """What a product's healthy features are like, and how many are not.

    Attributes:
        means: (4, J) of each type.
        natural: (J, J) covariance of the ordinary spread.
        settings: (P, O) posterior of each share of faults and of oddities.
        posterior: (F, H) of each set of causes.
        kind: (F, 4) of each true type.
    """

    means: Floats
    natural: Floats
    settings: Floats
    posterior: Floats
    kind: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Posterior of each hypothesis and type, without and with an oddity.

    Attributes:
        ordinary: (F, H, T).
        odd: (F, H, T); adds up to 1 with `ordinary` for each feature.
        settings: (P, O) of each share of faults and of oddities.
    """

    ordinary: Floats
    odd: Floats
    settings: Floats


def nature(
    seen: Signals,
    kinds: tuple[str, ...],
    sets: Hypotheses,
    *,
    sure: NDArray[np.bool_] | None = None,
) -> Nature:
    """Learn the natural spread from a product that contains faults.

    Expectation-maximisation over causes, true types and oddities; the shares of faults and of
    oddities are averaged over a grid, so that a product without faults is found to have none.

    Args:
        seen: Signals.
        kinds: Of each feature, from the dictionary.
        sets: The hypotheses.
        sure: (F,) of which features the type has been confirmed; None: of none.

    References:
        Dempster, Laird and Rubin (1977), JRSS B 39:1-38. Shrinking a covariance: Ledoit and Wolf
        (2004), J. Multivariate Analysis 88:365-411, with a fixed share. Learning the share of
        non-null cases: Efron (2008), Statistical Science 23:1-22.
    """
    labels = label_prior(kinds, sure=sure)
    natural = START_TIGHT**2 * _first_belief()
    means = _first_means(seen, labels)
    for _ in range(ROUNDS):
        found = likelihoods(seen, sets, means, natural)
        means, natural = _maximised(seen, found, shares(found, sets, labels), means, natural)
    last = shares(likelihoods(seen, sets, means, natural), sets, labels)
    both = last.ordinary + last.odd
    return Nature(means, natural, last.settings, both.sum(axis=2), both.sum(axis=1))


def label_prior(kinds: tuple[str, ...], *, sure: NDArray[np.bool_] | None = None) -> Floats:
    """(F, 4): the dictionary is right about nine in ten; wrong ones are spread like the labels.

    Of a type that somebody has confirmed, one in a hundred is wrong.
    """
    own = np.array([[kind == name for name in KINDS] for kind in kinds], dtype=np.float64)
    confirmed = np.zeros(len(kinds), dtype=bool) if sure is None else sure
    wrong = np.where(confirmed, MISLABELLED_SURELY, MISLABELLED)[:, None]
    labels: Floats = (1 - wrong) * own + wrong * own.mean(axis=0)
    return labels


def shares(
    found: Likelihoods, sets: Hypotheses, labels: Floats, *, settings: Floats | None = None
) -> Shares:
    """What to believe of each feature, averaged over how many faults and oddities there are.

    Args:
        found: Log likelihoods.
        sets: The hypotheses, with their prior.
        labels: (F, 4) prior of each true type.
        settings: (P, O) what is known of the shares of faults and oddities; None: learned here.
    """
    prevalence, belief = (np.array(row) for row in PREVALENCE)
    odd = np.array(ODDITIES)
    peak = np.maximum(found.ordinary, found.odd).max(axis=(1, 2), keepdims=True)
    ordinary, strange = (
        np.exp(table - peak) * labels[:, None, :] for table in (found.ordinary, found.odd)
    )
    is_none = sets.weight == 0
    total = np.zeros((len(labels), len(prevalence), len(odd)))
    for table, rates in ((ordinary, 1 - odd), (strange, odd)):
        well = table[:, is_none].sum(axis=(1, 2))
        ill = (table * sets.weight[:, None]).sum(axis=(1, 2))
        mixed = (1 - prevalence) * well[:, None] + prevalence * ill[:, None]
        total += mixed[:, :, None] * rates
    if settings is None:
        evidence = np.log(total).sum(axis=0) + np.log(belief)[:, None]
        settings = np.exp(evidence - evidence.max())
        settings /= settings.sum()
    scaled = settings / total

    def averaged(table: Floats, rates: Floats) -> Floats:
        none = np.einsum("fpo,p,o->f", scaled, 1 - prevalence, rates)[:, None]
        fault = np.einsum("fpo,p,o->f", scaled, prevalence, rates)[:, None] * sets.weight
        return np.asarray(table * np.where(is_none, none, fault)[:, :, None])

    return Shares(averaged(ordinary, 1 - odd), averaged(strange, odd), settings)


def _first_belief() -> Floats:
    return np.diag([NATURAL[name] ** 2 for name in SIGNALS])


def _first_means(seen: Signals, labels: Floats) -> Floats:
    """Where the healthy features of each type may lie, pulled towards all of them."""
    table = loadings()
    strongest = np.take_along_axis(table, np.abs(table).argmax(axis=0)[None], axis=0)[0]
    level = np.where(strongest < -0.5, START_HIGH, 0.5)
    own, means = labels.argmax(axis=1), np.zeros((len(KINDS), len(SIGNALS)))
    for signal, at in enumerate(level):
        known = seen.is_known[:, signal]
        if not known.any():
            continue
        column = seen.value[:, signal]
        overall = np.quantile(column[known], at)
        for kind in range(len(KINDS)):
            here = column[known & (own == kind)]
            middle = np.quantile(here, at) if len(here) else overall
            means[kind, signal] = (len(here) * middle + 2 * overall) / (len(here) + 2)
    return means


def _maximised(
    seen: Signals, found: Likelihoods, held: Shares, means: Floats, natural: Floats
) -> tuple[Floats, Floats]:
    """Means and spread that fit the features which follow the ordinary spread."""
    weight = held.ordinary * found.calm
    solved = np.einsum("fhjk,fhtk->fhtj", found.precision, found.residual)
    drift = solved @ natural  # the natural deviation expected under each hypothesis
    left = natural - natural @ found.precision @ natural  # and what remains unknown of it
    count = weight.sum(axis=(0, 1))[:, None]
    general = (count * means).sum(axis=0) / count.sum()
    pull = np.diag(natural) / KINDS_APART**2
    target = means + np.einsum("fht,fhtj->tj", weight, drift) / np.maximum(count, 1e-9)
    moved = (count * target + pull * general) / (count + pull)
    second = np.einsum("fht,fhtj,fhtk->jk", weight, drift, drift, optimize=True)
    second += np.einsum("fh,fhjk->jk", held.ordinary.sum(axis=2), left)
    pooled = (second + NATURAL_WEIGHT * _first_belief()) / (held.ordinary.sum() + NATURAL_WEIGHT)
    alone = np.diag(np.diag(pooled))
    shrunk = (1 - TOWARDS_DIAGONAL) * pooled + TOWARDS_DIAGONAL * alone
    return np.where(seen.is_known.any(axis=0), moved, 0.0), shrunk
