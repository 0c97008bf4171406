"""What would a repair be worth?"""

from dataclasses import dataclass

from metrics.diagnosis.evidence import evidence
from metrics.diagnosis.product import ProductDiagnosis
from metrics.diagnosis.signature import CAUSE_OF, NICHE, UNNOTICED, UNSEEN, USABILITY, WORTHLESS

RUNG = {
    UNSEEN: ("reach", "uptake"), UNNOTICED: ("trial", "uptake"), USABILITY: ("success",),
    WORTHLESS: ("repetition",), NICHE: (),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gain:
    """What lifting one rung to the peers' median would bring.

    Attributes:
        cause: The cause that would be repaired.
        rung: Which rung it lifts.
        share: On that rung now.
        peers: The peers' median for the same people.
        people: More people with the habit, if the rungs above stay as they are.
        expected: The same, times the probability of the cause.
    """

    cause: str
    rung: str
    share: float
    peers: float
    people: int
    expected: int


def gain(product: ProductDiagnosis, feature: str) -> tuple[Gain, ...]:
    """For each likely cause, how many more people would have the habit at the peers' median.

    The ladder is a product of shares, so lifting one rung lifts the end in proportion. An upper
    bound: those who are won over last need the feature least. A feature that is relevant to few is
    not lifted at all: there is nothing to repair for the others.

    Args:
        product: The diagnosis.
        feature: One of its features.

    Raises:
        ValueError: There is no such feature.
    """
    answer = product.features[product.place(feature)]
    shown = {one.signal: one for one in evidence(product, feature)}
    habitual, eligible = answer.under_use.habitual, answer.under_use.eligible
    found = []
    for subcause, probability in answer.probabilities.subcauses.items():
        rung = next((name for name in RUNG[subcause] if name in shown), None)
        if rung is None:
            continue
        share, peers = shown[rung].share, shown[rung].usual
        if share is None or peers is None or not 0 < share < peers:
            continue
        people = min(round(habitual * (peers / share - 1)), eligible - habitual)
        found.append(
            Gain(CAUSE_OF[subcause], rung, share, peers, people, round(people * probability))
        )
    return tuple(sorted(found, key=lambda one: -one.expected))
