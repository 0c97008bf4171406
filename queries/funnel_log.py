"""The events that a funnel looks at, as sorted columns: who, when, and which steps each fits.

Read past the memory of answers: there may be ten million of them, and what is made of them is
small. The views narrow the rows to what a viewer may see, and the syntax tree to a segment.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlglot import exp

from queries.event_match import EventMatch, with_matches
from queries.funnel_kinds import MISSING, Kinds
from queries.funnel_units import NOBODY, Visits, column_of, units_of
from queries.narrow import NOT_SET, Narrowing, Segment, narrowed
from queries.packed_sort import SortedParts
from queries.path_rules import Along
from queries.snapshot import Partition
from queries.step_files import coded, files_of, may_read_files, numbers, read_file

if TYPE_CHECKING:
    from queries.workspace import Workspace

THREADS = 2  # count at once: numpy lets go of Python while it works
T = TypeVar("T")
Unit = Literal["user", "account", "session"]
MOST_STEPS = 8  # of a funnel: bits of a byte
MOST_EXCLUSIONS = 3  # that the texts have room for


@dataclass(frozen=True, slots=True)
class FunnelRead:
    """Which events to read, for whom.

    Attributes:
        steps: What fits each step.
        exclusions: What is each exclusion.
        from_day: First local day.
        until_day: Day after the last one.
        entry_from: First day whose events may open an attempt.
        entry_until: Day after the last one.
        unit: Who is counted.
        segment: Narrows the events.
        by: Dimension whose value each event carries; None: none.
        has_others: Events that are no step are there, too.
        opens_by_any: Every step opens an attempt, not only the first one.
        path: The path whose rows are read; None: events as they are.
    """

    steps: tuple[EventMatch, ...]
    exclusions: tuple[EventMatch, ...]
    from_day: date
    until_day: date
    entry_from: date
    entry_until: date
    unit: Unit = "user"
    segment: Segment = field(default_factory=Segment)
    by: str | None = None
    has_others: bool = False
    opens_by_any: bool = False
    path: Along | None = None

    @property
    def is_all_entry(self) -> bool:
        """Whether every day that is read is a day of entry."""
        return self.from_day >= self.entry_from and self.until_day <= self.entry_until

    @property
    def matches(self) -> dict[str, EventMatch]:
        """What each column `is_…` of a text stands for."""
        steps = {f"is_step_{number}": one for number, one in enumerate(self.steps, 1)}
        voids = {f"is_exclusion_{number}": one for number, one in enumerate(self.exclusions, 1)}
        return steps | voids

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all events that matter, ascending; empty: any may."""
        matches = self.matches.values()
        if self.has_others or any(one.features or one.is_any for one in matches):
            return ()
        return tuple(sorted({name for one in matches for name in one.events}))


@dataclass(frozen=True, slots=True, eq=False)
class FunnelEvents:
    """Events by unit and time; equal times by the steps they fit, then by value.

    Attributes:
        units: Number of each event's unit: a `user_key`, that of the first user of an account,
            or a place in `visits`.
        times: Microseconds since 1970, UTC.
        steps: Bit k is set where the event fits step k.
        exclusions: Bit j is set where it is exclusion j.
        values: Code of the value of `by`; -1: not set, or nothing was asked.
        is_entry: Whether it happened in the days of entry.
    """

    units: NDArray[np.integer]
    times: NDArray[np.int64]
    steps: NDArray[np.unsignedinteger]
    exclusions: NDArray[np.unsignedinteger]
    values: NDArray[np.int32]
    is_entry: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class FunnelLog:
    """The events of a funnel, in parts: no unit is in two, and each is sorted when asked for.

    Attributes:
        parts: The columns.
        kinds: What the numbers of its third column stand for.
        names: What the codes of values stand for.
        entry: When the days of entry begin and end, in microseconds since 1970, UTC.
        visits: For sessions (user_key, start in microseconds) of each unit, else None.
    """

    parts: SortedParts
    kinds: Kinds
    names: tuple[str, ...]
    entry: tuple[int, int]
    visits: Visits | None

    def each(self, work: Callable[[FunnelEvents], T]) -> tuple[list[T], Visits | None]:
        """What is made of every part, several at once, and the visits, for sessions."""
        with ThreadPoolExecutor(THREADS) as pool:
            made = list(pool.map(lambda part: work(self._events(part)), range(len(self.parts))))
        return made, self.visits

    def _events(self, part: int) -> FunnelEvents:
        """The events of a part, in the order that a kernel wants."""
        units, times, codes = self.parts.part(part)
        return FunnelEvents(
            units=units,
            times=times,
            steps=self.kinds.steps[codes],
            exclusions=self.kinds.voids[codes],
            values=self.kinds.values[codes],
            is_entry=(times >= self.entry[0]) & (times < self.entry[1]),
        )


def read_funnel(workspace: "Workspace", asked: FunnelRead) -> FunnelLog:
    """The events of a funnel.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known, or the engine failed.
    """
    users, times, steps, voids, values, names = (
        _from_files if _is_by_name(workspace, asked) else _from_engine
    )(workspace, asked)
    entry = midnight(workspace, asked.entry_from), midnight(workspace, asked.entry_until)
    if not asked.opens_by_any and not asked.is_all_entry:
        steps[(times < entry[0]) | (times >= entry[1])] &= np.uint8(0xFE)
    units, visits = units_of(workspace, asked, users, times)
    if asked.unit != "user":
        kept = units != NOBODY
        units, times, steps = units[kept], times[kept], steps[kept]
        voids = None if voids is None else voids[kept]
        values = None if values is None else values[kept]
    kinds, codes = Kinds.of(steps, values, names, voids)
    return FunnelLog(SortedParts(units, times, codes), kinds, names, entry, visits)


Columns = tuple[
    NDArray[np.int32],
    NDArray[np.int64],
    NDArray[np.uint8],
    NDArray[np.uint8] | None,
    NDArray[np.int32] | None,
    tuple[str, ...],
]  # who, when, which steps, which exclusions, the value's code, and the values' names


def _from_engine(workspace: "Workspace", asked: FunnelRead) -> Columns:
    table = _asked(workspace, asked, _text(asked))
    users = column_of(table, "user_key").astype(np.int32, copy=False)
    steps = column_of(table, "step_mask").astype(np.uint8)
    voids = column_of(table, "exclusion_mask").astype(np.uint8) if asked.exclusions else None
    return users, column_of(table, "at_us"), steps, voids, *_values(table, asked)


def _is_by_name(workspace: "Workspace", asked: FunnelRead) -> bool:
    """Whether names alone, of files that need no engine, say what each event is."""
    return (
        bool(asked.names)
        and asked.by is None
        and all(one.is_by_name for one in asked.matches.values())
        and may_read_files(workspace, asked.segment)
    )


def _from_files(workspace: "Workspace", asked: FunnelRead) -> Columns:
    codes = {name: code for code, name in enumerate(asked.names, 1)}
    days = asked.from_day, asked.until_day
    kind = np.min_scalar_type(len(codes))

    def read(file: Partition) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[Any]]:
        columns = ["user_key", "occurred_at", "event"]
        table = read_file(workspace.folder, file, columns, *days, events=asked.names)
        done = coded(table, "event", codes, kind)
        kept = done > 0
        return numbers(table, "user_key")[kept], numbers(table, "occurred_at")[kept], done[kept]

    with ThreadPoolExecutor(THREADS) as pool:
        read_parts = list(pool.map(read, files_of(workspace, "steps", *days)))
    nothing = np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, kind)
    users, times, done = map(np.concatenate, zip(nothing, *read_parts, strict=True))
    steps, voids = (
        _bits(matches, asked.names)[done] for matches in (asked.steps, asked.exclusions)
    )
    return users, times, steps, voids if asked.exclusions else None, None, ()


def _bits(matches: Sequence[EventMatch], names: Sequence[str]) -> NDArray[np.uint8]:
    """Which of the matches each name fits; before them what fits none."""
    fits = [sum(1 << bit for bit, one in enumerate(matches) if name in one.events)
            for name in names]  # fmt: skip
    return np.array([0, *fits], dtype=np.uint8)


def midnight(workspace: "Workspace", day: date) -> int:
    """When a local day begins, in microseconds since 1970, UTC."""
    start = datetime.combine(day, time(0), workspace.settings.product.zone)
    return int(start.astimezone(UTC).timestamp()) * 1_000_000


def read_named(
    workspace: "Workspace", asked: FunnelRead, name: str
) -> tuple[NDArray[np.integer], NDArray[np.int64]]:
    """Unit and moment of each event of a name in the days that a funnel reads, in any order.

    Raises:
        QueryError: The engine failed.
    """
    text = (
        "select done.user_key, epoch_us(done.occurred_at) as at_us from steps as done "
        "where done.day >= $from_day and done.day < $until_day and done.event = $name"
    )
    narrowing = Narrowing(asked.segment.canonical())
    sql = narrowed(text, narrowing, workspace.dimensions)
    days = {"from_day": asked.from_day, "until_day": asked.until_day, "name": name}
    table = workspace.engine.query(sql, days)
    users, times = (
        column_of(table, "user_key").astype(np.int32, copy=False),
        column_of(table, "at_us"),
    )
    units, _ = units_of(workspace, asked, users, times)
    return units[units != NOBODY], times[units != NOBODY]


def _text(asked: FunnelRead) -> exp.Select:
    """One row per event, with the steps and exclusions it is; the matches are put in later."""
    flags = [name for name in asked.matches if "step" in name]
    voids = [name for name in asked.matches if "step" not in name]
    inner = exp.select("done.user_key", "done.occurred_at", "done.day", "done.segment")
    inner = inner.select(*(f"true as {name}" for name in (*flags, *voids)))
    inner = inner.from_("steps as done").where("done.day >= $from_day", "done.day < $until_day")
    if asked.names:
        inner = inner.where("list_contains($read_names, done.event)")
    outer = exp.select(
        "user_key", "epoch_us(occurred_at) as at_us", _mask(flags, "step_mask"),
        *([_mask(voids, "exclusion_mask")] if voids else []), *(["segment"] if asked.by else []),
    ).from_(inner.subquery("looked_at"))  # fmt: skip
    says_all = asked.names and all(one.is_by_name for one in asked.matches.values())
    if asked.has_others or says_all:
        return outer
    return outer.where(" or ".join([*flags, *voids]))


def _mask(flags: Sequence[str], name: str) -> str:
    bits = [f"case when {flag} then {1 << bit} else 0 end" for bit, flag in enumerate(flags)]
    return f"cast({' + '.join(bits) or '0'} as utinyint) as {name}"


def _asked(workspace: "Workspace", asked: FunnelRead, tree: exp.Select) -> pa.Table:
    narrowing = Narrowing(asked.segment.canonical(), asked.by)
    sql = narrowed(tree.sql(dialect="duckdb"), narrowing, workspace.dimensions)
    sql = with_matches(sql, asked.matches, workspace.dimensions, has_names=False)
    parameters = {
        "from_day": asked.from_day, "until_day": asked.until_day,
        "read_names": list(asked.names),
    }  # fmt: skip
    used = {name: value for name, value in parameters.items() if f"${name}" in sql}
    return workspace.engine.query(sql, used)


def _values(table: pa.Table, asked: FunnelRead) -> tuple[NDArray[np.int32] | None, tuple[str, ...]]:
    """The code of each event's value of the breakdown, by name; None: nothing was asked."""
    if asked.by is None:
        return None, ()
    coded = pc.dictionary_encode(table["segment"]).combine_chunks()
    found = coded.dictionary.to_pylist()
    names = tuple(sorted(name for name in found if name != NOT_SET))
    places = {name: place for place, name in enumerate(names)}
    code = np.array([places.get(name, MISSING) for name in found], dtype=np.int32)
    return code[coded.indices.to_numpy()] if len(code) else np.empty(0, np.int32), names
