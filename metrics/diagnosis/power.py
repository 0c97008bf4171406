"""Could more data tell, or must something be changed?"""

from dataclasses import dataclass
from math import ceil, sqrt

from metrics.diagnosis.product import ProductDiagnosis

THIN = 0.5  # sampling error above this share of the natural spread
RUNGS = ("reach", "uptake", "trial", "success", "persistence", "repetition", "habit")


@dataclass(frozen=True, slots=True)
class Power:
    """What one rung of one feature can tell.

    Attributes:
        rung: Name of the signal.
        people: Seen on it.
        sampling_error: Standard error of the contrast, logits.
        natural_spread: Standard deviation between healthy features, logits.
        more_people: How many more would make the sampling error half the natural spread; 0: it is,
            and more data will not help: test a change.
    """

    rung: str
    people: int
    sampling_error: float
    natural_spread: float
    more_people: int

    @property
    def is_thin(self) -> bool:
        """Whether chance, not nature, limits what is known."""
        return self.more_people > 0


def power(product: ProductDiagnosis, feature: str) -> tuple[Power, ...]:
    """For each known rung: is it thin, and how many people would cure that?

    Sampling error falls with the square root of the people, natural spread does not fall at all:
    beyond a point a feature may be low on a rung for no reason that data of this kind can show.

    Args:
        product: The diagnosis.
        feature: One of its features.

    Raises:
        ValueError: There is no such feature.

    Examples:
        >>> Power("trial", 100, 0.4, 0.3, 612).is_thin
        True
    """
    place, found = product.place(feature), []
    for signal, name in enumerate(product.seen.names):
        if name not in RUNGS or not product.seen.is_known[place, signal]:
            continue
        error = sqrt(float(product.seen.variance[place, signal]))
        spread = sqrt(float(product.nature.natural[signal, signal]))
        people = int(product.seen.of[place, signal])
        enough = people * (error / (THIN * spread)) ** 2
        found.append(Power(name, people, error, spread, max(0, ceil(enough) - people)))
    return tuple(found)
