"""metrics.retention against published numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.rates import rate
from metrics.retention import pooled_retention

# OpenPanel, test/retention-fixtures.ts: three weekly cohorts, back in weeks 1, 2 and 3.
SIZES = [100, 80, 60]


@pytest.mark.parametrize(
    ("returned", "percent"),
    [
        # Without a reference date every 0 is taken for seen: 120/240, 25/240, 10/240.
        ([50, 40, 30], 50.0),
        ([25, 0, 0], 10.4),
        ([10, 0, 0], 4.2),
        # With one, the third cohort is too young for week 2, and the second for week 3.
        ([25, 0, None], 13.9),
        ([10, None, None], 10.0),
    ],
)
def test_pooled_retention_matches_openpanel(returned: list[int | None], percent: float) -> None:
    share = pooled_retention(SIZES, returned).rate.value
    assert share is not None
    assert 100 * share == pytest.approx(percent, abs=0.05)


def test_pooled_retention_counts_a_mature_zero() -> None:
    pooled = pooled_retention([10, 10], [5, 0])
    assert (pooled.returned, pooled.users, pooled.cohorts) == (5, 20, 2)


def test_pooled_retention_without_a_mature_cohort_is_undefined() -> None:
    pooled = pooled_retention([10, 20], [None, None])
    assert (pooled.rate.value, pooled.users, pooled.returned, pooled.cohorts) == (
        None, None, None, 0,
    )  # fmt: skip


def test_pooled_retention_of_one_cohort_is_its_rate() -> None:
    assert pooled_retention([148], [15]).rate == rate(15, 148)


def test_pooled_retention_refuses_lists_of_different_length() -> None:
    with pytest.raises(ValueError, match="got 2 cohorts but 1 counts"):
        pooled_retention([1, 2], [1])


@given(cells=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=12))
def test_pooled_retention_does_not_depend_on_order(cells: list[tuple[int, int]]) -> None:
    cohorts = [(back + more, back) for back, more in cells]
    forward = pooled_retention([n for n, _ in cohorts], [back for _, back in cohorts])
    backward = pooled_retention([n for n, _ in cohorts[::-1]], [back for _, back in cohorts[::-1]])
    assert forward == backward
