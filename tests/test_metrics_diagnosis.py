"""The diagnosis: what is planted is named, what is not is not, and the arithmetic is right."""

from dataclasses import replace
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_t

from metrics.diagnosis import diagnose, evidence, gain, next_events, power
from metrics.diagnosis.hypotheses import hypotheses, likelihoods
from metrics.diagnosis.product import believed
from metrics.diagnosis.signals import SIGNALS, UNKNOWN, contrast, signals
from metrics.diagnosis.signature import (
    CAUSES,
    FREEDOM,
    LOADINGS,
    SHARES,
    SUBCAUSES,
    TOGETHER,
)
from metrics.diagnosis.spread import label_prior, shares
from metrics.diagnosis.verdicts import (
    CAUSE,
    LOW_BUT_ORDINARY,
    TRACKING,
    UNKNOWN_CAUSE,
    USED,
    Probabilities,
    recalibrated,
    verdict,
)
from tests.simulated_product import PLANTED, diagnosed, faulty, healthy, taken, without_exposures

NAMES = {"unseen": "not shown", "unnoticed": "shown but not noticed"}
EXPECTED = {
    "unseen": "discoverability", "unnoticed": "discoverability", "usability": "usability",
    "worthless": "value",
}  # fmt: skip


# --- what is planted


@pytest.mark.parametrize("place", PLANTED)
def test_a_planted_fault_is_the_likeliest_cause(place: int) -> None:
    found = diagnosed().features[place].probabilities.causes
    assert max(found, key=found.get) == EXPECTED[PLANTED[place]]
    assert found[EXPECTED[PLANTED[place]]] > 0.8


@pytest.mark.parametrize("place", [0, 1])
def test_not_shown_and_not_noticed_are_told_apart(place: int) -> None:
    found = diagnosed().features[place].probabilities.subcauses
    assert max(found, key=found.get) == NAMES[PLANTED[place]]


def test_a_product_without_faults_is_accused_of_none() -> None:
    answers = diagnose(healthy()).features
    assert [one.feature for one in answers if one.verdict.kind == CAUSE] == []


def test_the_others_of_a_product_with_faults_are_accused_of_none() -> None:
    answers = diagnosed().features[len(PLANTED) :]
    assert [one.feature for one in answers if one.verdict.kind == CAUSE] == []


@settings(max_examples=5, deadline=None)
@given(st.permutations(range(24)))
def test_the_order_of_features_does_not_matter(order: list[int]) -> None:
    mixed = diagnose(taken(faulty(), order)).features
    for place, one in zip(order, mixed, strict=True):
        assert one.feature == diagnosed().features[place].feature
        assert one.probabilities.none == pytest.approx(
            diagnosed().features[place].probabilities.none, abs=1e-6
        )


def test_the_model_takes_less_than_ten_milliseconds_a_feature() -> None:
    counts, started = faulty(), process_time()
    diagnose(counts)
    assert (process_time() - started) / len(counts.names) < 0.010


def test_too_few_features_are_refused() -> None:
    with pytest.raises(ValueError, match="needs at least 8 features to learn from, got 7"):
        diagnose(taken(faulty(), list(range(7))))


# --- the signals


# By hand: 30 of 100 and 10 of 100 light users; together 20 %. This feature: 30/100, expected 20.
def test_contrast_is_the_difference_of_two_logits() -> None:
    found = contrast(np.array([[30.0], [10.0]]), np.array([[100.0], [100.0]]))
    assert found.usual == pytest.approx([0.2, 0.2], abs=1e-3)
    assert found.value == pytest.approx(
        [np.log(30.2 / 70.8) - np.log(0.25), np.log(10.2 / 90.8) - np.log(0.25)], abs=0.01
    )


def test_contrast_does_not_flatter_features_of_heavy_users() -> None:
    part = np.array([[1.0, 360.0], [9.0, 40.0]])  # 1 % of light, 40 % of heavy users, both
    whole = np.array([[100.0, 900.0], [900.0, 100.0]])
    assert contrast(part, whole).value == pytest.approx([0.0, 0.0], abs=0.03)


def test_contrast_of_a_handful_is_unknown() -> None:
    found = contrast(np.array([[2.0], [50.0]]), np.array([[4.0], [100.0]]))
    assert (found.variance >= UNKNOWN).tolist() == [True, False]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=2, max_size=6))
def test_contrast_of_the_opposite_is_the_opposite(pairs: list[tuple[int, int]]) -> None:
    part = np.array([[float(a)] for a, _ in pairs])
    whole = np.array([[float(a + b + 5)] for a, b in pairs])
    there, back = contrast(part, whole), contrast(whole - part, whole)
    assert there.value == pytest.approx(-back.value, abs=0.05)
    assert there.variance == pytest.approx(back.variance, abs=0.05)


def test_an_unknown_signal_to_leave_out_is_refused() -> None:
    with pytest.raises(ValueError, match="got \\['charm'\\]"):
        signals(faulty(), without=frozenset({"charm"}))


# --- the hypotheses


def test_every_set_of_up_to_three_causes_is_there_once() -> None:
    sets = hypotheses()
    assert len(np.unique(sets.members, axis=0)) == len(sets.members) == 1 + 5 + 10 + 10
    by_size = [sets.weight[sets.members.sum(axis=1) == size].sum() for size in range(4)]
    assert by_size == pytest.approx([0, *TOGETHER])


def test_every_loading_has_a_reason() -> None:
    assert set(LOADINGS) == set(SUBCAUSES) == set(SHARES)
    entries = [(name, *entry) for row in LOADINGS.values() for name, entry in row.items()]
    assert all(name in SIGNALS and abs(value) <= 1 and why for name, value, why in entries)


def test_likelihoods_are_those_of_a_multivariate_t() -> None:
    seen, sets = signals(faulty()), hypotheses()
    means, natural = np.full((4, len(SIGNALS)), 0.1), 0.09 * np.eye(len(SIGNALS))
    found = likelihoods(seen, sets, means, natural)
    place, known = 2, seen.is_known[2]

    def density(number: int) -> float:
        shape = natural + np.diag(seen.variance[place]) + sets.spread[number]
        at = (seen.value[place] - means[0] - sets.shift[number])[known]
        shape = shape[np.ix_(known, known)]
        return float(multivariate_t(np.zeros(known.sum()), shape, df=FREEDOM).logpdf(at))

    for number in (1, 3, 7, 25):
        ours = found.ordinary[place, number, 0] - found.ordinary[place, 0, 0]
        assert ours == pytest.approx(density(number) - density(0), abs=1e-4)


def test_beliefs_add_up_to_one() -> None:
    seen, sets = signals(faulty()), hypotheses()
    found = likelihoods(seen, sets, np.zeros((4, len(SIGNALS))), 0.1 * np.eye(len(SIGNALS)))
    held = shares(found, sets, label_prior(faulty().kinds))
    assert (held.ordinary + held.odd).sum(axis=(1, 2)) == pytest.approx(np.ones(24))
    assert held.settings.sum() == pytest.approx(1)


def test_asking_again_gives_the_same_belief() -> None:
    found, place = diagnosed(), 2
    row = replace(
        found.seen,
        **{
            name: getattr(found.seen, name)[place : place + 1]
            for name in ("value", "variance", "seen", "of", "usual", "doubt")
        },
    )
    again = believed(found, found.counts.names[place], row)[0]
    assert again["none"] == pytest.approx(found.nature.posterior[place, 0], abs=1e-9)


# --- what is said


def likely(none: float, **causes: float) -> Probabilities:
    probable = dict.fromkeys(CAUSES, 0.01) | causes
    subcauses = dict.fromkeys(SUBCAUSES, 0.005) | {
        "not shown": probable["discoverability"], "usability": probable["usability"],
        "relevant to few": probable["value"],
    }  # fmt: skip
    return Probabilities(probable, subcauses, none)


@pytest.mark.parametrize(
    ("found", "kind", "causes"),
    [
        (likely(0.1, usability=0.70), CAUSE, ("usability",)),
        (likely(0.1, usability=0.69), UNKNOWN_CAUSE, ()),
        (likely(0.51, usability=0.40), LOW_BUT_ORDINARY, ()),
        (likely(0.50, usability=0.40), UNKNOWN_CAUSE, ()),
        (likely(0.0, usability=0.5, discoverability=0.9), CAUSE, ("usability", "discoverability")),
        (likely(0.0, usability=0.49, value=0.9), CAUSE, ("value",)),
    ],
)
def test_verdict_keeps_its_thresholds(
    found: Probabilities, kind: str, causes: tuple[str, ...]
) -> None:
    said = verdict(found, is_tracked=True, is_underused=True)
    assert (said.kind, said.causes) == (kind, causes)


@pytest.mark.parametrize(
    ("is_tracked", "is_underused", "kind"), [(False, True, TRACKING), (True, False, USED)]
)
def test_verdict_asks_tracking_and_use_first(
    *, is_tracked: bool, is_underused: bool, kind: str
) -> None:
    said = verdict(likely(0.0, value=0.99), is_tracked=is_tracked, is_underused=is_underused)
    assert (said.kind, said.causes) == (kind, ())


# Log odds of .8 are 1.386; 0.5 + 2 × 1.386 = 3.273, whose probability is .9635.
def test_recalibration_is_a_line_in_log_odds() -> None:
    assert recalibrated(0.8, numbers=(0.5, 2.0)) == pytest.approx(0.9635, abs=1e-4)


# --- evidence, power, gain, what to send next


def test_the_rung_of_a_fault_is_its_strongest_evidence() -> None:
    first, *_ = evidence(diagnosed(), "feature 2")
    assert (first.signal, first.weights["usability"] > 2) == ("success", True)
    assert first.share < first.usual


def test_evidence_of_a_feature_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no feature 'charm'"):
        evidence(diagnosed(), "charm")


def test_power_asks_for_people_until_chance_is_half_of_nature() -> None:
    for one in power(diagnosed(), "feature 0"):
        enough = one.people + one.more_people
        error = one.sampling_error * np.sqrt(one.people / enough)
        assert error <= one.natural_spread / 2 + 1e-9
        assert one.is_thin == (one.sampling_error > one.natural_spread / 2)


def test_gain_lifts_the_rung_of_the_cause_to_the_peers() -> None:
    first, *_ = gain(diagnosed(), "feature 2")
    habitual = diagnosed().features[2].under_use.habitual
    assert (first.cause, first.rung) == ("usability", "success")
    assert first.people == round(habitual * (first.peers / first.share - 1))
    assert 0 < first.expected <= first.people


def test_nothing_more_is_asked_for_when_everything_is_sent() -> None:
    assert next_events(diagnosed(), "feature 0") == ()


def test_without_exposures_discoverability_is_seen_and_exposures_are_asked_for() -> None:
    found = diagnose(without_exposures(faulty()))
    assert found.features[0].probabilities.causes["discoverability"] > 0.5
    first, *rest = next_events(found, "feature 0")
    assert (first.event, rest) == ("exposed", [])
    assert first.sure_then == pytest.approx(max(first.sure_then, first.sure_now), abs=0.05)
