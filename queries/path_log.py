"""The events of a period as the nodes of visits: who, when, which node, which visit.

Read past the memory of answers, as a funnel's events are: there may be a hundred million of them.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from queries.funnel_units import NOBODY, Visits, column_of
from queries.narrow import Narrowing, Segment, narrowed
from queries.packed_sort import SortedParts
from queries.path_rules import PathRules

if TYPE_CHECKING:
    from queries.workspace import Workspace

MOST_BITS = 63  # of a number that holds who and when


@dataclass(frozen=True, slots=True)
class PathRead:
    """Which events to read.

    Attributes:
        rules: How they become nodes.
        from_day: First local day.
        until_day: Day after the last one; what happens later is not seen.
        segment: Narrows the events.
    """

    rules: PathRules
    from_day: date
    until_day: date
    segment: Segment = field(default_factory=Segment)

    @property
    def days(self) -> dict[str, date]:
        """The parameters of every text."""
        return {"from_day": self.from_day, "until_day": self.until_day}


@dataclass(frozen=True, slots=True, eq=False)
class PathEvents:
    """Nodes by who, visit and time; equal moments stand by the node's name.

    Attributes:
        users: `user_key` of each.
        times: Microseconds since 1970, UTC.
        nodes: Code of the node: its place among the names.
        visits: Number of the visit.
    """

    users: NDArray[np.integer]
    times: NDArray[np.int64]
    nodes: NDArray[np.integer]
    visits: NDArray[np.integer]


@dataclass(frozen=True, slots=True, eq=False)
class _Sessions:
    """When visits begin and end, by user and time."""

    users: NDArray[np.integer]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PathLog:
    """The nodes of all visits, in parts: no user is in two, and each is sorted when asked for.

    Attributes:
        parts: The columns.
        names: What the codes of nodes stand for, ascending.
        sessions: The visits; None: all of a user is one.
    """

    parts: SortedParts
    names: tuple[str, ...]
    sessions: _Sessions | None

    def __len__(self) -> int:
        return len(self.parts)

    @property
    def visits(self) -> Visits | None:
        """(user_key, start in microseconds) of each visit; None: visits are users."""
        if self.sessions is None:
            return None
        return self.sessions.users.astype(np.int32), self.sessions.starts

    def events(self, part: int) -> PathEvents:
        """The nodes of a part; several may be asked at once."""
        users, times, nodes = self.parts.part(part)
        if self.sessions is None:
            return PathEvents(users, times, nodes, users)
        visits = _visits(users, times, self.sessions)
        kept = visits != NOBODY
        return PathEvents(users[kept], times[kept], nodes[kept], visits[kept])


def read_path(workspace: "Workspace", asked: PathRead) -> PathLog:
    """The nodes of a period.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known, or the engine failed.
    """
    nodes = asked.rules.nodes(path_names(workspace, asked))
    names = tuple(sorted(set(nodes.values())))
    code_of = {name: code for code, name in enumerate(names)}
    kind = np.min_scalar_type(max(len(names), 1))
    codes = np.array([code_of[node] for node in nodes.values()], dtype=kind)
    column = f"done.{asked.rules.shown}"
    text = (
        _of_days("steps")
        .select(
            "done.user_key",
            "epoch_us(done.occurred_at) as at_us",
            f"cast(list_position($names, {column}) as usmallint) as place",
        )
        .where(f"list_contains($names, {column})")
    )
    table = _asked(workspace, asked, text, names=list(nodes))
    users = column_of(table, "user_key").astype(np.int32, copy=False)
    times = column_of(table, "at_us")
    done = codes[column_of(table, "place") - 1] if len(users) else np.empty(0, dtype=kind)
    sessions = _sessions(workspace, asked) if asked.rules.visit == "session" else None
    return PathLog(SortedParts(users, times, done), names, sessions)


def path_names(workspace: "Workspace", asked: PathRead) -> list[str]:
    """The names of what was done in the period, ascending."""
    column = f"done.{asked.rules.shown}"
    text = _of_days("feature_days").select(f"{column} as name").distinct()
    text = text.where(f"{column} is not null").order_by("name")
    return [str(name) for name in _asked(workspace, asked, text)["name"].to_pylist()]


def _sessions(workspace: "Workspace", asked: PathRead) -> _Sessions:
    """As a funnel of sessions has them: the latest one that has begun, until it is over."""
    end = "epoch_us(started_at) + cast(floor(max(seconds) * 1000000 + 0.5) as bigint)"
    text = exp.select("user_key", "epoch_us(started_at) as start_us", f"{end} as end_us")
    text = text.from_("sessions").where("day >= $from_day - 2", "day < $until_day")
    text = text.group_by("user_key", "started_at").order_by("user_key", "started_at")
    table = _asked(workspace, asked, text)
    columns = (column_of(table, name) for name in ("user_key", "start_us", "end_us"))
    return _Sessions(*columns)


def _of_days(table: str) -> exp.Select:
    days = ("done.day >= $from_day", "done.day < $until_day")
    return exp.select().from_(f"{table} as done").where(*days)


def _asked(workspace: "Workspace", asked: PathRead, text: exp.Select, **more: Any) -> Any:
    narrowing = Narrowing(asked.segment.canonical())
    sql = narrowed(text.sql(dialect="duckdb"), narrowing, workspace.dimensions)
    return workspace.engine.query(sql, {**asked.days, **more})


def _visits(
    users: NDArray[np.integer], times: NDArray[np.int64], sessions: _Sessions
) -> NDArray[np.int64]:
    """The place of each event's visit among the sessions; -1: it has none. Rows are sorted."""
    if not len(users):
        return np.empty(0, dtype=np.int64)
    ends = np.array([users[0], users[-1]], dtype=sessions.users.dtype)
    low = int(np.searchsorted(sessions.users, ends[0], "left"))
    high = int(np.searchsorted(sessions.users, ends[1], "right"))
    if low == high:
        return np.full(len(users), NOBODY, dtype=np.int64)
    begun = _begun(users, times, sessions.users[low:high], sessions.starts[low:high])
    number = low - 1 + begun
    place = np.maximum(number, 0)
    is_inside = (begun > 0) & (sessions.users[place] == users) & (times <= sessions.ends[place])
    return np.where(is_inside, number, NOBODY)


def _begun(
    users: NDArray[np.integer],
    times: NDArray[np.int64],
    owners: NDArray[np.integer],
    starts: NDArray[np.int64],
) -> NDArray[np.int64]:
    """How many of the sessions begin at or before each event, in the order of user and time."""
    count = len(users)
    first = min(int(times.min()), int(starts.min()))
    span_bits = (max(int(times.max()), int(starts.max())) - first).bit_length()
    if span_bits + (int(users[-1]) - int(users[0])).bit_length() <= MOST_BITS:
        events = ((users - users[0]).astype(np.int64) << span_bits) + (times - first)
        begins = ((owners - users[0]).astype(np.int64) << span_bits) + (starts - first)
        places = np.searchsorted(events, begins, "left")
    else:
        rank = np.concatenate((np.zeros(len(owners), np.int8), np.ones(count, np.int8)))
        whose, at = np.concatenate((owners, users)), np.concatenate((starts, times))
        in_order = np.lexsort((rank, at, whose))
        is_event = rank[in_order] == 1
        places = np.cumsum(is_event)[~is_event]
    begun: NDArray[np.int64] = np.cumsum(np.bincount(places, minlength=count + 1)[:count])
    return begun
