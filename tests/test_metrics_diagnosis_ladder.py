"""The ladder beside the peers, and what would change a verdict."""

from dataclasses import replace

import numpy as np
import pytest

from metrics.diagnosis import (
    diagnose,
    if_kind_is_sure,
    reversals,
    rungs,
)
from metrics.diagnosis.spread import label_prior
from tests.simulated_product import diagnosed, faulty, healthy, without_exposures

UNSEEN, UNNOTICED, HARD, WORTHLESS = range(4)  # places of the planted faults


def test_ladder_goes_from_being_shown_to_the_habit() -> None:
    found = rungs(healthy(), "feature 5")
    assert [(one.name, one.base) for one in found] == [
        ("exposed", "eligible"), ("tried", "exposed"), ("managed", "ended"),
        ("repeated", "tried"), ("habitual", "repeated"),
    ]  # fmt: skip
    ladder = healthy().ladder
    assert (found[0].did, found[0].of) == (ladder.exposed[5].sum(), ladder.eligible[5].sum())


def test_ladder_without_exposures_begins_with_the_try() -> None:
    found = rungs(without_exposures(healthy()), "feature 5")
    assert (found[0].name, found[0].base) == ("tried", "eligible")


@pytest.mark.parametrize(
    ("place", "rung"),
    [(UNSEEN, "exposed"), (UNNOTICED, "tried"), (HARD, "managed"), (WORTHLESS, "repeated")],
)
def test_a_fault_lies_below_the_peers_band_on_its_rung(place: int, rung: str) -> None:
    counts = replace(faulty(), kinds=("core",) * 24)
    found = {one.name: one for one in rungs(counts, f"feature {place}")}[rung]
    assert found.share is not None
    assert found.usual_low is not None
    assert found.shrunk.high is not None
    assert found.shrunk.high < found.usual_low


def test_a_rung_of_nobody_has_no_share() -> None:
    ladder = healthy().ladder
    nobody = {
        name: np.where((np.arange(24) == 5)[:, None], 0.0, getattr(ladder, name))
        for name in ("repeated", "habitual")
    }
    found = rungs(replace(healthy(), ladder=replace(ladder, **nobody)), "feature 5")[-1]
    assert (found.did, found.of, found.share, found.shrunk.value) == (0, 0, None, None)


def test_what_would_change_the_answer_is_the_rung_of_the_fault() -> None:
    first = reversals(diagnosed(), f"feature {HARD}")[0]
    assert (first.signal, first.cause) == ("success", "usability")
    assert first.probability < 0.5 < diagnosed().features[HARD].probabilities.causes["usability"]


def test_a_type_beyond_doubt_is_no_other() -> None:
    labels = label_prior(("core", "admin"), sure=np.array([True, False]))
    assert labels[0, 0] > 0.99 > labels[1, 3]


def test_a_confirmed_type_is_asked_as_such() -> None:
    every = frozenset(faulty().names)
    sure = diagnose(faulty(), sure_kinds=every).features[WORTHLESS].probabilities
    doubted = diagnosed().features[WORTHLESS].probabilities
    assert sure.causes["value"] >= doubted.causes["value"] - 0.05
    asked = if_kind_is_sure(diagnosed(), f"feature {WORTHLESS}")
    assert asked.causes["value"] == pytest.approx(sure.causes["value"], abs=0.15)


@pytest.mark.parametrize("function", [reversals, if_kind_is_sure])
def test_an_unknown_feature_is_refused(function: object) -> None:
    assert callable(function)
    with pytest.raises(ValueError, match="no feature 'charm'"):
        function(diagnosed(), "charm")
