"""metrics.usage_churn against Kaplan-Meier, slow counts, and by hand."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.survival import Lifetimes, kaplan_meier
from metrics.usage_churn import (
    Gaps,
    ReturnPoint,
    call_errors,
    gaps,
    return_curve,
    threshold,
    usage_churn,
)

ACTIVE = st.sets(st.tuples(st.integers(0, 5), st.integers(0, 60)), min_size=1, max_size=80)


def columns(rows: set[tuple[int, int]]) -> tuple[Any, Any]:
    table = np.array(sorted(rows), dtype=np.int64)
    return table[:, 0], table[:, 1]


@given(ACTIVE, st.integers(1, 20))
def test_return_curve_is_kaplan_meier_of_the_gaps(rows: set[tuple[int, int]], horizon: int) -> None:
    found = gaps(*columns(rows), last_day=60)
    lengths = np.concatenate(
        [np.repeat(np.arange(len(one)), one) for one in (found.closed, found.open)]
    )
    is_event = np.arange(len(lengths)) < found.closed.sum()
    curve = kaplan_meier(Lifetimes(lengths.astype(float), is_event))
    for point in return_curve(found, horizon=horizon):
        here = curve.at(point.silent_days).value
        later = curve.at(point.silent_days + horizon).value
        if point.returns is None:
            assert later is None or here == 0
        else:
            assert point.returns == pytest.approx(1 - later / here)


@given(ACTIVE)
def test_gaps_count_every_user_and_day(rows: set[tuple[int, int]]) -> None:
    found = gaps(*columns(rows), last_day=60)
    users = len({user for user, _ in rows})
    assert (found.open.sum(), found.closed.sum()) == (users, len(rows) - users)


def test_gaps_of_nobody_are_empty() -> None:
    none = np.array([], dtype=np.int64)
    assert return_curve(gaps(none, none, last_day=9)) == (ReturnPoint(0, 0, None),)


def test_open_gaps_keep_the_curve_honest() -> None:
    # Ten gaps: eight end after 1 day; two have lasted 30 days and are open. Of the silent after a
    # day nobody came back, although every gap that ended did so within a day.
    closed, waiting = np.zeros(31, dtype=np.int64), np.zeros(31, dtype=np.int64)
    closed[1], waiting[30] = 8, 2
    curve = return_curve(Gaps(closed, waiting), horizon=7)
    assert (curve[0].returns, curve[1].returns) == pytest.approx((0.8, 0.0))


def test_threshold_wants_enough_gaps() -> None:
    curve = [ReturnPoint(0, 99, 0.0), ReturnPoint(1, 19, 0.0), ReturnPoint(2, 20, 0.1)]
    assert threshold(curve) == 2
    assert threshold(curve, most=0.05) is None


def test_both_errors_by_hand() -> None:
    # Threshold 2: gaps of 3 days that ended (4) were called too early; one of 5 is still open.
    closed, waiting = np.array([0, 9, 0, 4, 0, 0]), np.array([3, 2, 0, 0, 0, 1])
    curve = [ReturnPoint(day, 9, share) for day, share in enumerate([0.9, 0.5, 0.2, 0.1, 0, 0])]
    found = call_errors(Gaps(closed, waiting), curve, 2)
    assert (found.called, found.returned.value) == (5, 0.8)
    assert (found.silent, found.silent_gone) == (2, 1.0)


def test_errors_that_cannot_be_measured_are_undefined() -> None:
    curve = [ReturnPoint(day, 9, None) for day in range(3)]
    found = call_errors(Gaps(np.array([0, 0, 0]), np.array([0, 1, 0])), curve, 2)
    assert (found.silent_gone, found.returned.value) == (None, None)


@given(ACTIVE, st.integers(1, 12), st.integers(1, 60))
def test_usage_churn_equals_a_slow_count(
    rows: set[tuple[int, int]], interval: int, end: int
) -> None:
    def who(start: int, stop: int) -> set[int]:
        return {user for user, day in rows if start <= day < stop}

    start = end - interval
    before, now, ever = who(start - interval, start), who(start, end), who(-99, start)
    found = usage_churn(*columns(rows), [end], interval=interval, complete=(-99, 61))[0]
    assert found.active_before == len(before)
    assert found.dormant == len(before - now)
    assert found.new == len(now - ever)
    assert found.resurrected == len((now & ever) - before)
    assert found.rate.value == (len(before - now) / len(before) if before else None)


@pytest.mark.parametrize("end", [13, 61])
def test_usage_churn_beyond_the_data_is_undefined(end: int) -> None:
    found = usage_churn(np.array([1]), np.array([0]), [end], interval=7, complete=(0, 60))[0]
    assert (found.dormant, found.rate.value) == (None, None)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: gaps(np.array([1, 1]), np.array([3, 3]), last_day=9), "distinct rows"),
        (lambda: gaps(np.array([2, 1]), np.array([3, 4]), last_day=9), "sorted by user"),
        (lambda: gaps(np.array([1]), np.array([9]), last_day=8), "after the last complete day 8"),
        (lambda: gaps(np.array([1]), np.array([1, 2]), last_day=8), "1 users but 2 days"),
        (lambda: Gaps(np.array([1]), np.array([0])), "at least 1 day"),
        (lambda: Gaps(np.array([0]), np.array([0, 1])), "1 and 2 lengths"),
        (lambda: return_curve(Gaps(np.array([0]), np.array([0])), horizon=0), "at least 1 day"),
        (lambda: threshold([], most=10), "got 10"),
        (lambda: call_errors(Gaps(np.array([0]), np.array([0])), [], 0), "at least 1 day, got 0"),
        (
            lambda: usage_churn(np.array([1]), np.array([1]), [9], interval=0, complete=(0, 9)),
            "at least one day, got 0",
        ),
        (
            lambda: usage_churn(np.array([1]), np.array([]), [9], interval=1, complete=(0, 9)),
            "1 users but 0",
        ),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
