"""Events put into the visits that they belong to, a part of the days at a time.

Events come in runs that ascend by user and moment. With a row for the beginning of each visit among
them, one sort of 64-bit keys (who, when, what) puts every event behind the beginning of its visit.
A visit that reaches over the edge of a part is taken out of both sides, and put together last.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BEGINS = 0  # the code of the row where a visit begins; an event's is above
BITS = 63  # of a key
SECOND, MILLISECOND = 1_000_000, 1_000  # microseconds: few logs know more
Numbers = NDArray[np.integer]
Moments = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Happened:
    """Events, in any order; runs that ascend by user and moment are sorted several times as fast.

    Attributes:
        users: `user_key` of each.
        times: Microseconds since 1970, UTC.
        codes: What was done, 1 or more.
    """

    users: Numbers
    times: Moments
    codes: NDArray[np.unsignedinteger]

    @classmethod
    def together(cls, parts: Sequence["Happened"]) -> "Happened":
        """Those of at least one part."""
        if len(parts) == 1:
            return parts[0]
        columns = zip(*((one.users, one.times, one.codes) for one in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    def __len__(self) -> int:
        return len(self.users)


@dataclass(frozen=True, slots=True, eq=False)
class Sessions:
    """When visits begin and end, ascending by user and beginning; none begins in another one.

    Attributes:
        users: `user_key` of each.
        starts: Microseconds since 1970, UTC.
        ends: The same, included.
    """

    users: Numbers
    starts: Moments
    ends: Moments

    @classmethod
    def of(cls, users: Numbers, starts: Moments, ends: Moments) -> "Sessions":
        """From rows in any order; one that begins in another one ends it, twice the same is one."""
        users, starts, ends = _each_once(users, starts, ends)
        same_user = users[1:] == users[:-1]
        ends[:-1][same_user] = np.minimum(ends[:-1], starts[1:] - 1)[same_user]
        return cls(users, starts, ends)

    @classmethod
    def from_days(
        cls,
        users: Numbers,
        starts: Moments,
        seconds: NDArray[np.float64],
        is_start: NDArray[np.bool_],
    ) -> "Sessions":
        """From rows of days, of which each but the first carries a session on after midnight."""
        later = ~is_start
        rest = users[later], starts[later], seconds[later]
        if len(rest[0]):
            users, starts, seconds = users[is_start], starts[is_start], seconds[is_start]
        users, starts, seconds = _each_once(users, starts, seconds)
        if len(rest[0]) and len(users):
            seconds += _added(users, starts, *rest)
        return cls.of(users, starts, starts + np.floor(seconds * SECOND + 0.5).astype(np.int64))

    def __len__(self) -> int:
        return len(self.users)

    def taken(self, kept: NDArray[np.bool_]) -> "Sessions":
        """Some of them."""
        return Sessions(self.users[kept], self.starts[kept], self.ends[kept])


@dataclass(frozen=True, slots=True, eq=False)
class VisitPart:
    """The events of visits: a row where each visit begins, then its events in order.

    Attributes:
        users: (v,) `user_key` of each visit.
        starts: (v,) when it began, microseconds since 1970, UTC.
        codes: (n,) 0 where a visit begins, else what was done.
        times: (n,) when, in grains.
        grain: Microseconds.
        since: The moment that times count from, microseconds since 1970, UTC.
        is_whole: (v,) whether all events of the visit are here.
    """

    users: Numbers
    starts: Moments
    codes: NDArray[np.unsignedinteger]
    times: Moments
    grain: int
    since: int
    is_whole: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Torn:
    """The events, and the visits, that reach over an edge of a part."""

    happened: Happened
    sessions: Sessions


def in_visits(
    happened: Happened, sessions: Sessions, since: int | None = None, until: int | None = None
) -> tuple[VisitPart, Torn]:
    """Events behind the beginnings of their visits, and those of visits that are not whole.

    Args:
        happened: All events of a span of time.
        sessions: All visits that reach into it.
        since: When the span begins, microseconds since 1970, UTC; None: nothing is before it.
        until: When it is over; None: nothing is after it.
    """
    users = np.concatenate((sessions.users, happened.users))
    times = np.concatenate((sessions.starts, happened.times))
    codes = np.concatenate((np.zeros(len(sessions), happened.codes.dtype), happened.codes))
    users, times, codes, grain, low = _in_order(users, times, codes)
    starts = np.flatnonzero(codes == BEGINS)
    inside = _inside(users, times, starts, sessions.users, (sessions.ends - low) // grain)
    if inside is not None:
        times, codes = times[inside], codes[inside]
        starts = np.flatnonzero(codes == BEGINS)
    whole = np.ones(len(sessions), dtype=np.bool_)
    if since is not None:
        whole &= sessions.starts >= since
    if until is not None:
        whole &= sessions.ends < until
    part = VisitPart(sessions.users, sessions.starts, codes, times, grain, low, whole)
    sizes = np.diff(starts, append=len(codes))
    return part, _torn(part, sessions, starts, sizes)


def of_whoever_did(
    code: int, happened: Happened, sessions: Sessions, since: int | None, until: int | None
) -> tuple[Happened, Sessions]:
    """Only of users who did something in the span, or may have done it in a torn visit."""
    highest = max(int(happened.users.max(initial=0)), int(sessions.users.max(initial=0)))
    did = np.zeros(highest + 1, dtype=np.bool_)
    did[happened.users[happened.codes == code]] = True
    if since is not None:
        did[sessions.users[sessions.starts < since]] = True
    if until is not None:
        did[sessions.users[sessions.ends >= until]] = True
    kept = did[happened.users]
    users, times, codes = happened.users[kept], happened.times[kept], happened.codes[kept]
    return Happened(users, times, codes), sessions.taken(did[sessions.users])


def put_together(torn: list[Torn]) -> VisitPart:
    """The visits that parts have torn."""
    happened = Happened.together([one.happened for one in torn])
    sessions = Sessions.of(
        np.concatenate([one.sessions.users for one in torn]),
        np.concatenate([one.sessions.starts for one in torn]),
        np.concatenate([one.sessions.ends for one in torn]),
    )
    return in_visits(happened, sessions)[0]


def of_users(users: Numbers, times: Moments, codes: NDArray[np.unsignedinteger]) -> VisitPart:
    """All that a user did as one visit, of events that ascend by user and moment."""
    starts = np.flatnonzero(np.append(True, users[1:] != users[:-1])[: len(users)])
    return VisitPart(
        users[starts],
        np.zeros(len(starts), dtype=np.int64),
        np.insert(codes, starts, BEGINS),
        np.insert(times, starts, times[starts]),
        1,
        0,
        np.ones(len(starts), dtype=np.bool_),
    )


def _each_once(
    users: Numbers, starts: Moments, lengths: NDArray[Any]
) -> tuple[Numbers, Moments, NDArray[Any]]:
    """By user and beginning, each once, with the longest of its lengths."""
    if not len(users):
        return users, starts, lengths
    first, low = int(users.min()), int(starts.min())
    time_bits = (int(starts.max()) - low).bit_length()
    if (int(users.max()) - first).bit_length() + time_bits > BITS:
        order = np.lexsort((starts, users))
    else:
        keys = users.astype(np.int64)
        keys -= first
        keys <<= time_bits
        keys += starts
        ascends = keys[1:] > keys[:-1]
        if ascends.all():
            return users, starts, lengths.copy()
        order = np.argsort(keys, kind="stable")
    users, starts, lengths = users[order], starts[order], lengths[order]
    is_other = (users[1:] != users[:-1]) | (starts[1:] != starts[:-1])
    if is_other.all():
        return users, starts, lengths
    firsts = np.flatnonzero(np.append(True, is_other))
    return users[firsts], starts[firsts], np.maximum.reduceat(lengths, firsts)


def _added(
    users: Numbers,
    starts: Moments,
    later_users: Numbers,
    later_starts: Moments,
    later_seconds: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The seconds after midnight of each session."""
    goes_on = np.zeros(int(max(users.max(), later_users.max())) + 1, dtype=np.bool_)
    goes_on[later_users] = True
    near = np.flatnonzero(goes_on[users])  # a few of many
    whose, when = np.append(users[near], later_users), np.append(starts[near], later_starts)
    more = np.append(np.zeros(len(near)), later_seconds)
    order = np.lexsort((when, whose))
    is_other = (np.diff(whose[order]) != 0) | (np.diff(when[order]) != 0)
    firsts = np.flatnonzero(np.append(True, is_other))
    sums = np.empty(len(order))
    sums[order] = np.repeat(
        np.add.reduceat(more[order], firsts), np.diff(firsts, append=len(order))
    )
    added = np.zeros(len(users))
    added[near] = sums[: len(near)]
    return added


def _torn(
    part: VisitPart, sessions: Sessions, starts: NDArray[np.intp], sizes: NDArray[np.intp]
) -> Torn:
    """What of a part's visits lies on its edges."""
    is_torn = ~part.is_whole
    firsts, sizes = starts[is_torn] + 1, sizes[is_torn] - 1
    rows = np.repeat(firsts - np.cumsum(sizes) + sizes, sizes) + np.arange(int(sizes.sum()))
    happened = Happened(
        np.repeat(part.users[is_torn], sizes),
        part.times[rows] * part.grain + part.since,
        part.codes[rows],
    )
    return Torn(happened, sessions.taken(is_torn))


def _in_order(
    users: Numbers, times: Moments, codes: NDArray[np.unsignedinteger]
) -> tuple[Numbers, Moments, NDArray[np.unsignedinteger], int, int]:
    """By user, moment and code; then the grain of the moments, and since when they count."""
    if not len(users):
        return users, times, codes, 1, 0
    first, low = int(users.min()), int(times.min()) // MILLISECOND * MILLISECOND
    grain, since = 1, times - low
    coarse = since // MILLISECOND
    if np.array_equal(coarse * MILLISECOND, since):
        grain, since = MILLISECOND, coarse
    code_bits = 8 * codes.dtype.itemsize
    time_bits = int(since.max()).bit_length()
    if (int(users.max()) - first).bit_length() + time_bits + code_bits > BITS:
        order = np.lexsort((codes, since, users))
        return users[order], since[order], codes[order], grain, low
    keys = (users - users.dtype.type(first)).astype(np.int64)
    keys <<= time_bits
    keys |= since
    keys <<= code_bits
    keys |= codes
    keys.sort(kind="stable")  # which merges runs
    codes = keys.astype(codes.dtype)  # the lowest bits
    keys >>= code_bits
    times = keys & ((1 << time_bits) - 1)
    keys >>= time_bits
    keys += first
    return keys, times, codes, grain, low


def _inside(
    users: Numbers,
    times: Moments,
    starts: NDArray[np.intp],
    owners: Numbers,
    ends: Moments,
) -> NDArray[np.bool_] | None:
    """(n,) which rows belong to the visit that began before them; None: all do."""
    count = len(users)
    sizes = np.diff(starts, append=count)
    lasts = starts + sizes - 1
    has_all = len(starts) > 0 and starts[0] == 0
    if has_all and np.all((users[lasts] == owners) & (times[lasts] <= ends)):
        return None
    before = int(starts[0]) if len(starts) else count
    kept = np.zeros(count, dtype=np.bool_)
    kept[before:] = users[before:] == np.repeat(owners, sizes)
    kept[before:] &= times[before:] <= np.repeat(ends, sizes)
    kept[starts] = True  # also of a visit that ends before its beginning
    return kept
