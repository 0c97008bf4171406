"""Adjusted lifts against published numbers, and what they cannot do."""

import csv
from pathlib import Path

import numpy as np
import pytest
import statsmodels
from hypothesis import given
from hypothesis import strategies as st

from metrics.causal import (
    Effect,
    centred,
    doubly_robust,
    e_value,
    inverse_weighted,
    is_confounded,
    regression_adjusted,
)

BIRTHS = Path(statsmodels.__file__).parent / "treatment" / "tests" / "results" / "cataneo2.csv"


def births() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Weight, smoking, columns of the outcome model and of the model of smoking."""
    with BIRTHS.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))

    def columns(*names: str) -> np.ndarray:
        return np.array([[float(row[name]) for name in names] for row in rows])

    return (
        columns("bweight")[:, 0],
        columns("mbsmoke_")[:, 0] > 0,
        columns("prenatal1_", "mmarried_", "mage", "fbaby_"),
        columns("mmarried_", "mage", "mage2", "fbaby_", "medu"),
    )


# Stata's manual [TE] teffects (Cattaneo 2010, birth weights), as in statsmodels' tests.
def test_doubly_robust_gives_what_stata_publishes() -> None:
    found = doubly_robust(*births(), link="probit", trim=0.0)
    assert found.value == pytest.approx(-230.9892, abs=1e-3)
    assert found.error == pytest.approx(26.21056, abs=1e-3)


def test_inverse_weighting_gives_what_stata_publishes() -> None:
    weight, smokes, _, known = births()
    found = inverse_weighted(weight, smokes, known, link="probit", trim=0.0)
    assert (found.value, found.error) == pytest.approx((-230.68864, 25.81524), abs=1e-3)


def test_regression_adjustment_gives_what_stata_publishes() -> None:
    weight, smokes, known, _ = births()
    found = regression_adjusted(weight, smokes, known)
    assert (found.value, found.error) == pytest.approx((-239.63921, 23.82402), abs=1e-3)


def confounded(*, hidden: float, size: int = 6_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, use, activity; the true effect is 1."""
    rng = np.random.default_rng(5)
    activity, motivation = rng.normal(size=(2, size))
    used = rng.random(size) < 1 / (1 + np.exp(-(activity + hidden * motivation)))
    return activity + hidden * motivation + used + rng.normal(size=size), used, activity[:, None]


def test_doubly_robust_survives_a_wrong_outcome_model() -> None:
    outcome, used, activity = confounded(hidden=0.0)
    nothing = np.zeros((len(outcome), 1))
    found = doubly_robust(outcome, used, np.hstack([nothing[:, :0], activity**2]), activity)
    assert found.low < 1 < found.high
    assert found.naive > 1.5


def test_doubly_robust_does_not_survive_a_hidden_motivation() -> None:
    outcome, used, activity = confounded(hidden=1.0)
    assert doubly_robust(outcome, used, activity, activity).low > 1.3


def test_adjusting_needs_people_on_both_sides() -> None:
    column = np.arange(6.0)[:, None]
    with pytest.raises(ValueError, match="needs 3 people on either side, got 1 of 6"):
        doubly_robust(column[:, 0], column[:, 0] > 4, column, column)


def test_adjusting_refuses_what_predicts_use_perfectly() -> None:
    column = np.linspace(-3, 3, 60)[:, None]
    with pytest.raises((ValueError, np.linalg.LinAlgError)):
        inverse_weighted(column[:, 0], column[:, 0] > 0, column)


def test_trimmed_people_are_counted() -> None:
    outcome, used, activity = confounded(hidden=0.0)
    assert doubly_robust(outcome, used, activity, activity, trim=0.2).trimmed > 500
    assert doubly_robust(outcome, used, activity, activity, trim=0.0).trimmed == 0


# VanderWeele and Ding (2017), Ann. Intern. Med. 167:268: breast feeding and respiratory deaths.
def test_e_value_gives_what_its_authors_publish() -> None:
    found = e_value(3.9, low=1.8, high=8.7)
    assert found.estimate == pytest.approx(7.26, abs=0.005)
    assert found.interval == pytest.approx(3.0, abs=0.005)


def test_e_value_of_an_interval_with_no_difference_is_1() -> None:
    assert e_value(1.5, low=0.9, high=2.5).interval == 1.0


@given(st.floats(0.01, 100.0))
def test_e_value_is_the_same_for_harm_and_benefit(ratio: float) -> None:
    assert e_value(ratio).estimate == pytest.approx(e_value(1 / ratio).estimate)
    assert e_value(ratio).estimate >= max(ratio, 1 / ratio)


@pytest.mark.parametrize(
    ("ratio", "ends"), [(0.0, {}), (2.0, {"low": 2.5, "high": 3.0}), (2.0, {"low": 1.0})]
)
def test_e_value_refuses_what_is_no_ratio(ratio: float, ends: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"above 0|enclose"):
        e_value(ratio, **ends)


def test_centring_takes_the_placebos_mean_away() -> None:
    placebos = np.array([0.04, 0.05, 0.06, 0.05, 0.05])
    found = centred(0.12, 0.01, placebos, np.full(5, 0.01))
    assert (found.value, found.bias, found.rank, found.of) == pytest.approx((0.07, 0.05, 1, 6))
    assert found.low > 0


@given(st.floats(-1, 1))
def test_centring_does_not_move_with_a_bias_of_all(bias: float) -> None:
    placebos, errors = np.array([0.01, 0.03, 0.02, 0.0, 0.04]), np.full(5, 0.01)
    here = centred(0.1, 0.01, placebos, errors)
    there = centred(0.1 + bias, 0.01, placebos + bias, errors)
    assert there.value == pytest.approx(here.value)
    assert there.low == pytest.approx(here.low)


def test_centring_needs_placebos() -> None:
    with pytest.raises(ValueError, match="at least 5 placebo features, got 4"):
        centred(0.1, 0.01, np.zeros(4), np.ones(4))


@pytest.mark.parametrize(("low", "high", "answer"), [(0.1, 0.3, True), (-0.1, 0.1, False)])
def test_an_effect_on_the_past_is_confounding(*, low: float, high: float, answer: bool) -> None:
    assert is_confounded(Effect(0.0, 0.1, low, high, 0.0, 0.0, 0)) is answer
