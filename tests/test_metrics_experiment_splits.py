"""Splits: the sample ratio, where it breaks, independence, and A/A checks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.experiments import (
    Allocation,
    Moments,
    aa_check,
    assignment_independence,
    interaction,
    mismatch_places,
    sample_ratio,
    sequential_sample_ratio,
    split_p_values,
)

counts = st.lists(st.integers(1, 5000), min_size=2, max_size=5)


def test_ratio_matches_kohavi() -> None:
    # Kohavi, Tang and Xu (2020), chapter 21: 821,588 against 815,482, p = 1.8E-6.
    found = sample_ratio([Allocation((821_588, 815_482), (1, 1))])
    assert found.p_value == pytest.approx(1.8e-6, abs=5e-8)


@given(counts=counts)
def test_one_plan_is_pearsons_chi_square(counts: list[int]) -> None:
    found = sample_ratio([Allocation(tuple(counts), (1.0,) * len(counts))])
    assert found.p_value == pytest.approx(stats.chisquare(counts).pvalue, abs=1e-12)
    assert sum(found.excess) == pytest.approx(0, abs=1e-9)


def test_a_ramp_is_no_mismatch() -> None:
    ramp = [Allocation((9_000, 1_000), (9, 1)), Allocation((5_000, 5_000), (1, 1))]
    assert sample_ratio(ramp).p_value == pytest.approx(1.0)
    pooled = Allocation((14_000, 6_000), (1, 1))
    assert sample_ratio([pooled]).p_value < 1e-100


def test_mismatches_of_two_periods_do_not_cancel_in_the_counts() -> None:
    broken = [Allocation((8_800, 1_200), (9, 1)), Allocation((5_000, 5_000), (1, 1))]
    assert sample_ratio(broken).p_value < 0.003
    assert sample_ratio(broken).excess == pytest.approx((-200, 200))


def test_small_samples_have_an_exact_test() -> None:
    found = sample_ratio([Allocation((8, 2), (1, 1))], method="exact")
    assert found.p_value == pytest.approx(2 * 56 / 1024)  # (1 + 10 + 45) / 2^10 on each side


def test_ratio_of_nobody_is_undefined() -> None:
    assert sample_ratio([Allocation((0, 0), (1, 1))]).p_value is None
    assert sequential_sample_ratio([]) == ()


@pytest.mark.parametrize(
    ("periods", "message"),
    [
        ([Allocation((1, 2), (1, 1, 1))], "same two or more variants"),
        ([Allocation((1,), (1,))], "same two or more variants"),
        ([Allocation((1, -2), (1, 1))], "counts must be >= 0"),
        ([Allocation((1, 2), (1, 0))], "weights > 0"),
    ],
)
def test_impossible_periods_are_refused(periods: list[Allocation], message: str) -> None:
    for function in (sample_ratio, sequential_sample_ratio):
        with pytest.raises(ValueError, match=message):
            function(periods)


def test_exact_test_needs_two_variants_and_one_period() -> None:
    with pytest.raises(ValueError, match="'exact' compares two variants in one period"):
        sample_ratio([Allocation((1, 2, 3), (1, 1, 1))], method="exact")
    with pytest.raises(ValueError, match="concentration must be above 0"):
        sequential_sample_ratio([], concentration=0)


def test_sequential_ratio_matches_savvi() -> None:
    # Lindon and Malek (2022), closed form; savvi 0.3.1 agrees for its k = 100.
    batches = [(5000, 5100), (5050, 5010), (4980, 5200), (5010, 5230)]
    days = [Allocation(batch, (0.5, 0.5)) for batch in batches]
    assert sequential_sample_ratio(days) == pytest.approx(
        [1.0, 1.0, 0.7600477048, 0.1899648877], abs=1e-9
    )


@given(days=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=8))
def test_sequential_p_values_never_rise(days: list[tuple[int, int]]) -> None:
    found = sequential_sample_ratio([Allocation(day, (1, 1)) for day in days])
    assert list(found) == sorted(found, reverse=True)
    assert all(0 < p <= 1 for p in found)


@given(days=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=8))
def test_sequential_ratio_depends_only_on_counts_so_far(days: list[tuple[int, int]]) -> None:
    whole = tuple(sum(arm) for arm in zip(*days, strict=True))
    at_once = sequential_sample_ratio([Allocation(whole, (1, 1))])[-1]
    assert sequential_sample_ratio([Allocation(day, (1, 1)) for day in days])[-1] <= at_once + 1e-12


def test_a_change_of_plan_keeps_the_evidence() -> None:
    ramp, rest = Allocation((8_750, 1_250), (9, 1)), Allocation((5_250, 4_750), (1, 1))
    alone = [sequential_sample_ratio([period])[-1] for period in (ramp, rest)]
    assert max(alone) < 1
    together = sequential_sample_ratio([ramp, rest])[-1]
    assert together == pytest.approx(alone[0] * alone[1])


def test_mismatch_is_found_where_it_is() -> None:
    fine = {f"browser {k}": [Allocation((1_000 + k, 1_000), (1, 1))] for k in range(9)}
    found = mismatch_places(fine | {"old phone": [Allocation((700, 900), (1, 1))]})
    assert found[0].place == "old phone"
    assert [place.adjusted_p < 0.05 for place in found] == [True] + [False] * 9
    nobody = mismatch_places({"a": [Allocation((0, 0), (1, 1))], "b": [Allocation((5, 5), (1, 1))]})
    assert [(place.place, place.adjusted_p) for place in nobody] == [("b", 1.0), ("a", None)]


def test_interaction_matches_the_factorial_contrast() -> None:
    # Statsig's formula (interaction detection): (10.4 - 10.2) - (10.5 - 10.0) = -0.3.
    found = interaction(
        neither=Moments(1000, 10.0, 4.0),
        first_only=Moments(1010, 10.5, 4.2),
        second_only=Moments(990, 10.2, 4.1),
        both=Moments(1005, 10.4, 4.3),
    )
    assert (found.effect, found.z, found.p_value) == pytest.approx(
        (-0.3, -2.3299653569, 0.0198079822)
    )


def test_interaction_does_not_care_which_experiment_is_first() -> None:
    cells = {"neither": Moments(9, 1.0, 1.0), "both": Moments(9, 4.0, 2.0)}
    a, b = Moments(8, 2.0, 1.0), Moments(7, 2.5, 3.0)
    assert interaction(**cells, first_only=a, second_only=b) == interaction(
        **cells, first_only=b, second_only=a
    )


def test_interaction_needs_every_cell() -> None:
    one, none = Moments(9, 1.0, 1.0), Moments(0, None, None)
    found = interaction(neither=none, first_only=one, second_only=one, both=one)
    assert (found.effect, found.p_value) == (None, None)
    flat = Moments(9, 1.0, 0.0)
    found = interaction(neither=flat, first_only=flat, second_only=flat, both=flat)
    assert (found.effect, found.p_value) == (0.0, None)


@given(rows=st.lists(st.lists(st.integers(1, 500), min_size=3, max_size=3), min_size=2, max_size=4))
def test_independence_is_pearsons(rows: list[list[int]]) -> None:
    expected = stats.chi2_contingency(rows, correction=False).pvalue
    assert assignment_independence(rows) == pytest.approx(expected, abs=1e-12)


def test_independence_needs_a_table() -> None:
    assert assignment_independence([[5, 0], [7, 0]]) is None
    assert assignment_independence([[0, 0], [0, 0]]) is None
    with pytest.raises(ValueError, match="numbers >= 0"):
        assignment_independence([[1, -2], [3, 4]])


@given(
    n=st.tuples(st.integers(2, 99), st.integers(2, 99)),
    means=st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    variances=st.tuples(st.floats(0.1, 9), st.floats(0.1, 9)),
)
def test_split_p_values_are_welchs(
    n: tuple[int, int], means: tuple[float, float], variances: tuple[float, float]
) -> None:
    found = split_p_values(
        ([n[0]], [n[1]]),
        means=([means[0]], [means[1]]),
        variances=([variances[0]], [variances[1]]),
    )
    expected = stats.ttest_ind_from_stats(
        means[0], variances[0] ** 0.5, n[0], means[1], variances[1] ** 0.5, n[1], equal_var=False
    )
    assert found[0] == pytest.approx(expected.pvalue)


@pytest.mark.parametrize("power", [0.85, 1.1, 1.2])
def test_aa_check_matches_kolmogorov_and_smirnov(power: float) -> None:
    p_values = np.random.default_rng(3).random(200) ** power
    expected = stats.kstest(p_values, "uniform", method="exact").pvalue
    assert aa_check(p_values).p_value == pytest.approx(expected, rel=1e-6)


def test_aa_check_sees_a_wrong_variance() -> None:
    z = np.random.default_rng(4).normal(0, 1.4, 500)  # standard errors 40 % too small
    assert aa_check(2 * stats.norm.sf(abs(z))).is_calibrated is False


def test_aa_check_of_no_splits_is_undefined() -> None:
    assert aa_check([float("nan")]).is_calibrated is None
