"""What would change the answer?"""

from dataclasses import dataclass, replace

import numpy as np

from metrics.diagnosis.counts import KINDS
from metrics.diagnosis.evidence import centre, evidence, rows
from metrics.diagnosis.product import ProductDiagnosis, believed
from metrics.diagnosis.signature import CAUSES
from metrics.diagnosis.verdicts import Probabilities, probabilities, recalibrated

MOST = 3  # signals worth naming
LEAST_CHANGE = 0.05  # of a probability


@dataclass(frozen=True, slots=True)
class Reversal:
    """One signal that would speak otherwise.

    Attributes:
        signal: Its name.
        now: The share seen; of slowness seconds; None for the contrasts of two shares.
        then: What it would have to be: the peers' median for the same people.
        cause: The likeliest cause now.
        probability: Of that cause, if the signal were there.
    """

    signal: str
    now: float | None
    then: float | None
    cause: str
    probability: float


def reversals(product: ProductDiagnosis, feature: str) -> tuple[Reversal, ...]:
    """Which single signals, were they as the peers', would make the likeliest cause unlikely.

    Moves one signal at a time to the peers' median and keeps its error and all others: the most
    telling first. A cause that rests on several signals survives the loss of any one.

    Args:
        product: The diagnosis.
        feature: One of its features.

    Raises:
        ValueError: There is no such feature.
    """
    place = product.place(feature)
    found = product.features[place].probabilities.causes
    top = max(CAUSES, key=lambda cause: found[cause])
    shown = evidence(product, feature)
    row = rows(product.seen, place, len(shown))
    value = row.value.copy()
    for number, one in enumerate(shown):
        signal = product.seen.names.index(one.signal)
        value[number, signal] = centre(product, place)[signal]
    moved = believed(product, feature, replace(row, value=value))
    answers = [
        Reversal(one.signal, one.share, one.usual, top, recalibrated(then[top]))
        for one, then in zip(shown, moved, strict=True)
    ]
    telling = [one for one in answers if found[top] - one.probability >= LEAST_CHANGE]
    return tuple(sorted(telling, key=lambda one: one.probability)[:MOST])


def if_kind_is_sure(product: ProductDiagnosis, feature: str) -> Probabilities:
    """What would be believed if the type in the dictionary were beyond doubt.

    A tenth of all labels is wrong, so a feature that behaves like another type is taken for one.
    Whoever knows its type better reads this instead.

    Args:
        product: The diagnosis.
        feature: One of its features.

    Raises:
        ValueError: There is no such feature.
    """
    place = product.place(feature)
    certain = np.array([kind == product.counts.kinds[place] for kind in KINDS], dtype=np.float64)
    (found,) = believed(product, feature, rows(product.seen, place, 1), labels=certain)
    return probabilities({name: p for name, p in found.items() if name != "none"}, found["none"])
