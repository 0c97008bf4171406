"""Not found, not managed, or not needed? All features of a product at once."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from metrics.diagnosis.counts import KINDS, ProductCounts
from metrics.diagnosis.hypotheses import Hypotheses, hypotheses, likelihoods
from metrics.diagnosis.signals import Signals, signals
from metrics.diagnosis.signature import CAUSE_OF, CAUSES, SUBCAUSES
from metrics.diagnosis.spread import Nature, label_prior, nature, shares
from metrics.diagnosis.tracking import Tracking, tracking, trusted
from metrics.diagnosis.underuse import UnderUse, under_use
from metrics.diagnosis.verdicts import Probabilities, Verdict, probabilities, verdict

Floats = NDArray[np.float64]

FEWEST = 8  # features from which a natural spread can be learned


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is said of one feature.

    Attributes:
        feature: Its name.
        kind: Its type in the dictionary.
        tracking: Whether its logs can be trusted.
        under_use: Whether it is used too little.
        probabilities: Of each cause; with a tracking problem not to be shown.
        likely_kind: The type it behaves like, which need not be the one in the dictionary.
        verdict: What may be said.
    """

    feature: str
    kind: str
    tracking: Tracking
    under_use: UnderUse
    probabilities: Probabilities
    likely_kind: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, eq=False)
class ProductDiagnosis:
    """All features, and what the evidence of each is computed from.

    Attributes:
        features: One answer each, in the order of the counts.
        counts: What was given.
        seen: The signals used.
        nature: What is natural in this product.
        sets: The hypotheses.
        labels: (F, 4) prior of each true type.
    """

    features: tuple[Diagnosis, ...]
    counts: ProductCounts
    seen: Signals
    nature: Nature
    sets: Hypotheses
    labels: Floats

    def place(self, feature: str) -> int:
        """Row of a feature.

        Raises:
            ValueError: There is no such feature.
        """
        if feature not in self.counts.names:
            raise ValueError(f"there is no feature {feature!r}")
        return self.counts.names.index(feature)


def diagnose(
    counts: ProductCounts,
    *,
    targets: Mapping[str, float] | None = None,
    sure_kinds: frozenset[str] = frozenset(),
    without: frozenset[str] = frozenset(),
) -> ProductDiagnosis:
    """Why are features under-used: can people not find, not manage, or not need them?

    Each feature's signals are compared with what each set of up to three causes would do to them
    (`signature.py`), on the scale of how much this product's features differ anyway. It names what
    is likely, says "ordinary" or that it does not know; it proves nothing: a change, tested, does.
    It misleads where most features of a type share one fault (that is then taken for natural), and
    where features were built for few people on purpose.

    Args:
        counts: The product in one window, four weeks or more.
        targets: Share of habitual users that owners ask for, by feature.
        sure_kinds: Features whose type somebody has confirmed; of the others one in ten may be
            another, so that one that behaves like another type is taken for it.
        without: Signals to leave out.

    Raises:
        ValueError: Fewer than eight features, or a target or signal that is not one.
    """
    if len(counts.names) < FEWEST:
        raise ValueError(f"needs at least {FEWEST} features to learn from, got {len(counts.names)}")
    checks, gates = tracking(counts), under_use(counts, targets=targets)
    seen, sets = trusted(signals(counts, without=without), checks), hypotheses()
    sure = np.array([name in sure_kinds for name in counts.names])
    learned = nature(seen, counts.kinds, sets, sure=sure)
    found = _named(learned.posterior, sets)
    answers = []
    for place, name in enumerate(counts.names):
        likely = probabilities(found[place], float(learned.posterior[place, 0]))
        said = verdict(
            likely,
            is_tracked=not checks[place].problems,
            is_underused=None if gates[place].probability is None else gates[place].is_underused,
        )
        kind = KINDS[int(learned.kind[place].argmax())]
        answers.append(
            Diagnosis(name, counts.kinds[place], checks[place], gates[place], likely, kind, said)
        )
    labels = label_prior(counts.kinds, sure=sure)
    return ProductDiagnosis(tuple(answers), counts, seen, learned, sets, labels)


def believed(
    product: ProductDiagnosis, feature: str, seen: Signals, *, labels: Floats | None = None
) -> list[dict[str, float]]:
    """What would be believed of a feature if its signals were others, one answer for each row.

    The product's nature is kept as it was learned. Not recalibrated; "none" is in it.

    Args:
        product: The diagnosis.
        feature: Whose type counts.
        seen: One row for each set of signals.
        labels: Prior of its true type, one for each of `KINDS`; None: the dictionary may err.
    """
    learned, sets = product.nature, product.sets
    if labels is None:
        labels = product.labels[product.place(feature)]
    found = likelihoods(seen, sets, learned.means, learned.natural)
    held = shares(found, sets, np.tile(labels, (len(seen.value), 1)), settings=learned.settings)
    posterior = (held.ordinary + held.odd).sum(axis=2)
    named = _named(posterior, sets)
    return [{**row, "none": float(none)} for row, none in zip(named, posterior[:, 0], strict=True)]


def _named(posterior: Floats, sets: Hypotheses) -> list[dict[str, float]]:
    """Probability of each cause and sub-cause: of all sets that contain it."""
    belongs = np.array([[CAUSE_OF[name] == cause for name in SUBCAUSES] for cause in CAUSES])
    has = sets.members @ belongs.T
    table = np.hstack([posterior @ has, posterior @ sets.members])
    names = (*CAUSES, *SUBCAUSES)  # usability is its own only sub-cause
    return [dict(zip(names, row.tolist(), strict=True)) for row in table]
