"""From probabilities of causes to what may be said."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log

from metrics.diagnosis.signature import CAUSE_OF, CAUSES, RECALIBRATION

NAMED, SURE, ORDINARY = 0.5, 0.7, 0.5

TRACKING = "tracking problem"
USED = "used as much as its peers"
UNCOMPARED = "too few of its type to compare"
CAUSE = "cause named"
LOW_BUT_ORDINARY = "low, but ordinary for its type"
UNKNOWN_CAUSE = "not enough evidence"
KINDS_OF_VERDICT = (TRACKING, USED, UNCOMPARED, CAUSE, LOW_BUT_ORDINARY, UNKNOWN_CAUSE)

# Repair in this order: never send people to a broken or worthless feature first.
REPAIR_ORDER = ("value", "usability", "discoverability")


@dataclass(frozen=True, slots=True)
class Probabilities:
    """How likely each cause is, recalibrated.

    Attributes:
        causes: Of discoverability, usability, value, 0 to 1; several may be true at once.
        subcauses: Of the five sub-causes, 0 to 1.
        none: That the feature has no fault: it is low as some are.
    """

    causes: Mapping[str, float]
    subcauses: Mapping[str, float]
    none: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said.

    Attributes:
        kind: One of `KINDS_OF_VERDICT`.
        causes: Named causes in the order of their repair; empty unless a cause is named.
        subcauses: The likeliest sub-cause of each named cause, in the same order.
        probability: Of the likeliest cause or of none, whichever the verdict names; None else.
    """

    kind: str
    causes: tuple[str, ...]
    subcauses: tuple[str, ...]
    probability: float | None


def recalibrated(probability: float, *, numbers: tuple[float, float] = RECALIBRATION) -> float:
    """A probability after a shift and a slope of its log odds.

    References:
        Platt (1999), Advances in Large Margin Classifiers, 61-74. Cox (1958), Biometrika 45:562.

    Examples:
        >>> recalibrated(0.8, numbers=(0.0, 1.0))
        0.8
    """
    shift, slope = numbers
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    return 1 / (1 + exp(-(shift + slope * log(inside / (1 - inside)))))


def verdict(found: Probabilities, *, is_tracked: bool, is_underused: bool | None) -> Verdict:
    """Name what is likely enough, or say that nothing is.

    Args:
        found: Probabilities.
        is_tracked: Whether the logs can be trusted.
        is_underused: Whether the feature passed the gate; None: it could not be compared.

    Examples:
        >>> causes = {"discoverability": 0.97, "usability": 0.1, "value": 0.05}
        >>> subcauses = {"not shown": 0.1, "shown but not noticed": 0.9, "usability": 0.1,
        ...     "weak for all": 0.03, "relevant to few": 0.02}
        >>> likely = Probabilities(causes, subcauses, 0.02)
        >>> verdict(likely, is_tracked=True, is_underused=True).subcauses
        ('shown but not noticed',)
    """
    if not is_tracked:
        return Verdict(TRACKING, (), (), None)
    if not is_underused:
        return Verdict(UNCOMPARED if is_underused is None else USED, (), (), None)
    largest = max(found.causes.values())
    if largest >= SURE:
        named = tuple(cause for cause in REPAIR_ORDER if found.causes[cause] >= NAMED)
        return Verdict(CAUSE, named, tuple(_likeliest(found, one) for one in named), largest)
    if found.none > ORDINARY:
        return Verdict(LOW_BUT_ORDINARY, (), (), found.none)
    return Verdict(UNKNOWN_CAUSE, (), (), None)


def _likeliest(found: Probabilities, cause: str) -> str:
    own = [name for name in found.subcauses if CAUSE_OF[name] == cause]
    return max(own, key=lambda name: found.subcauses[name])


def probabilities(posterior: Mapping[str, float], none: float) -> Probabilities:
    """Recalibrated probabilities from those of the model.

    Args:
        posterior: Of the three causes and the five sub-causes, by name.
        none: Of no cause.
    """
    calibrated = {name: recalibrated(value) for name, value in posterior.items()}
    return Probabilities(
        {name: calibrated[name] for name in CAUSES},
        {name: calibrated[name] for name in CAUSE_OF},
        1 - recalibrated(1 - none),
    )
