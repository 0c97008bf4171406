"""The funnel's kernel equals a slow obvious count, for every option and thousands of small logs."""

from datetime import timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.funnel import Exclusion, Funnel, Log, attempts, sorted_log
from tests.slow_funnel import Event, slow_attempts

MOST_TIME = 12  # few distinct times, so that ties, windows and graces meet


@st.composite
def funnels(draw: st.DrawFn) -> Funnel:
    steps = draw(st.integers(1, 4))
    order = draw(st.sampled_from(["ordered", "strict", "any"]))
    counting = draw(st.sampled_from(["unique", "total"]))
    ranges = [(low, high) for low in range(steps) for high in range(low + 1, steps)]
    picked = draw(st.lists(st.sampled_from(ranges), max_size=2)) if ranges else []
    rules = ["furthest", "first"] if counting == "unique" else ["furthest"]
    grace = draw(st.sampled_from([0, 0, 1, 3])) if order == "ordered" else 0
    return Funnel(
        steps,
        order=order,
        window=timedelta(microseconds=draw(st.integers(0, MOST_TIME + 2))),
        grace=timedelta(microseconds=grace),
        exclusions=tuple(Exclusion(*one) for one in picked),
        attempt=draw(st.sampled_from(rules)),
        counting=counting,
    )


@st.composite
def events(draw: st.DrawFn, funnel: Funnel) -> list[Event]:
    """Events that fit no, one or several steps; cohorts are halves of the time."""
    one_step = st.one_of(st.just(()), st.tuples(st.integers(0, funnel.steps - 1)))
    several = st.lists(st.integers(0, funnel.steps - 1), max_size=funnel.steps, unique=True)
    row = st.tuples(
        st.integers(0, 2),
        st.integers(0, MOST_TIME),
        draw(st.sampled_from([one_step, several])),
        st.sets(st.sampled_from([0, 0, 1]), max_size=1) if draw(st.booleans()) else st.just(set()),
    )
    has_cohorts = draw(st.booleans())
    return [
        Event(unit, time, frozenset(steps), frozenset(voids), has_cohorts and time > MOST_TIME // 2)
        for unit, time, steps, voids in draw(st.lists(row, max_size=14))
    ]


def log_of(rows: list[Event]) -> tuple[Log, np.ndarray[Any, Any]]:
    """The kernel's log, and its cohorts."""

    def bits(sets: list[frozenset[int]]) -> np.ndarray[Any, Any]:
        return np.array([sum(1 << bit for bit in one) for one in sets], dtype=np.uint8)

    log, order = sorted_log(
        np.array([row.unit for row in rows], dtype=np.int32),
        np.array([row.time for row in rows], dtype=np.int64),
        bits([row.steps for row in rows]),
        bits([row.exclusions for row in rows]),
    )
    return log, np.array([row.cohort for row in rows], dtype=np.int64)[order]


@settings(max_examples=6000)
@given(data=st.data(), rows_per_block=st.sampled_from([1, 5, 1000]))
def test_kernel_equals_slow_count(data: st.DataObject, rows_per_block: int) -> None:
    funnel = data.draw(funnels())
    rows = data.draw(events(funnel))
    log, cohorts = log_of(rows)
    found = attempts(log, funnel, cohorts=cohorts, rows_per_block=rows_per_block)
    slow = slow_attempts(rows, funnel)
    assert found.units.tolist() == [one.opened.unit for one in slow]
    assert found.levels.tolist() == [len(one.times) for one in slow]
    for level, times, expected in zip(found.levels, found.times, slow, strict=True):
        assert tuple(times[:level]) == expected.times
    for level, taken, expected in zip(found.levels, found.rows, slow, strict=True):
        assert [log.times[row] for row in taken[:level]] == [one.time for one in expected.taken]
    assert (found.rows == -1).sum() == len(found) * funnel.steps - found.levels.sum()
