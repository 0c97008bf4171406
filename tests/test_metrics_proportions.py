"""metrics.proportions and metrics.proportion_tests against published numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.proportion_tests import share_test
from metrics.proportions import share_difference, share_interval, share_ratio


@st.composite
def groups(draw: st.DrawFn, most: int = 500) -> tuple[int, int]:
    whole = draw(st.integers(1, most))
    return draw(st.integers(0, whole)), whole


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17:857-872, table I, method 5 (Clopper-Pearson).
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0000, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_exact_interval_matches_newcombe(part: int, whole: int, low: float, high: float) -> None:
    found = share_interval(part, whole)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5.1e-5)


def test_other_intervals_match_statsmodels() -> None:
    # statsmodels 0.15.0, proportion_confint(3, 17), methods jeffreys and agresti_coull.
    jeffreys = share_interval(3, 17, method="jeffreys")
    coull = share_interval(3, 17, method="agresti-coull")
    assert (jeffreys.low, jeffreys.high) == pytest.approx((0.0523476570, 0.4001226626))
    assert (coull.low, coull.high) == pytest.approx((0.0537754409, 0.4184304111))


@given(group=groups())
def test_exact_interval_is_never_narrower_than_jeffreys(group: tuple[int, int]) -> None:
    exact, jeffreys = share_interval(*group), share_interval(*group, method="jeffreys")
    assert exact.low <= jeffreys.low + 1e-12
    assert exact.high >= jeffreys.high - 1e-12


@pytest.mark.parametrize(
    ("base", "other", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17:873-890, table II, method 10.
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((2, 7), (6, 7), 0.0582, 0.8062),
        ((0, 29), (5, 56), -0.0381, 0.1926),
        ((0, 20), (0, 10), -0.1611, 0.2775),
        ((0, 20), (10, 10), 0.6791, 1.0000),
    ],
)
def test_difference_matches_newcombe(
    base: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    found = share_difference(base, other)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5.1e-5)


def test_score_difference_matches_its_source() -> None:
    # Fagerland, Lydersen and Laake (2015), Stat. Methods Med. Res. 24:224-254, table 6: 7 of 34
    # against 1 of 34, 0.028 to 0.34.
    found = share_difference((1, 34), (7, 34), method="score")
    assert (found.low, found.high) == pytest.approx((0.028, 0.34), abs=5e-3)


@given(base=groups(), other=groups())
def test_score_difference_agrees_with_the_z_test(
    base: tuple[int, int], other: tuple[int, int]
) -> None:
    p = share_test(base, other, method="z").p_value
    found = share_difference(base, other, method="score")
    if abs(p - 0.05) > 1e-9:
        assert (p <= 0.05) == (not found.low <= 0 <= found.high)


@pytest.mark.parametrize("method", ["newcombe", "score"])
@given(base=groups(), other=groups())
def test_difference_turns_round_with_its_groups(
    method: str, base: tuple[int, int], other: tuple[int, int]
) -> None:
    there = share_difference(base, other, method=method)
    back = share_difference(other, base, method=method)
    assert (there.value, there.low, there.high) == pytest.approx(
        (-back.value, -back.high, -back.low), abs=1e-9
    )
    assert -1 <= there.low <= there.value <= there.high <= 1


def test_comparisons_of_nobody_are_undefined() -> None:
    assert share_difference((0, 0), (1, 2)).value is None
    assert share_ratio((0, 5), (1, 2)).value is None
    assert share_test((0, 0), (1, 2)).p_value is None
    assert share_interval(0, 0).low is None


def test_ratio_matches_katz() -> None:
    # statsmodels 0.15.0, confint_proportions_2indep(compare="ratio", method="log").
    found = share_ratio((48, 80), (56, 70))
    assert (found.value, found.low, found.high) == pytest.approx((4 / 3, 1.07662642, 1.65124851))


@given(base=groups(), other=groups())
def test_ratio_turns_round_with_its_groups(base: tuple[int, int], other: tuple[int, int]) -> None:
    there, back = share_ratio(base, other), share_ratio(other, base)
    if there.value is not None:
        assert (there.value, there.low) == pytest.approx((1 / back.value, 1 / back.high))


def test_z_test_matches_a_published_experiment() -> None:
    # Cookie Cats: seven-day retention 19.02 % (gate 30) against 18.20 % (gate 40), p = .0016.
    found = share_test((8502, 44700), (8279, 45489))
    assert found.method == "z"
    assert (found.z, found.p_value) == pytest.approx((-3.1643589, 0.00155425))


def test_few_successes_get_an_exact_test() -> None:
    assert share_test((1, 8), (7, 12)).method == "boschloo"
    assert share_test((1, 100_000), (7, 100_000)).method == "fisher"
    assert share_test((0, 40), (0, 40)).p_value == 1.0


def test_fisher_knows_the_lady_tasting_tea() -> None:
    # Fisher (1935), The Design of Experiments: 3 of 4 cups right, two-sided 34/70.
    assert share_test((1, 4), (3, 4), method="fisher").p_value == pytest.approx(34 / 70)


def test_boschloo_matches_a_published_trial() -> None:
    # Mehrotra, Chan and Berger (2003), Biometrics 59:441-450: 15 vaccinated and 15 not, 7 against
    # 12 infected, one-sided p = .0341; two-sided is twice that.
    found = share_test((12, 15), (7, 15), method="boschloo").p_value
    assert found == pytest.approx(2 * 0.0341, abs=1e-4)


def test_boschloo_needs_no_more_evidence_than_the_exact_test() -> None:
    # Fisher's two-sided p of the same table is .128, and twice its smaller side .128 too.
    assert share_test((12, 15), (7, 15), method="fisher").p_value == pytest.approx(0.1281, abs=1e-4)


def test_far_apart_shares_never_have_a_p_value_of_zero() -> None:
    assert 0 < share_test((1_000, 10_000), (2_000, 10_000)).p_value < 1e-80


@pytest.mark.parametrize("group", [(-1, 5), (6, 5)])
def test_an_impossible_part_is_refused(group: tuple[int, int]) -> None:
    for function in (share_difference, share_ratio, share_test):
        with pytest.raises(ValueError, match=f"got {group[0]} of 5"):
            function((1, 2), group)


def test_confidence_must_be_a_fraction() -> None:
    with pytest.raises(ValueError, match="between 0 and 1, got 95"):
        share_difference((1, 2), (1, 2), confidence=95)
