"""The signature's entries for "relevant to few" and "not noticed", against products lived through.

A product here has people who need a feature and people who hardly do. The hazard of a first try at
each exposure is followed by hand; nothing of it comes from the demo or the simulators.
"""

from itertools import product
from math import exp, log

import pytest

from metrics.diagnosis.signature import LOADINGS, NICHE, UNNOTICED

STAY = 0.8  # of those who did not try are shown it once more
KEEPS = (0.6, 0.2)  # come back after a success: those who need it, the others
FIGHTS = (0.6, 0.25)  # try again after a failure
NEEDS, NOTICES, UNNEEDED = (0.4, 0.6, 0.8), (0.08, 0.15, 0.3, 0.45), (0.05, 0.15, 0.3)
SEVERITIES = (0.8, 1.5, 2.2)


def logit(share: float) -> float:
    return log(share / (1 - share))


def lowered(share: float, severity: float) -> float:
    return 1 / (1 + exp(severity - logit(share)))


def signals(need: float, notice: float, unneeded: float) -> dict[str, float]:
    """Logits of trial, dose, repetition and persistence of one feature."""
    left, hazards, tries = [need, 1 - need], [], [0.0, 0.0]
    for _ in range(8):
        taking = [left[0] * notice, left[1] * notice * unneeded]
        hazards.append((sum(taking), sum(left)))
        tries = [before + now for before, now in zip(tries, taking, strict=True)]
        left = [STAY * (here - gone) for here, gone in zip(left, taking, strict=True)]
    first = hazards[0][0] / hazards[0][1]
    later = sum(taken for taken, _ in hazards[1:]) / sum(shown for _, shown in hazards[1:])
    needy = tries[0] / sum(tries)
    return {
        "trial": logit(sum(taken for taken, _ in hazards) / sum(shown for _, shown in hazards)),
        "dose": logit(later) - logit(first),
        "repetition": logit(needy * KEEPS[0] + (1 - needy) * KEEPS[1]),
        "persistence": logit(needy * FIGHTS[0] + (1 - needy) * FIGHTS[1]),
    }


def moved(cause: str) -> dict[str, float]:
    """Mean change of each signal for one logit of severity, over many kinds of products."""
    changes = []
    for need, notice, unneeded, severity in product(NEEDS, NOTICES, UNNEEDED, SEVERITIES):
        fewer = lowered(need, severity) if cause == NICHE else need
        seldom = lowered(notice, severity) if cause == UNNOTICED else notice
        before, after = signals(need, notice, unneeded), signals(fewer, seldom, unneeded)
        changes.append({name: (after[name] - before[name]) / severity for name in before})
    return {name: sum(one[name] for one in changes) / len(changes) for name in changes[0]}


@pytest.mark.parametrize("signal", ["dose", "repetition", "persistence"])
@pytest.mark.parametrize("cause", [NICHE, UNNOTICED])
def test_signature_says_what_such_products_do(cause: str, signal: str) -> None:
    entry = LOADINGS[cause].get(signal, (0.0, ""))[0]
    assert entry == pytest.approx(moved(cause)[signal], abs=0.06)


def test_relevant_to_few_and_not_noticed_both_lower_trial() -> None:
    few, unnoticed = moved(NICHE)["trial"], moved(UNNOTICED)["trial"]
    assert unnoticed < few < -0.4
