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
from metrics.paths import Route, Visits, Walks, followers, links, nodes, people_of, visits_of, walks
from metrics.paths.visits import Collapse
from metrics.sessions import session_numbers

Row = tuple[int, int, int]  # unit, seconds, node
ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 40), st.integers(0, 3)), max_size=30)
RULES = st.sampled_from(["consecutive", "once", "none"])
MINUTE = 60 * 1_000_000
BACK = Route(direction="to")


def columns(rows: list[Row]) -> tuple[Any, Any, Any]:
    table = np.array(sorted(rows, key=lambda row: row[:2]), dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 1] * 1_000_000, table[:, 2]


def way(rows: list[Row], route: Route | None = None) -> Walks:
    return walks(visits_of(*columns(rows)), route)


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
        taken = slow_walk(list(group), rule, anchor, direction)
        taken = taken[:length] if direction == "from" else taken[-length:]
        first = 1 if direction == "from" else -len(taken)
        for place, (one, two) in enumerate(pairwise(taken), start=first):
            expected[place, one[2], two[2]] += 1
            people.setdefault((place, one[2], two[2]), set()).add(unit)
    route = Route(anchor=anchor, direction=direction, length=length, collapse=rule)
    table = columns(rows)
    cut = int(np.searchsorted(table[0], 2))  # two parts, no unit in both
    halves = [visits_of(*(column[place] for column in table))
              for place in (slice(0, cut), slice(cut, None))]  # fmt: skip
    found = links([walks(half, route) for half in halves])
    ours = {(one.place, one.source, one.target): one.transitions for one in found}
    assert ours == dict(expected)
    assert {(one.place, one.source, one.target): one.users for one in found} == {
        link: len(users) for link, users in people.items()
    }


@given(rows=ROWS, nodes=st.lists(st.integers(0, 3), min_size=1, max_size=3))
def test_a_walk_made_a_funnel_gives_the_same_people(rows: list[Row], nodes: list[int]) -> None:
    visits = visits_of(*columns(rows))
    found = followers(walks(visits, Route(anchor=nodes[0])), nodes)
    left = visits.collapsed()
    codes, units = left.codes, np.repeat(left.units, np.diff(left.starts, append=len(left.codes)))
    kept = codes > 0
    # Rows of a log with equal stamps may change places; a walk keeps the order it was given.
    apart = left.times[kept] + np.arange(kept.sum())
    fits = masks(codes[kept] - 1, [{node} for node in nodes])
    log, _ = sorted_log(units[kept], apart, fits)
    funnel = Funnel(len(nodes), order="strict", attempt="first", window=timedelta(days=1))
    assert attempts(log, funnel).passed(len(nodes) - 1).tolist() == found.tolist()


@given(rows=ROWS)
def test_nothing_is_lost_when_links_are_few(rows: list[Row]) -> None:
    taken = [way(rows, Route(length=3))]
    everything, few = links(taken), links(taken, most=3)
    assert len(few) <= 3
    for place in (1, 2):
        assert sum(one.transitions for one in few if one.place == place) == sum(
            one.transitions for one in everything if one.place == place
        )


def test_users_and_transitions_are_two_numbers() -> None:
    units, times = np.array([1, 1, 1, 1]), np.array([0, 1, 100, 101]) * MINUTE
    visits = visits_of(
        units, times, np.array([3, 4, 3, 4]), visits=session_numbers(units, times)
    )
    found = links([walks(visits)])
    assert [(one.transitions, one.users, one.median_seconds) for one in found] == [(2, 1, 60.0)]


def test_within_ends_a_walk() -> None:
    visits = visits_of(np.array([1, 1, 1]), np.array([0, 1, 9]) * MINUTE, np.array([3, 4, 5]))
    found = walks(visits, Route(within=timedelta(minutes=5)))
    assert found.nodes[:, 0].tolist() == [4, 5, 0, 0, 0]


def test_walks_of_nobody_have_no_links() -> None:
    nobody = [walks(visits_of(*columns([])))]
    assert (links(nobody), nodes(nobody), links([]), nodes([])) == ((), (), (), ())


def test_visits_that_are_not_counted_have_no_walk() -> None:
    whole = visits_of(np.array([1, 1, 2]), np.array([0, 1, 2]), np.array([3, 4, 3]))
    some = Visits(whole.units, whole.codes, whole.times, is_counted=np.array([False, True]))
    assert walks(some).units.tolist() == [2]


def test_parts_of_different_grains_have_one_median() -> None:
    fine = visits_of(np.array([1, 1]), np.array([0, 1_500_000]), np.array([3, 4]))
    coarse = Visits(np.array([2]), np.array([0, 4, 5], np.uint8), np.array([0, 0, 2_500]), 1_000)
    (link,) = links([walks(coarse), walks(fine)])
    assert (link.transitions, link.users, link.median_seconds) == (2, 2, 2.0)


@given(
    rows=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), max_size=30),
    room=st.integers(1, 60),
)
def test_people_are_counted_in_whatever_room_there_is(
    rows: list[tuple[int, int]], room: int
) -> None:
    table = np.array(rows, dtype=np.int64).reshape(-1, 2)
    parts = [(one[:, 0], one[:, 1]) for one in np.array_split(table, 3)]
    found = people_of(parts, 5, room=room)
    assert found.tolist() == [len({unit for kind, unit in rows if kind == k}) for k in range(5)]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Route(length=0), "length 0"),
        (lambda: visits_of(np.array([2, 1]), np.zeros(2), np.zeros(2, int)), "sorted by visit"),
        (lambda: visits_of(np.array([1, 1]), np.array([1, 0]), np.array([0, 1])), "sorted by time"),
        (lambda: visits_of(np.array([1]), np.array([0]), np.array([-1])), "0 or more, got -1"),
        (lambda: visits_of(np.array([1]), np.array([0]), np.array([1, 2])), "1 units, 1 times, 2"),
        (lambda: followers(way([(1, 0, 0)]), []), "at least one node"),
        (lambda: followers(way([(1, 0, 0)], BACK), [0]), "from their start"),
        (lambda: links([way([(1, 0, 0), (1, 1, 1), (1, 2, 0)])], most=1), "2 places"),
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
