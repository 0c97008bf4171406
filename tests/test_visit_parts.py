"""Events in their visits: the same, wherever the days are cut."""

from collections import defaultdict
from itertools import pairwise

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from queries.visit_parts import (
    Happened,
    Sessions,
    VisitPart,
    in_visits,
    of_users,
    of_whoever_did,
    put_together,
)

Event = tuple[int, int, int]  # user, when, what
MOMENTS = st.integers(0, 40)
EVENTS = st.lists(st.tuples(st.integers(0, 3), MOMENTS, st.integers(1, 3)), max_size=30)
BEGUN = st.lists(st.tuples(st.integers(0, 3), MOMENTS, st.integers(0, 15)), max_size=8)
SCALE = st.sampled_from([1, 7, 1_000])  # microseconds
Found = dict[tuple[int, int], list[tuple[int, int]]]


def happened(events: list[Event], scale: int) -> Happened:
    table = np.array(events, dtype=np.int64).reshape(-1, 3)
    return Happened(table[:, 0].astype(np.int32), table[:, 1] * scale, table[:, 2].astype(np.uint8))


def sessions(begun: list[tuple[int, int, int]], scale: int) -> Sessions:
    table = np.array(begun, dtype=np.int64).reshape(-1, 3)
    starts = table[:, 1] * scale
    return Sessions.of(table[:, 0].astype(np.int32), starts, starts + table[:, 2] * scale)


def slow(events: list[Event], begun: list[tuple[int, int, int]], scale: int) -> Found:
    """The latest visit that has begun, until it is over."""
    longest: dict[tuple[int, int], int] = defaultdict(int)
    for user, start, length in begun:
        longest[user, start] = max(longest[user, start], length)
    found: Found = defaultdict(list)
    for user, when, what in events:
        starts = [start for whose, start in longest if whose == user and start <= when]
        if starts and when <= max(starts) + longest[user, max(starts)]:
            found[user, max(starts) * scale].append((when * scale, what))
    return {visit: sorted(rows) for visit, rows in found.items()}


def told(part: VisitPart) -> Found:
    starts = np.flatnonzero(part.codes == 0)
    ends = np.append(starts, len(part.codes))[1:]
    return {
        (int(user), int(start)): [
            (int(part.times[row]) * part.grain + part.since, int(part.codes[row]))
            for row in range(low + 1, high)
        ]
        for user, start, low, high, whole in zip(
            part.users, part.starts, starts, ends, part.is_whole, strict=True
        )
        if whole and high > low + 1
    }


@example(events=[(0, 3, 1), (0, 8, 1)], begun=[(0, 0, 15)], scale=1, cuts={5})  # over a cut
@example(events=[(0, 3, 1), (0, 8, 1)], begun=[(0, 3, 5)], scale=1, cuts={3, 8})  # on its edges
@given(events=EVENTS, begun=BEGUN, scale=SCALE, cuts=st.sets(st.integers(1, 40), max_size=3))
def test_cuts_change_nothing(
    events: list[Event], begun: list[tuple[int, int, int]], scale: int, cuts: set[int]
) -> None:
    edges = [None, *(cut * scale for cut in sorted(cuts)), None]
    whole, visits = happened(events, scale), sessions(begun, scale)
    found: Found = {}
    torn = []
    for since, until in pairwise(edges):
        here = np.ones(len(whole), dtype=bool)
        near = np.ones(len(visits), dtype=bool)
        if since is not None:
            here, near = here & (whole.times >= since), near & (visits.ends >= since)
        if until is not None:
            here, near = here & (whole.times < until), near & (visits.starts < until)
        inside = Happened(whole.users[here], whole.times[here], whole.codes[here])
        part, rest = in_visits(inside, visits.taken(near), since, until)
        found |= told(part)
        torn.append(rest)
    assert found | told(put_together(torn)) == slow(events, begun, scale)


@given(events=EVENTS, begun=BEGUN, what=st.integers(1, 3), until=st.integers(1, 40))
def test_visits_with_an_event_are_kept(
    events: list[Event], begun: list[tuple[int, int, int]], what: int, until: int
) -> None:
    early = [event for event in events if event[1] < until]
    near = sessions([one for one in begun if one[1] < until], 1)
    everybody = told(in_visits(happened(early, 1), near, None, until)[0])
    left = of_whoever_did(what, happened(early, 1), near, None, until)
    some = told(in_visits(*left, None, until)[0])
    doing = {visit for visit, rows in everybody.items() if what in {code for _, code in rows}}
    assert doing <= set(some)
    assert all(everybody[visit] == rows for visit, rows in some.items())


def test_a_session_goes_on_after_midnight() -> None:
    found = Sessions.from_days(
        np.array([4, 4, 4]), np.array([0, 9_000_000, 0]), np.array([3.0, 1.0, 2.5]),
        np.array([True, True, False]),
    )  # fmt: skip
    assert found.ends.tolist() == [5_500_000, 10_000_000]


def test_a_session_that_begins_in_another_one_ends_it() -> None:
    found = sessions([(1, 0, 9), (1, 4, 2), (2, 5, 1)], 1)
    assert found.ends.tolist() == [3, 6, 6]


def test_a_user_is_one_visit() -> None:
    part = of_users(np.array([1, 1, 2]), np.array([0, 5, 2]), np.array([1, 2, 1], np.uint8))
    assert part.codes.tolist() == [0, 1, 2, 0, 1]
