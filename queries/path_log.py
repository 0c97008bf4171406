"""The events of a period as the nodes of visits: who, when, which node, which visit.

Read past the memory of answers, as a funnel's events are: there may be a hundred million of them.
They are read some weeks at a time, and put into their visits while the next weeks are read.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from sqlglot import exp

from queries.funnel_log import midnight
from queries.narrow import Narrowing, Segment, narrowed
from queries.packed_sort import SortedParts
from queries.path_rules import PathRules
from queries.session_files import LONGEST_SESSION, SessionFiles
from queries.step_files import coded, files_of, may_read_files, numbers, read_file
from queries.visit_parts import (
    Happened,
    Sessions,
    Torn,
    VisitPart,
    in_visits,
    of_users,
    of_whoever_did,
    put_together,
)

if TYPE_CHECKING:
    from queries.workspace import Workspace

THREADS = 2  # read and sort at once: DuckDB and numpy let go of Python while they work
ROWS_AT_ONCE = 8_000_000  # that are read; a question costs about as much as half a million rows
T = TypeVar("T")


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


@dataclass(frozen=True, slots=True, eq=False)
class PathLog:
    """The nodes of all visits; read when they are asked for.

    Attributes:
        workspace: Whose events.
        asked: Which.
        found: The names of what was done in the period, ascending.
        names: What the codes of nodes stand for, ascending; a row's code is one higher.
    """

    workspace: "Workspace"
    asked: PathRead
    found: tuple[str, ...]
    names: tuple[str, ...]

    def each(self, work: Callable[[VisitPart], T], *, doing: str | None = None) -> list[T]:
        """What is made of every part of the visits; several at once.

        Args:
            work: Makes something of a part.
            doing: Visits without this node may be left out; None: none may.

        Raises:
            QueryError: A dimension is not known, or the engine failed.
        """
        if self.asked.rules.visit == "user":
            return self._each_user(work)
        torn: list[Torn] = []

        def of_weeks(days: tuple[date, date]) -> list[T]:
            made = []
            for happened, sessions, since, until in self._pieces(days):
                left = happened, sessions
                if doing is not None:
                    left = of_whoever_did(self.names.index(doing) + 1, *left, since, until)
                part, rest = in_visits(*left, since, until)
                torn.append(rest)
                made.append(work(part))
            return made

        with ThreadPoolExecutor(THREADS) as pool:
            found = [one for made in pool.map(of_weeks, self._weeks()) for one in made]
        return [*found, *([work(put_together(torn))] if torn else [])]

    def _each_user(self, work: Callable[[VisitPart], T]) -> list[T]:
        with ThreadPoolExecutor(THREADS) as pool:
            read = list(pool.map(self._read, self._weeks()))
            every = Happened.together(read)
            del read
            parts = SortedParts(every.users, every.times, every.codes)
            return list(pool.map(lambda part: work(_of_users(parts, part)), range(len(parts))))

    def _weeks(self) -> list[tuple[date, date]]:
        """Days that are read at once: those of whole files, about as many rows each."""
        since, until = self.asked.from_day, self.asked.until_day
        edges, rows = [since], 0
        for one in files_of(self.workspace, "steps", since, until):
            first = one.first_day or since
            if rows + one.rows > ROWS_AT_ONCE and edges[-1] < first < until:
                edges, rows = [*edges, first], 0
            rows += one.rows
        return list(pairwise([*edges, until]))

    def _spans(self, days: tuple[date, date]) -> list[tuple[date, date]]:
        """Days whose events are sorted together: those of a file, if files follow each other."""
        if not may_read_files(self.workspace, self.asked.segment):
            return [days]
        files = files_of(self.workspace, "steps", *days)
        firsts = [max(one.first_day or days[0], days[0]) for one in files]
        lasts = [one.last_day or days[1] for one in files]
        follow = all(last < first for last, first in zip(lasts, firsts[1:], strict=False))
        return list(pairwise([days[0], *firsts[1:], days[1]])) if follow else [days]

    def _read(self, days: tuple[date, date]) -> Happened:
        """What was done on some days."""
        nodes = self.asked.rules.nodes(self.found)
        code_of = {name: code for code, name in enumerate(self.names, 1)}
        codes = {name: code_of[node] for name, node in nodes.items()}
        kind = np.min_scalar_type(max(len(self.names), 1))
        if may_read_files(self.workspace, self.asked.segment):
            return self._read_files(days, codes, kind)
        column = f"done.{self.asked.rules.shown}"
        text = _of_days("steps").select(
            "done.user_key",
            "epoch_us(done.occurred_at) as at_us",
            f"cast(list_position($names, {column}) as usmallint) as place",
        )
        text = text.where(f"list_contains($names, {column})")
        table = _asked(self.workspace, self.asked, text, days, names=list(codes))
        known = np.array([0, *codes.values()], dtype=kind)
        return Happened(
            numbers(table, "user_key"), numbers(table, "at_us"), known[numbers(table, "place")]
        )

    def _read_files(
        self, days: tuple[date, date], codes: dict[str, int], kind: np.dtype[np.unsignedinteger]
    ) -> Happened:
        found = [Happened(np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, kind))]
        shown = self.asked.rules.shown
        for file in files_of(self.workspace, "steps", *days):
            columns = ["user_key", "occurred_at", shown]
            table = read_file(self.workspace.folder, file, columns, *days)
            users, times = numbers(table, "user_key"), numbers(table, "occurred_at")
            done = coded(table, shown, codes, kind)
            kept = done > 0
            whole = bool(kept.all())
            found.append(
                Happened(users, times, done) if whole
                else Happened(users[kept], times[kept], done[kept])
            )  # fmt: skip
        return Happened.together(found)

    def _pieces(
        self, days: tuple[date, date]
    ) -> Iterator[tuple[Happened, Sessions, int | None, int | None]]:
        """What was done on some days, with the visits it belongs to, a span of time at a time."""
        files = may_read_files(self.workspace, self.asked.segment)
        begun = self.asked.from_day - LONGEST_SESSION, self.asked.until_day
        kept = SessionFiles(self.workspace.folder, begun) if files else None
        for first, end in self._spans(days):
            since = None if first == self.asked.from_day else midnight(self.workspace, first)
            until = None if end == self.asked.until_day else midnight(self.workspace, end)
            around = first - LONGEST_SESSION, min(end + LONGEST_SESSION, self.asked.until_day)
            read = files_of(self.workspace, "sessions", *around)
            sessions = kept.sessions(read, since) if kept else self._sessions(around)
            inside = np.ones(len(sessions), dtype=np.bool_)
            if since is not None:
                inside &= sessions.ends >= since
            if until is not None:
                inside &= sessions.starts < until
            yield self._read((first, end)), sessions.taken(inside), since, until

    def _sessions(self, days: tuple[date, date]) -> Sessions:
        """As a funnel of sessions has them: the latest one that has begun, until it is over."""
        end = "epoch_us(started_at) + cast(floor(seconds * 1000000 + 0.5) as bigint)"
        text = exp.select("user_key", "epoch_us(started_at) as start_us", f"{end} as end_us")
        text = text.from_("sessions").where("day >= $from_day", "day < $until_day")
        table = _asked(self.workspace, self.asked, text, days)
        return Sessions.of(*(numbers(table, name) for name in ("user_key", "start_us", "end_us")))


def read_path(workspace: "Workspace", asked: PathRead) -> PathLog:
    """The nodes of a period.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known, or the engine failed.
    """
    found = path_names(workspace, asked)
    names = sorted(set(asked.rules.nodes(found).values()))
    return PathLog(workspace, asked, tuple(found), tuple(names))


def path_names(workspace: "Workspace", asked: PathRead) -> list[str]:
    """The names of what was done in the period, ascending."""
    column = f"done.{asked.rules.shown}"
    text = _of_days("feature_days").select(f"{column} as name").distinct()
    text = text.where(f"{column} is not null").order_by("name")
    return [str(name) for name in _asked(workspace, asked, text)["name"].to_pylist()]


def _of_users(parts: SortedParts, number: int) -> VisitPart:
    users, times, codes = parts.part(number)
    return of_users(users, times, codes.view(f"u{codes.dtype.itemsize}"))


def _of_days(table: str) -> exp.Select:
    days = ("done.day >= $from_day", "done.day < $until_day")
    return exp.select().from_(f"{table} as done").where(*days)


def _asked(
    workspace: "Workspace",
    asked: PathRead,
    text: exp.Select,
    days: tuple[date, date] | None = None,
    **more: Any,
) -> Any:
    narrowing = Narrowing(asked.segment.canonical())
    sql = narrowed(text.sql(dialect="duckdb"), narrowing, workspace.dimensions)
    since, until = days or (asked.from_day, asked.until_day)
    return workspace.engine.query(sql, {"from_day": since, "until_day": until, **more})
