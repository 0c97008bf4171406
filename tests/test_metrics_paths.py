"""metrics.paths and metrics.sessions against slow obvious counts."""

from collections import Counter
from datetime import timedelta
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.funnel import Funnel, attempts, masks, sorted_log
from metrics.paths import Route, collapsed, followers, links, walks
from metrics.paths.walks import Collapse
from metrics.sessions import session_numbers

Row = tuple[int, int, int]  # unit, seconds, node
ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 3)), max_size=30)
RULES = st.sampled_from(["consecutive", "once", "none"])
MINUTE = 60 * 1_000_000
BACK = Route(direction="to")


def columns(rows: list[Row]) -> tuple[Any, Any, Any]:
    table = np.array(sorted(rows, key=lambda row: row[:2]), dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1] * 1_000_000, table[:, 2]


def slow_walk(rows: list[Row], rule: Collapse, anchor: int | None, direction: str) -> list[Row]:
    kept: list[Row] = []
    for row in rows:
        is_again = {
            "consecutive": bool(kept) and kept[-1][2] == row[2],
            "once": row[2] in {one[2] for one in kept},
            "none": False,
        }[rule]
        kept += [] if is_again else [row]
    if anchor is None:
        return kept
    places = [place for place, row in enumerate(kept) if row[2] == anchor]
    if not places:
        return []
    return kept[places[0] :] if direction == "from" else kept[: places[0] + 1]


@given(
    rows=ROWS,
    rule=RULES,
    anchor=st.sampled_from([None, 0, 1]),
    direction=st.sampled_from(["from", "to"]),
    length=st.integers(1, 4),
)
def test_links_equal_a_slow_count(
    rows: list[Row], rule: Any, anchor: int | None, direction: Any, length: int
) -> None:
    expected: Counter[tuple[int, int, int]] = Counter()
    people = {}
    for unit, group in groupby(sorted(rows, key=lambda row: row[:2]), key=lambda row: row[0]):
        way = slow_walk(list(group), rule, anchor, direction)
        way = way[:length] if direction == "from" else way[-length:]
        first = 1 if direction == "from" else -len(way)
        for place, (one, two) in enumerate(pairwise(way), start=first):
            expected[place, one[2], two[2]] += 1
            people.setdefault((place, one[2], two[2]), set()).add(unit)
    route = Route(anchor=anchor, direction=direction, length=length, collapse=rule)
    found = links(walks(*columns(rows), route))
    ours = {(one.place, one.source, one.target): one.transitions for one in found}
    assert ours == dict(expected)
    assert {(one.place, one.source, one.target): one.users for one in found} == {
        link: len(users) for link, users in people.items()
    }


@given(rows=ROWS, nodes=st.lists(st.integers(0, 3), min_size=1, max_size=3))
def test_a_walk_made_a_funnel_gives_the_same_people(rows: list[Row], nodes: list[int]) -> None:
    units, times, codes = columns(rows)
    found = followers(walks(units, times, codes, Route(anchor=nodes[0])), nodes)
    kept = collapsed(units, codes)
    # Rows of a log with equal stamps may change places; a walk keeps the order it was given.
    apart = times[kept] + np.arange(kept.sum())
    log, _ = sorted_log(units[kept], apart, masks(codes[kept], [{node} for node in nodes]))
    funnel = Funnel(len(nodes), order="strict", attempt="first", window=timedelta(days=1))
    assert attempts(log, funnel).passed(len(nodes) - 1).tolist() == found.tolist()


@given(rows=ROWS)
def test_nothing_is_lost_when_links_are_few(rows: list[Row]) -> None:
    way = walks(*columns(rows), Route(length=3))
    everything, few = links(way), links(way, most=3)
    assert len(few) <= 3
    for place in (1, 2):
        assert sum(one.transitions for one in few if one.place == place) == sum(
            one.transitions for one in everything if one.place == place
        )


def test_users_and_transitions_are_two_numbers() -> None:
    units, times = np.array([1, 1, 1, 1]), np.array([0, 1, 100, 101]) * MINUTE
    found = links(walks(units, times, np.array([3, 4, 3, 4]), visits=session_numbers(units, times)))
    assert [(one.transitions, one.users, one.median_seconds) for one in found] == [(2, 1, 60.0)]


def test_within_ends_a_walk() -> None:
    found = walks(np.array([1, 1, 1]), np.array([0, 1, 9]) * MINUTE, np.array([3, 4, 5]),
                  Route(within=timedelta(minutes=5)))  # fmt: skip
    assert found.nodes.tolist() == [3, 4]


def test_walks_of_nobody_have_no_links() -> None:
    assert links(walks(*columns([]))) == ()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Route(length=0), "length 0"),
        (lambda: walks(np.array([2, 1]), np.array([0, 0]), np.array([0, 0])), "sorted by visit"),
        (lambda: walks(np.array([1, 1]), np.array([1, 0]), np.array([0, 1])), "sorted by time"),
        (lambda: collapsed(np.array([1]), np.array([-1])), "0 or more, got -1"),
        (lambda: collapsed(np.array([1]), np.array([1, 2])), "1 visits but 2 nodes"),
        (lambda: followers(walks(*columns([(1, 0, 0)])), []), "at least one node"),
        (lambda: followers(walks(*columns([(1, 0, 0)]), BACK), [0]), "from their start"),
        (lambda: links(walks(*columns([(1, 0, 0), (1, 1, 1), (1, 2, 0)])), most=1), "2 places"),
        (lambda: session_numbers(np.array([1]), np.array([0]), idle=timedelta(0)), "above zero"),
        (lambda: session_numbers(np.array([1, 1]), np.array([1, 0])), "sorted by unit"),
    ],
)
def test_refusals(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_sessions_are_capped_at_24_hours() -> None:
    # PostHog, "Sessions": 80 events 20 minutes apart are 26 h 20 min of activity: two sessions.
    times = np.arange(80) * 20 * MINUTE
    numbers = session_numbers(np.zeros(80, dtype=np.int64), times)
    assert np.bincount(numbers).tolist() == [72, 8]


def slow_sessions(rows: list[tuple[int, int]], idle: int, longest: int) -> list[int]:
    numbers: list[int] = []
    began = 0
    for place, (unit, minute) in enumerate(rows):
        before = rows[place - 1] if place else (-1, 0)
        if unit != before[0] or minute - before[1] > idle or minute - began >= longest:
            began = minute
            numbers.append(numbers[-1] + 1 if numbers else 0)
        else:
            numbers.append(numbers[-1])
    return numbers


@given(
    rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 60)), max_size=40).map(sorted),
    idle=st.integers(1, 10),
    longest=st.integers(1, 20),
)
def test_sessions_equal_a_slow_count(
    rows: list[tuple[int, int]], idle: int, longest: int
) -> None:
    table = np.array(rows, dtype=np.int64).reshape(-1, 2)
    found = session_numbers(
        table[:, 0], table[:, 1] * MINUTE,
        idle=timedelta(minutes=idle), longest=timedelta(minutes=longest),
    )  # fmt: skip
    assert found.tolist() == slow_sessions(rows, idle, longest)
