"""What a product's verdicts are worth, against what was planted in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from metrics.diagnosis import ProductDiagnosis
from metrics.diagnosis.signature import CAUSE_OF, SUBCAUSES
from metrics.diagnosis.signature import CAUSES as NAMES

SURE, NAMED = 0.7, 0.5
BELONGS = np.array([[CAUSE_OF[subcause] == name for name in NAMES] for subcause in SUBCAUSES])


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """One product's features, (F,) or (F, 3).

    Attributes:
        probability: Of each of the three causes.
        none: Of no fault.
        truth: Which causes were planted.
        is_flagged: Under-used, and tracked well enough to be diagnosed.
        is_tracked: No tracking problem found.
    """

    probability: np.ndarray
    none: np.ndarray
    truth: np.ndarray
    is_flagged: np.ndarray
    is_tracked: np.ndarray

    @property
    def is_sick(self) -> np.ndarray:
        """Whether anything was planted."""
        return self.truth.any(axis=1)


def answers(found: ProductDiagnosis, severity: np.ndarray) -> Answers:
    """What the product's diagnosis says, beside the planted severities (F, 5)."""
    tracked = np.array([not one.tracking.problems for one in found.features])
    low = np.array([one.under_use.is_underused for one in found.features])
    return Answers(
        np.array([[one.probabilities.causes[name] for name in NAMES] for one in found.features]),
        np.array([one.probabilities.none for one in found.features]),
        (severity @ BELONGS) > 0,
        low & tracked,
        tracked,
    )


def together(many: Sequence[Answers]) -> Answers:
    """All features of several products."""
    return Answers(
        *(
            np.concatenate([getattr(one, name) for one in many])
            for name in ("probability", "none", "truth", "is_flagged", "is_tracked")
        )
    )


def mean(values: np.ndarray) -> float:
    """NaN for nobody: printed as a dash."""
    return float(values.mean()) if len(values) else float("nan")


def _top(one: Answers) -> tuple[np.ndarray, np.ndarray]:
    """The largest probability, and whether that cause was planted."""
    best = one.probability.argmax(axis=1)
    places = np.arange(len(best))
    return one.probability[places, best], one.truth[places, best]


def single_named(one: Answers) -> float:
    """Flagged with one planted cause: it is the likeliest."""
    which = one.is_flagged & (one.truth.sum(axis=1) == 1)
    return mean(_top(one)[1][which])


def answered(one: Answers) -> float:
    """Flagged: a cause at .7 or more, or "ordinary" above .5."""
    is_answer = (_top(one)[0] >= SURE) | (one.none > 0.5)
    return mean(is_answer[one.is_flagged])


def right(one: Answers) -> float:
    """Flagged and answered: the answer is true."""
    largest, is_true = _top(one)
    is_sure = largest >= SURE
    which = one.is_flagged & (is_sure | (one.none > 0.5))
    return mean(np.where(is_sure, is_true, ~one.is_sick)[which])


def named_truly(one: Answers) -> float:
    """Flagged and a cause is named: it was planted."""
    largest, is_true = _top(one)
    return mean(is_true[one.is_flagged & (largest >= SURE)])


def calibration_error(one: Answers) -> float:
    """Flagged: mean distance of probabilities and frequencies, ten bins, the three causes."""
    which = one.is_flagged
    return expected_error(one.probability[which].ravel(), one.truth[which].ravel())


def expected_error(probability: np.ndarray, truth: np.ndarray) -> float:
    """ECE with ten bins of equal width."""
    if not len(probability):
        return float("nan")
    bins = np.minimum((probability * 10).astype(int), 9)
    gaps = [abs((probability - truth)[bins == place].sum()) for place in range(10)]
    return sum(gaps) / len(probability)


def area(one: Answers) -> float:
    """AUC of 1 − P(none) for a planted fault."""
    from scipy.stats import rankdata

    sick = one.is_sick
    count, ranks = int(sick.sum()), rankdata(1 - one.none)
    if count in {0, len(sick)}:
        return float("nan")
    return float(ranks[sick].sum() - count * (count + 1) / 2) / (count * (len(sick) - count))


def brier(one: Answers) -> float:
    """Mean squared error of 1 − P(none)."""
    return mean((1 - one.none - one.is_sick) ** 2)


def brier_of_causes(one: Answers) -> float:
    """Mean squared error of the three causes' probabilities."""
    return mean(((one.probability - one.truth) ** 2).ravel())


def false_alarm(one: Answers) -> float:
    """Healthy features with a cause at .7 or more."""
    return mean(_top(one)[0][~one.is_sick] >= SURE)


def accused(one: Answers) -> float:
    """Healthy features whose verdict names a cause: flagged as well."""
    return mean((one.is_flagged & (_top(one)[0] >= SURE))[~one.is_sick])


def wrong_name(one: Answers) -> float:
    """Features with a fault, accused at .7 or more of one that they do not have."""
    largest, is_true = _top(one)
    return mean(((largest >= SURE) & ~is_true)[one.is_sick])


def whole_set(one: Answers) -> float:
    """Flagged with two planted causes: exactly those are at .5 or more."""
    which = one.is_flagged & (one.truth.sum(axis=1) == 2)
    return mean(((one.probability >= NAMED) == one.truth).all(axis=1)[which])


def tracked(one: Answers) -> float:
    """Features without a tracking problem."""
    return mean(one.is_tracked)


def with_error(measure: Callable[[Answers], float], many: Sequence[Answers]) -> tuple[float, float]:
    """A measure of all products, and its jackknife standard error over them."""
    value = measure(together(many))
    rest = np.array(
        [measure(together([*many[:place], *many[place + 1 :]])) for place in range(len(many))]
    )
    count = len(many)
    return value, float(np.sqrt((count - 1) / count * ((rest - rest.mean()) ** 2).sum()))


def text(found: tuple[float, float]) -> str:
    """'.954 ± .006', a dash for what cannot be measured."""
    value, error = found
    return "–" if np.isnan(value) else f"{value:.3f} ± {error:.3f}".replace("0.", ".")
