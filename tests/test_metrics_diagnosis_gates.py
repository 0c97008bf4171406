"""Before a diagnosis: can the logs be trusted, and is the feature used too little at all?"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.diagnosis import ProductCounts, diagnose, tracking, under_use
from metrics.diagnosis.tracking import (
    COMPLETED_EXCEED_STARTED,
    ENDS_EXCEED_STARTS,
    MISSING,
    OVERLOGGED,
    RELEASED,
    UNEXPOSED,
)
from metrics.diagnosis.verdicts import UNCOMPARED
from tests.simulated_product import faulty, healthy, without_exposures


def with_traffic(place: int, **changed: float) -> ProductCounts:
    """The healthy product with other events of one feature."""
    tables = {name: getattr(healthy().traffic, name).copy() for name in changed}
    for name, value in changed.items():
        tables[name][place] = value
    return replace(healthy(), traffic=replace(healthy().traffic, **tables))


def problems(counts: ProductCounts, place: int) -> tuple[str, ...]:
    return tracking(counts)[place].problems


def test_healthy_logs_are_trusted() -> None:
    assert {one.problems for one in tracking(healthy())} == {()}


@pytest.mark.parametrize(("share", "found"), [(0.15, (UNEXPOSED,)), (0.05, ()), (0.0, ())])
def test_tries_without_exposure(share: float, found: tuple[str, ...]) -> None:
    unexposed = np.floor(share * healthy().ladder.tried)
    counts = replace(healthy(), ladder=replace(healthy().ladder, unexposed_tries=unexposed))
    assert problems(counts, 5) == found


@pytest.mark.parametrize(("factor", "found"), [(3.0, (OVERLOGGED,)), (1.3, ())])
def test_exposures_far_above_the_others(factor: float, found: tuple[str, ...]) -> None:
    counts = with_traffic(5, exposures=factor * healthy().traffic.exposures[5])
    assert problems(counts, 5) == found


def test_more_completed_than_started() -> None:
    started = healthy().traffic.started[5]
    assert problems(with_traffic(5, completed=1.2 * started), 5) == (COMPLETED_EXCEED_STARTED,)


def test_more_ends_than_starts() -> None:
    traffic = healthy().traffic
    counts = with_traffic(5, failed=traffic.failed[5] + 0.3 * traffic.started[5])
    assert problems(counts, 5) == (ENDS_EXCEED_STARTS,)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"exposures": 0.0, "exposed_sessions": 0.0}, "exposures"),
        ({"completed": 0.0}, "completed"),
        ({"failed": 0.0, "abandoned": 0.0}, "ends badly"),
    ],
)
def test_an_action_that_is_never_sent(changed: dict[str, float], name: str) -> None:
    assert MISSING[name] in problems(with_traffic(5, **changed), 5)


def test_what_no_feature_sends_is_no_fault_of_one() -> None:
    assert {one.problems for one in tracking(without_exposures(healthy()))} == {()}


def test_a_release_in_the_window() -> None:
    released = np.arange(24) == 5
    counts = replace(healthy(), traffic=replace(healthy().traffic, is_released=released))
    assert problems(counts, 5) == (RELEASED,)
    assert diagnose(counts).features[5].verdict.kind == "tracking problem"


# --- under-use


def test_features_with_a_planted_fault_are_underused() -> None:
    gates = under_use(replace(faulty(), kinds=("core",) * 24))
    assert [gate.is_underused for gate in gates[:4]] == [True] * 4


def test_at_most_a_quarter_of_a_healthy_product_is_surely_underused() -> None:
    assert sum(one.is_underused for one in under_use(healthy())) <= 24 / 4 + 1


@pytest.mark.parametrize(("target", "answer"), [(0.9, True), (0.0001, False)])
def test_an_owners_target_replaces_the_peers(*, target: float, answer: bool) -> None:
    found = under_use(faulty(), targets={"feature 8": target})[8]
    assert (found.is_target, found.bar, found.is_underused) == (True, target, answer)


@pytest.mark.parametrize(("factor", "answer"), [(1.3, True), (0.75, False)])
def test_a_target_is_held_against_the_features_own_share(*, factor: float, answer: bool) -> None:
    ladder = faulty().ladder
    share = ladder.habitual[8].sum() / ladder.eligible[8].sum()
    found = under_use(faulty(), targets={"feature 8": factor * share})[8]
    assert found.is_underused is answer


def test_a_feature_that_nobody_may_use_is_not_underused() -> None:
    ladder = faulty().ladder
    nobody = {
        name: np.where((np.arange(24) == 5)[:, None], 0.0, getattr(ladder, name))
        for name in ("eligible", "exposed", "tried", "unexposed_tries", "ended", "succeeded",
                     "retried", "retried_rapidly", "clean", "clean_repeated", "recovered",
                     "recovered_repeated", "repeated", "habitual", "searched")
    }  # fmt: skip
    found = under_use(replace(faulty(), ladder=replace(ladder, **nobody)))[5]
    assert (found.eligible, found.probability, found.is_underused) == (0, None, False)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.02, 0.5), st.floats(0.02, 0.5))
def test_a_higher_target_is_missed_more_surely(one: float, other: float) -> None:
    low, high = sorted((one, other))
    missed = [
        under_use(faulty(), targets={"feature 8": target})[8].probability for target in (low, high)
    ]
    assert missed[0] <= missed[1]


@pytest.mark.parametrize(
    ("targets", "message"),
    [({"feature 8": 1.0}, "between 0 and 1"), ({"charm": 0.2}, "no feature 'charm'")],
)
def test_impossible_targets_are_refused(targets: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        under_use(faulty(), targets=targets)


# --- the counts


def test_more_tries_than_people_are_refused() -> None:
    ladder = faulty().ladder
    with pytest.raises(ValueError, match="tried cannot be more than eligible"):
        replace(ladder, tried=ladder.eligible + 1)


def test_a_table_of_another_shape_is_refused() -> None:
    ladder = faulty().ladder
    with pytest.raises(ValueError, match=r"offers has shape \(24, 15\), should be \(24, 15, 4\)"):
        replace(ladder, offers=ladder.eligible)


def test_an_unknown_type_of_feature_is_refused() -> None:
    with pytest.raises(ValueError, match="one of core, periodic, one-off, admin; got charming"):
        replace(faulty(), kinds=("charming", *faulty().kinds[1:]))


def test_gate_compares_what_is_done_once_with_its_like_only() -> None:
    few = tuple("one-off" if place < 3 else "core" for place in range(len(healthy().names)))
    gates = under_use(replace(healthy(), kinds=few))
    assert [gates[place].probability for place in range(3)] == [None] * 3
    assert all(gate.probability is not None for gate in gates[3:])


def test_gate_leaves_what_is_done_once_out_of_other_types() -> None:
    kinds = tuple(
        "one-off" if place < 5 else "admin" if place < 7 else "core"
        for place in range(len(healthy().names))
    )
    counts = replace(healthy(), kinds=kinds)
    useless = replace(counts.ladder, habitual=counts.ladder.habitual.copy())
    useless.habitual[:5] = 0
    changed = under_use(replace(counts, ladder=useless))
    assert changed[5].bar == pytest.approx(under_use(counts)[5].bar, rel=0.2)
    assert changed[0].probability is not None


def test_a_feature_that_cannot_be_compared_is_not_called_used() -> None:
    few = tuple("one-off" if place < 3 else "core" for place in range(len(healthy().names)))
    assert diagnose(replace(healthy(), kinds=few)).features[0].verdict.kind == UNCOMPARED
