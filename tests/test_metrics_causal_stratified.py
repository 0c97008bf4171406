"""The adjusted difference from counts by stratum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.causal import regression_adjusted, stratified

# Two strata; users are more often in the first, where everybody stays more often.
USED, USED_KEPT = np.array([100.0, 10.0]), np.array([60.0, 2.0])
OTHERS, OTHERS_KEPT = np.array([100.0, 190.0]), np.array([50.0, 19.0])


def test_difference_is_the_mean_of_the_strata() -> None:
    # 200 of 400 people with .60 - .50, 200 with .20 - .10: .1 either way.
    found = stratified(USED, USED_KEPT, OTHERS, OTHERS_KEPT)
    assert found.value == pytest.approx(0.1)
    assert found.naive == pytest.approx(62 / 110 - 69 / 290)
    assert found.without == pytest.approx((0.5 + 0.1) / 2)


def test_it_equals_a_regression_with_a_column_for_each_stratum() -> None:
    rows = [
        (float(kept), used, stratum)
        for stratum in (0, 1)
        for used, whole, part in (
            (True, USED, USED_KEPT),
            (False, OTHERS, OTHERS_KEPT),
        )
        for kept in [1] * int(part[stratum]) + [0] * int(whole[stratum] - part[stratum])
    ]
    outcome, used, stratum = (np.array(column) for column in zip(*rows, strict=True))
    known = stratum[:, None].astype(float)
    expected = regression_adjusted(outcome.astype(float), used.astype(bool), known)
    found = stratified(USED, USED_KEPT, OTHERS, OTHERS_KEPT)
    assert found.value == pytest.approx(expected.value)
    assert found.error == pytest.approx(expected.error, rel=0.1)


def test_a_stratum_without_users_says_nothing() -> None:
    found = stratified(*(np.append(row, more) for row, more in (
        (USED, 0.0), (USED_KEPT, 0.0), (OTHERS, 50.0), (OTHERS_KEPT, 50.0))))  # fmt: skip
    assert found.value == pytest.approx(0.1)
    assert found.trimmed == 50


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40))
def test_more_people_make_it_surer(factor: int) -> None:
    once = stratified(USED, USED_KEPT, OTHERS, OTHERS_KEPT)
    often = stratified(*(factor * row for row in (USED, USED_KEPT, OTHERS, OTHERS_KEPT)))
    assert often.value == pytest.approx(once.value)
    assert often.error <= once.error + 1e-12


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot be more than all"):
        stratified(USED, USED + 1, OTHERS, OTHERS_KEPT)
    with pytest.raises(ValueError, match="no stratum has both"):
        stratified(USED * 0, USED * 0, OTHERS, OTHERS_KEPT)
