"""The reference cases of the diagnosis and of causal contrasts.

Those of shrinkage and concentration are answered with the cases of churn. Cases that cannot be
answered here are listed with the reason, and the list is held to be exact.
"""

from typing import Any

import pytest

from metrics.causal import doubly_robust, inverse_weighted, regression_adjusted
from tests.churn_cases import ALL, Answer, answering, hold
from tests.test_metrics_causal import births

NO_DATA = "the data set lies neither beside the project nor in a package it uses"
ANOTHER = (
    "measures a prototype on a simulator that is not here; docs/diagnosis-calibration.md has "
    "the same figures of this model on two others, with the prototype's beside them"
)
LEFT_OUT = {
    "ate-02": NO_DATA, "ate-04": NO_DATA, "ate-06": NO_DATA, "ate-08": NO_DATA, "ate-11": NO_DATA,
    "diag-01": ANOTHER, "diag-04": ANOTHER,
}  # fmt: skip

ANSWERS: dict[str, Answer] = {}


def answers(*ids: str) -> Any:
    return answering(ANSWERS, *ids)


@answers("ate-14")
def aipw(inputs: Any) -> dict[str, float]:
    weight, smokes, known, use_known = births()
    assert len(weight) == inputs["n"]
    found = doubly_robust(weight, smokes, known, use_known, link="probit", trim=0.0)
    return {"ate": found.value, "se": found.error}


@answers("ate-13")
def ipw(inputs: Any) -> dict[str, float]:
    weight, smokes, _, use_known = births()
    assert len(weight) == inputs["n"]
    found = inverse_weighted(weight, smokes, use_known, link="probit", trim=0.0)
    return {"ate": found.value, "se": found.error}


@answers("ate-12")
def ra(inputs: Any) -> dict[str, float]:
    weight, smokes, known, _ = births()
    assert len(weight) == inputs["n"]
    found = regression_adjusted(weight, smokes, known)
    return {"ate": found.value, "se": found.error}


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_a_reference_case_holds(name: str) -> None:
    hold(name, ANSWERS)


def test_every_case_is_answered_or_left_out_for_a_reason() -> None:
    ours = {name for name in ALL if name.startswith(("ate-", "diag-"))}
    assert set(ANSWERS) | set(LEFT_OUT) == ours
    assert not set(ANSWERS) & set(LEFT_OUT)
