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
    attributed,
    breakdown,
    did,
    differences,
    drivers,
    histogram,
    masks,
    seconds_between,
    sorted_log,
    steps,
    trend,
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


# --- time to convert, trend, breakdown, drivers


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
