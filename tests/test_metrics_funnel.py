"""metrics.funnel: edges, refusals and properties; what equals the slow count is elsewhere."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.funnel import (
    NOT_REACHED,
    Exclusion,
    Funnel,
    Log,
    attempts,
    attempts_by,
    masks,
    sorted_log,
    steps,
)
from metrics.funnel.blocks import blocks

SECOND = 1_000_000


def log(*rows: tuple[int, int, int]) -> Log:
    """Rows of (unit, seconds, mask of steps)."""
    units, seconds, fits = zip(*rows, strict=True) if rows else ((), (), ())
    built, _ = sorted_log(
        np.array(units, dtype=np.int64),
        np.array(seconds, dtype=np.int64) * SECOND,
        np.array(fits, dtype=np.uint8),
    )
    return built


def counts(events: Log, funnel: Funnel) -> list[int]:
    return [step.count for step in steps(attempts(events, funnel))]


def test_funnel_of_nobody_counts_nobody() -> None:
    found = steps(attempts(log(), Funnel(2)))
    assert [step.count for step in found] == [0, 0]
    assert found[1].from_first.value is None
    assert found[1].median_seconds is None


def test_funnel_of_one_step_counts_who_did_it() -> None:
    assert counts(log((1, 0, 1), (1, 5, 1), (2, 0, 0)), Funnel(1)) == [1]


def test_window_includes_its_end() -> None:
    # Definition: t <= t_entry + W.
    events = log((1, 0, 1), (1, 300, 2), (2, 0, 1), (2, 301, 2))
    assert counts(events, Funnel(2, window=timedelta(minutes=5))) == [2, 1]


def test_an_event_is_used_once() -> None:
    assert counts(log((1, 0, 0b11)), Funnel(2)) == [1, 0]
    assert counts(log((1, 0, 0b11), (1, 0, 0b11)), Funnel(2)) == [1, 1]


def test_order_of_arrival_of_equal_stamps_does_not_matter() -> None:
    assert counts(log((1, 0, 2), (1, 0, 1)), Funnel(2)) == [1, 1]


def test_a_unit_with_more_rows_than_a_block_is_not_cut() -> None:
    events = log(*[(1, second, 0) for second in range(50)], (1, 0, 1), (1, 50, 2), (2, 0, 1))
    cut = [len(block) for block in blocks(events, Funnel(2), rows=10)]
    assert cut == [52, 1]
    assert attempts(events, Funnel(2), rows_per_block=10).levels.tolist() == [2, 1]


def test_keys_of_a_long_log_do_not_overflow() -> None:
    # 40 years in microseconds are 2 ** 50: a block may then hold only some 4,000 units.
    years = 40 * 365 * 24 * 3600
    rows = [(unit, 0, 1) for unit in range(5000)] + [(unit, years, 2) for unit in range(5000)]
    assert counts(log(*rows), Funnel(2, window=timedelta(days=36500))) == [5000, 5000]


def test_missing_steps_have_neither_row_nor_time() -> None:
    found = attempts(log((1, 3, 1)), Funnel(2))
    assert found.rows.tolist() == [[0, -1]]
    assert found.times.tolist() == [[3 * SECOND, NOT_REACHED]]
    assert found.dropped(0).tolist() == [1]


def test_a_unit_never_ends_what_another_began() -> None:
    # The next unit's event comes later in the log and within the window by the clock.
    events = log((1, 100, 1), (2, 0, 2), (2, 101, 2))
    assert counts(events, Funnel(2, window=timedelta(seconds=50))) == [1, 0]


def test_grace_does_not_add_up() -> None:
    # The second step is stamped 2 s early and counts at 5; the third may then be 3 s before 5.
    grace = Funnel(3, grace=timedelta(seconds=3))
    assert counts(log((1, 5, 1), (1, 3, 2), (1, 2, 4)), grace) == [1, 1, 1]
    assert counts(log((1, 5, 1), (1, 3, 2), (1, 1, 4)), grace) == [1, 1, 0]
    found = attempts(log((1, 5, 1), (1, 3, 2)), grace)
    assert (found.times[0, :2] // SECOND).tolist() == [5, 5]


@pytest.mark.parametrize(
    ("voided_at", "expected"),
    [(0, [1, 0]), (1, [0, 0]), (10, [0, 0]), (11, [1, 0])],
)
def test_an_exclusion_counts_after_its_step_until_the_window_ends(
    voided_at: int, expected: list[int]
) -> None:
    times = np.sort(np.array([0, voided_at])) * SECOND
    events = Log(column(1, 1), times, column(1, 0, kind="u1"), column(0, 1, kind="u1"))
    funnel = Funnel(2, window=timedelta(seconds=10), exclusions=(Exclusion(0, 1),))
    assert counts(events, funnel) == expected


def test_totals_reenter_only_after_exit() -> None:
    # Entries at 0 and 1 are one attempt, over at 2; the entry at 2 is not after it; 5 is.
    events = log((1, 0, 1), (1, 1, 1), (1, 2, 2), (1, 2, 1), (1, 5, 1))
    found = attempts(events, Funnel(2, counting="total"))
    assert (found.times[:, 0] // SECOND).tolist() == [0, 5]
    assert found.levels.tolist() == [2, 1]


def test_cohorts_count_a_unit_once_in_each() -> None:
    events = log((1, 0, 1), (1, 10, 1), (1, 11, 2))
    found = attempts(events, Funnel(2, window=timedelta(seconds=5)), cohorts=np.array([0, 1, 1]))
    assert found.levels.tolist() == [1, 2]


def test_several_cohorts_at_once_are_each_as_alone() -> None:
    events = log((1, 0, 1), (1, 10, 1), (1, 11, 2), (2, 3, 1))
    kinds = (np.array([0, 1, 1, 0]), None, np.array([0, 0, 1, 0]))
    together = attempts_by(events, Funnel(2), kinds)
    assert [one.levels.tolist() for one in together] == [[2, 2, 1], [2, 1], [2, 1]]
    for found, kind in zip(together, kinds, strict=True):
        alone = attempts(events, Funnel(2), cohorts=kind)
        assert found.rows.tolist() == alone.rows.tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, "1 to 64 steps, got 0"),
        ({"steps": 65}, "1 to 64 steps, got 65"),
        ({"steps": 2, "window": timedelta(-1)}, "window must not be negative"),
        ({"steps": 2, "grace": timedelta(-1)}, "grace must not be negative"),
        ({"steps": 2, "grace": timedelta(1), "order": "any"}, "grace needs order 'ordered'"),
        ({"steps": 2, "counting": "total", "attempt": "first"}, "cannot be 'first'"),
        ({"steps": 2, "exclusions": (Exclusion(0, 2),)}, "the last step is 1"),
        ({"steps": 2, "exclusions": (Exclusion(0, 1),) * 65}, "at most 64 exclusions"),
    ],
)
def test_funnel_refuses(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Funnel(**options)


def column(*values: int, kind: str = "i8") -> Any:
    return np.array(values, dtype=kind)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ((column(2, 1), column(0, 0), column(1, 1, kind="u1")), "units do not ascend"),
        ((column(1, 1), column(1, 0), column(1, 1, kind="u1")), "times do not ascend"),
        ((column(1, 1), column(0, 0), column(2, 1, kind="u1")), "sorted by steps"),
        ((column(1, 1), column(0, 0), column(0, 1, kind="u1")), "those without one last"),
    ],
)
def test_kernel_refuses_an_unsorted_log(columns: tuple[Any, Any, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        attempts(Log(*columns), Funnel(2))


def test_log_refuses_columns_of_different_length() -> None:
    with pytest.raises(ValueError, match="one length"):
        Log(column(1), column(1, 2), column(1, kind="u1"))


def test_log_refuses_a_signed_mask() -> None:
    with pytest.raises(ValueError, match="steps must be an unsigned integer, got int64"):
        Log(column(1), column(1), column(1))


def test_kernel_refuses_what_it_has_no_column_for() -> None:
    with pytest.raises(ValueError, match="1 exclusions need"):
        attempts(log((1, 0, 1)), Funnel(2, exclusions=(Exclusion(0, 1),)))
    with pytest.raises(ValueError, match="9 steps need as many bits, got a column of uint8"):
        attempts(log((1, 0, 1)), Funnel(9))


def test_kernel_refuses_cohorts_that_fall() -> None:
    with pytest.raises(ValueError, match="must not fall"):
        attempts(log((1, 0, 1), (1, 1, 1)), Funnel(1), cohorts=np.array([1, 0]))
    with pytest.raises(ValueError, match="one per event"):
        attempts(log((1, 0, 1)), Funnel(1), cohorts=np.array([1, 0]))


def test_masks_refuse_negative_codes_and_too_many_sets() -> None:
    with pytest.raises(ValueError, match="negative, got -1"):
        masks(column(-1), [{1}])
    with pytest.raises(ValueError, match="at most 64"):
        masks(column(1), [{1}] * 65)


ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 30), st.sampled_from([0, 1, 2, 4])), max_size=25
)


@given(rows=ROWS, seconds=st.integers(0, 30))
def test_a_longer_window_and_a_later_step(rows: list[tuple[int, int, int]], seconds: int) -> None:
    short = counts(log(*rows), Funnel(3, window=timedelta(seconds=seconds)))
    longer = counts(log(*rows), Funnel(3, window=timedelta(seconds=seconds + 5)))
    assert short == sorted(short, reverse=True)
    assert all(more >= fewer for more, fewer in zip(longer, short, strict=True))


@given(rows=ROWS, shift=st.integers(-(10**9), 10**9), scale=st.integers(1, 1000))
def test_only_differences_of_time_matter(
    rows: list[tuple[int, int, int]], shift: int, scale: int
) -> None:
    moved = [(unit, second * scale + shift, fits) for unit, second, fits in rows]
    here = counts(log(*rows), Funnel(3, window=timedelta(seconds=7)))
    assert counts(log(*moved), Funnel(3, window=timedelta(seconds=7 * scale))) == here


@given(rows=ROWS)
def test_strict_is_within_ordered_is_within_any(rows: list[tuple[int, int, int]]) -> None:
    window = timedelta(seconds=9)
    strict, ordered, anyhow = (
        counts(log(*rows), Funnel(3, order=order, window=window))
        for order in ("strict", "ordered", "any")
    )
    assert all(a <= b <= c for a, b, c in zip(strict, ordered, anyhow, strict=True))


@given(rows=ROWS)
def test_lists_of_people_have_exactly_the_count(rows: list[tuple[int, int, int]]) -> None:
    found = attempts(log(*rows), Funnel(3, window=timedelta(seconds=9)))
    for place, step in enumerate(steps(found)):
        assert len(found.passed(place)) == step.count
        if step.dropped is not None:
            assert len(found.dropped(place)) == step.dropped
