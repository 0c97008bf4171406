"""Which event, if it were sent, would tell most about a feature?"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from metrics.diagnosis.evidence import rows
from metrics.diagnosis.product import ProductDiagnosis, believed
from metrics.diagnosis.signals import SIGNALS, Signals
from metrics.diagnosis.verdicts import SURE

Floats = NDArray[np.float64]

EVENTS = {
    "exposed": ("reach", "trial", "dose"),
    "started and how it ended": ("success", "haste", "persistence", "friction"),
    "completed": ("repetition", "habit"),
    "search log": ("search",),
    "duration": ("slowness",),
    "dimension of users": ("focus",),
}
TYPICAL_ERROR = 0.1  # standard error that a signal would have, logits
DRAWS = 60  # imagined outcomes of each event: the standard error of "answered" is below .07


@dataclass(frozen=True, slots=True)
class NextEvent:
    """What sending one more event would buy.

    Attributes:
        event: What to send.
        sure_now: Probability of the likeliest answer (a cause, or none) as it is, 0 to 1.
        sure_then: The same, expected once the event is there.
        answered: Chance that an answer would then reach .7.
    """

    event: str
    sure_now: float
    sure_then: float
    answered: float


def next_events(product: ProductDiagnosis, feature: str, *, seed: int = 0) -> tuple[NextEvent, ...]:
    """The missing events of a feature, the most telling first; empty: nothing is missing.

    Imagines what the missing signals could be, given what is known, and diagnoses again: the
    expected value of the information. It trusts the signature, as the diagnosis does.

    Args:
        product: The diagnosis.
        feature: One of its features.
        seed: Of the imagined signals.

    Raises:
        ValueError: There is no such feature.

    References:
        Raiffa and Schlaifer (1961), Applied Statistical Decision Theory, section 4.5. Lindley
        (1956), Ann. Math. Stat. 27:986-1005.
    """
    place = product.place(feature)
    known, now = product.seen.is_known[place], _sure(product, feature)
    found = []
    for event, names in EVENTS.items():
        missing = [SIGNALS.index(name) for name in names if not known[SIGNALS.index(name)]]
        if len(missing) < len(names):
            continue
        rng = np.random.default_rng([seed, missing[0]])
        then = believed(product, feature, _imagined(product, place, missing, rng))
        sure = [_surest(answer) for answer in then]
        answered = float(np.mean([one >= SURE for one in sure]))
        found.append(NextEvent(event, now, float(np.mean(sure)), answered))
    return tuple(sorted(found, key=lambda one: -one.sure_then))


def _surest(answer: dict[str, float]) -> float:
    return max(answer[name] for name in ("discoverability", "usability", "value", "none"))


def _sure(product: ProductDiagnosis, feature: str) -> float:
    return _surest(believed(product, feature, rows(product.seen, product.place(feature), 1))[0])


def _imagined(
    product: ProductDiagnosis, place: int, missing: list[int], rng: np.random.Generator
) -> Signals:
    """The feature's signals with the missing ones drawn from what the known ones leave open."""
    row, learned, sets = rows(product.seen, place, DRAWS), product.nature, product.sets
    posterior = learned.posterior[place]
    centre = learned.kind[place] @ learned.means
    value, variance = row.value.copy(), row.variance.copy()
    known = product.seen.is_known[place]
    likely = posterior / posterior.sum()
    for draw, chosen in enumerate(rng.choice(len(posterior), size=DRAWS, p=likely)):
        spread = learned.natural + sets.spread[chosen]
        error = np.where(known, product.seen.variance[place], TYPICAL_ERROR**2)
        rest = (product.seen.value[place] - centre - sets.shift[chosen])[known]
        across = spread[np.ix_(missing, known)] @ np.linalg.inv(
            spread[np.ix_(known, known)] + np.diag(error[known])
        )
        mean = centre[missing] + sets.shift[chosen][missing] + across @ rest
        left = spread[np.ix_(missing, missing)] - across @ spread[np.ix_(known, missing)]
        left += np.eye(len(missing)) * TYPICAL_ERROR**2
        value[draw, missing] = rng.multivariate_normal(mean, left)
        variance[draw, missing] = TYPICAL_ERROR**2
    return replace(row, value=value, variance=variance)
