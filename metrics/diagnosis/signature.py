"""How each cause moves each signal, and what is believed before a product is seen: all of it.

One unit of severity is one logit on the rung that the cause acts on. The entries are what the
mechanism says, rounded: 1 for the rung itself, fractions for what follows from it. They are guesses
with an error (`doubts`), so no verdict hangs on the second digit of one of them. Nothing here was
learned from a product with known answers, the demo least of all; `RECALIBRATION` alone comes from
simulations, other ones than those that judge it.

"Relevant to few" has no entry for `dose`. Where some need a feature and the others hardly do, later
exposures find fewer of those who need it left. Make them few, and that effect shrinks with them:
the slope hardly moves (`tests/test_metrics_diagnosis_signature.py` lives through such products).
"""

import numpy as np
from numpy.typing import NDArray

from metrics.diagnosis.signals import SIGNALS

Floats = NDArray[np.float64]

UNSEEN, UNNOTICED, USABILITY, WORTHLESS, NICHE = SUBCAUSES = (
    "not shown", "shown but not noticed", "usability", "weak for all", "relevant to few",
)  # fmt: skip
CAUSES = ("discoverability", "usability", "value")
CAUSE_OF = {
    UNSEEN: "discoverability", UNNOTICED: "discoverability", USABILITY: "usability",
    WORTHLESS: "value", NICHE: "value",
}  # fmt: skip

LOADINGS: dict[str, dict[str, tuple[float, str]]] = {
    UNSEEN: {
        "reach": (-1.0, "the rung itself: fewer of those who may use it are shown it"),
        "uptake": (-0.9, "without exposures: what is not shown is not tried"),
        "search": (0.2, "people who need it look for it"),
    },
    UNNOTICED: {
        "trial": (-1.0, "the rung itself: fewer exposures lead to a first try"),
        "uptake": (-0.9, "without exposures: what is not noticed is not tried"),
        "dose": (0.15, "those who need it are still there at later exposures"),
        "search": (0.25, "people who need it look for it"),
    },
    USABILITY: {
        "success": (-1.0, "the rung itself: fewer first attempts complete"),
        "haste": (0.1, "what fails without a reason is tried again at once"),
        "slowness": (0.2, "what is hard takes longer, even when it works"),
        "repetition": (-0.2, "a laborious success is worth less"),
        "habit": (-0.3, "failures wear habits down"),
    },
    WORTHLESS: {
        "repetition": (-0.8, "the rung itself: success does not bring people back"),
        "habit": (-0.6, "those who come back soon stop"),
        "persistence": (-0.3, "nobody fights for what is not worth it"),
        "trial": (-0.2, "who tried it earlier and stayed away is shown it again, and passes by"),
        "search": (-0.1, "few look for it"),
    },
    NICHE: {
        "trial": (-0.7, "only those for whom it is relevant try it; the rest seldom"),
        "uptake": (-0.6, "without exposures: only those for whom it is relevant try it"),
        "focus": (0.65, "where the few can be told from the others, most tries are theirs"),
        "search": (-0.6, "only those few look for it"),
        "repetition": (-0.3, "more of those who try it do not need it"),
        "persistence": (-0.25, "more of those who fail do not need it"),
        "habit": (-0.1, "those who keep it are the few who need it, as usual"),
    },
}

MAIN = 0.7  # an entry at least this large is the rung itself
DOUBT = (0.25, 0.5)  # standard error of a main entry and of the others, as a fraction of them
DOUBT_ELSEWHERE = 0.06  # of the entries that are 0

SEVERITY = (1.5, 0.7)  # mean and standard deviation of a fault worth naming, logits
SHARES = {UNSEEN: 0.18, UNNOTICED: 0.18, USABILITY: 0.30, WORTHLESS: 0.18, NICHE: 0.16}
TOGETHER = (0.78, 0.19, 0.03)  # of the features with a fault: one, two, three causes
MOST_CAUSES = 3

NATURAL = dict.fromkeys(SIGNALS, 0.28) | {
    "dose": 0.16,
    "haste": 0.16,
    "friction": 0.16,
    "slowness": 0.45,
    "focus": 0.7,
}  # standard deviations that a product's own features correct; logits (slowness and focus: logs)
NATURAL_WEIGHT = 20.0  # features that this first belief counts for

FREEDOM = 6.0  # of the t distribution of everything natural about a feature
PREVALENCE = ((0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.55), (2, 2, 1.5, 1.2, 1, 1, 1, 1))
ODDITIES = (0.05, 0.15, 0.3, 0.5)  # share of features that are odd in one trait, either way
ODD = 2.5  # how much wider oddities are spread than the rest, as a factor
TRACKED_ODDLY = {"reach": 0.8, "trial": -0.8}  # exposures logged that were none, or lost
MISLABELLED = 0.1  # share of features with the wrong type in the dictionary
MISLABELLED_SURELY = 0.01  # of those whose type somebody has confirmed
KINDS_APART = 0.8  # standard deviation of the types' means, logits

RECALIBRATION = (0.12, 1.0)  # shift and slope of the log odds of each cause


def loadings() -> Floats:
    """(5, J): one row for each sub-cause, one column for each signal."""
    return np.array(
        [[LOADINGS[cause].get(name, (0.0, ""))[0] for name in SIGNALS] for cause in SUBCAUSES]
    )


def doubts() -> Floats:
    """(5, J): the standard error of each loading."""
    size = np.abs(loadings())
    main, other = DOUBT
    of_entries: Floats = np.where(size >= MAIN, main, other) * size
    return np.maximum(of_entries, DOUBT_ELSEWHERE)
