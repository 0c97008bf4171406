"""What is read from a funnel's attempts: times, trend, groups, drivers."""

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.funnel import (
    Funnel,
    attempts,
    attributed,
    breakdown,
    did,
    differences,
    drivers,
    histogram,
    seconds_between,
    trend,
)
from tests.test_metrics_funnel import ROWS, SECOND, counts, log


def test_seconds_between_refuses_steps_out_of_order() -> None:
    with pytest.raises(ValueError, match="got 1, 1"):
        seconds_between(attempts(log((1, 0, 1)), Funnel(2)), 1, 1)


def test_histogram_of_nothing_is_empty() -> None:
    assert histogram(np.array([])).mean is None


def test_histogram_of_one_time_has_one_bin() -> None:
    assert histogram(np.array([5.0, 5.0])).counts == (2,)


def test_histogram_refuses_no_bins() -> None:
    with pytest.raises(ValueError, match="at least one bin, got 0"):
        histogram(np.array([1.0]), bins=0)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60), st.integers(1, 9))
def test_histogram_loses_nobody(seconds: list[int], bins: int) -> None:
    found = histogram(np.array(seconds, dtype=float), bins=bins)
    assert sum(found.counts) == len(seconds)


def test_trend_keeps_unripe_entries_out_of_the_fair_rate() -> None:
    # A window of 5 s, complete until 20 s: the entry at 15 could still convert at 20.
    events = log((1, 0, 1), (1, 1, 2), (2, 2, 1), (3, 14, 1), (4, 15, 1), (4, 16, 2))
    funnel = Funnel(2, window=timedelta(seconds=5))
    edges = np.array([0, 10, 20]) * SECOND
    early, late = trend(attempts(events, funnel), edges, funnel, complete_until=20 * SECOND)
    assert (early.entered, early.converted, early.ripe, early.is_ripe) == (2, 1, 2, True)
    assert (late.entered, late.converted, late.ripe, late.is_ripe) == (2, 1, 1, False)
    assert late.fair_rate.value == 0


def test_trend_refuses_edges_that_do_not_ascend() -> None:
    with pytest.raises(ValueError, match="ascending edges"):
        trend(attempts(log(), Funnel(1)), np.array([1, 1]), Funnel(1), complete_until=9)


EVENTS = log((1, 0, 1), (1, 1, 2), (1, 2, 4), (2, 0, 1))
VALUES = np.array([-1, 0, 7, -1])


@pytest.mark.parametrize(
    ("attribution", "step", "expected"),
    [
        ("first_touch", 0, [0, -1]),
        ("last_touch", 0, [7, -1]),
        ("step", 0, [-1, -1]),
        ("step", 2, [7, -2]),
    ],
)
def test_attribution(attribution: Any, step: int, expected: list[int]) -> None:
    found = attempts(EVENTS, Funnel(3))
    assert attributed(found, VALUES, attribution=attribution, step=step).tolist() == expected


def test_breakdown_by_all_steps_wants_the_value_at_each() -> None:
    events = log((1, 0, 1), (1, 1, 2), (1, 1, 2), (2, 0, 1), (2, 1, 2))
    found = breakdown(events, Funnel(2), np.array([0, 1, 0, 1, 0]), attribution="all_steps")
    assert [(group.value, group.units) for group in found] == [(0, (1, 1)), (1, (1, 0))]


def test_breakdown_by_all_steps_keeps_strict_neighbours() -> None:
    # The event of another value lies between: no longer the very next one.
    events = log((1, 0, 1), (1, 1, 2), (1, 2, 2))
    funnel = Funnel(2, order="strict")
    found = breakdown(events, funnel, np.array([0, 1, 0]), attribution="all_steps")
    assert [(group.value, group.units) for group in found] == [(0, (1, 0))]


def test_breakdown_refuses_values_that_are_no_codes() -> None:
    with pytest.raises(ValueError, match="or -1, got -2"):
        breakdown(EVENTS, Funnel(3), np.array([0, 0, 0, -2]))
    with pytest.raises(ValueError, match="got 1 for 4"):
        breakdown(EVENTS, Funnel(3), np.array([0]))
    with pytest.raises(ValueError, match="step must be 0 to 2, got 3"):
        breakdown(EVENTS, Funnel(3), VALUES, attribution="step", step=3)


@given(rows=ROWS, data=st.data())
def test_groups_of_a_touch_add_up(rows: list[tuple[int, int, int]], data: st.DataObject) -> None:
    values = data.draw(st.lists(st.integers(-1, 2), min_size=len(rows), max_size=len(rows)))
    found = breakdown(log(*rows), Funnel(3), np.array(values, dtype=np.int64))
    added = [sum(group.units[place] for group in found) for place in range(3)]
    assert added == counts(log(*rows), Funnel(3))


def test_differences_match_newcombe() -> None:
    # Newcombe (1998), Statistics in Medicine 17:873-890, table II, (a): 56/70 and 48/80, method 10.
    found = differences({"a": (56, 70), "b": (48, 80)}, base="b")["a"]
    assert found.difference.value == pytest.approx(0.2)
    interval = (found.difference.low, found.difference.high)
    assert interval == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_differences_compare_with_the_others_and_pay_for_it() -> None:
    found = differences({"a": (10, 20), "b": (5, 20), "c": (5, 20)})
    assert found["a"].difference.value == pytest.approx(0.25)
    assert found["a"].adjusted_p == pytest.approx(min(1, 3 * found["a"].p_value))


def test_differences_of_an_empty_group_are_undefined() -> None:
    assert differences({"a": (0, 0), "b": (1, 2)}, base="b")["a"].p_value is None


def test_differences_refuse_an_unknown_base() -> None:
    with pytest.raises(ValueError, match="got 'c'"):
        differences({"a": (1, 2)}, base="c")


def test_drivers_are_sorted_by_strength_either_way() -> None:
    found = drivers({"weak": (5, 5), "good": (9, 1), "bad": (0, 9)}, converted=10, failed=10)
    assert [one.name for one in found] == ["bad", "good", "weak"]
    # Fisher, by hand: 2 · [C(10,9)·C(10,1) + C(10,10)·C(10,0)] / C(20,10).
    assert found[1].p_value == pytest.approx(2 * (10 * 10 + 1) / 184_756)


def test_drivers_without_failures_have_no_p() -> None:
    assert drivers({"a": (1, 0)}, converted=2, failed=0)[0].p_value is None


def test_drivers_refuse_the_impossible() -> None:
    with pytest.raises(ValueError, match="3 of 2"):
        drivers({"a": (3, 0)}, converted=2, failed=1)


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_not_doing_it_is_the_mirror_of_doing_it(a: int, b: int, c: int, d: int) -> None:
    with_it = drivers({"x": (a, b)}, converted=a + c, failed=b + d)[0]
    without = drivers({"x": (c, d)}, converted=a + c, failed=b + d)[0]
    assert with_it.odds_ratio * without.odds_ratio == pytest.approx(1)
    assert with_it.p_value == pytest.approx(without.p_value)


def test_did_counts_only_what_came_on_the_way() -> None:
    found = attempts(log((1, 0, 1), (1, 9, 2), (2, 0, 1)), Funnel(2, window=timedelta(seconds=20)))
    funnel = Funnel(2, window=timedelta(seconds=20))

    def done(unit: int, second: int) -> list[bool]:
        return did(found, funnel, np.array([unit]), np.array([second * SECOND])).tolist()

    assert [done(1, second)[0] for second in (-1, 0, 1, 8, 9, 20)] == [
        False, False, True, True, False, False,
    ]  # fmt: skip
    assert [done(2, second)[1] for second in (0, 1, 20, 21)] == [False, True, True, False]
    assert done(3, 1) == [False, False]


def test_did_refuses_columns_of_different_length() -> None:
    with pytest.raises(ValueError, match="1 units but 0 times"):
        did(attempts(log(), Funnel(1)), Funnel(1), np.array([1]), np.array([], dtype=np.int64))
