"""The events that a funnel looks at, as sorted columns: who, when, and which steps each fits.

Read past the memory of answers: there may be ten million of them, and what is made of them is
small. The views narrow the rows to what a viewer may see, and the syntax tree to a segment.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlglot import exp

from queries.errors import QueryError
from queries.event_match import EventMatch, with_matches
from queries.narrow import NOT_SET, Narrowing, Segment, narrowed
from queries.packed_sort import packed_sort

if TYPE_CHECKING:
    from queries.workspace import Workspace

Unit = Literal["user", "account", "session"]
MISSING = -1  # the code of a value that is not set, and the unit of an event that has none
MASKS = 256  # of at most eight steps
MOST_STEPS = 8
MOST_EXCLUSIONS = 3


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
        names: What the codes stand for.
        is_entry: Whether it happened in the days of entry.
        visits: For sessions (user_key, start in microseconds) of each unit, else None.
    """

    units: NDArray[np.integer]
    times: NDArray[np.int64]
    steps: NDArray[np.unsignedinteger]
    exclusions: NDArray[np.unsignedinteger]
    values: NDArray[np.int32]
    names: tuple[str, ...]
    is_entry: NDArray[np.bool_]
    visits: tuple[NDArray[np.int32], NDArray[np.int64]] | None = None


def read_funnel(workspace: "Workspace", asked: FunnelRead) -> FunnelEvents:
    """The events of a funnel, in the order that a kernel wants.

    Raises:
        NoSnapshot: Nothing has been built.
        QueryError: A dimension is not known, or the engine failed.
    """
    table = _asked(workspace, asked, _text(asked))
    users = _column(table, "user_key").astype(np.int32, copy=False)
    times = _column(table, "at_us")
    steps = _column(table, "step_mask").astype(np.uint8)
    voids = _column(table, "exclusion_mask").astype(np.uint8)
    is_entry = _column(table, "is_entry").astype(np.bool_)
    values, names = _values(table, asked)
    del table
    if not asked.opens_by_any:
        steps &= np.where(is_entry, np.uint8(0xFF), np.uint8(0xFE))
    units, visits = _units(workspace, asked, users, times)
    kept = units != MISSING
    if not kept.all():
        columns = units, times, steps, voids, values, is_entry
        units, times, steps, voids, values, is_entry = (one[kept] for one in columns)
    return _ordered(FunnelEvents(units, times, steps, voids, values, names, is_entry, visits))


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
    users, times = _column(table, "user_key").astype(np.int32, copy=False), _column(table, "at_us")
    units, _ = _units(workspace, asked, users, times)
    return units[units != MISSING], times[units != MISSING]


def _text(asked: FunnelRead) -> exp.Select:
    """One row per event, with the steps and exclusions it is; the matches are put in later."""
    flags = [name for name in asked.matches if "step" in name]
    voids = [name for name in asked.matches if "step" not in name]
    inner = exp.select("done.user_key", "done.occurred_at", "done.day", "done.segment")
    inner = inner.select(*(f"true as {name}" for name in (*flags, *voids)))
    inner = inner.from_("steps as done").where("done.day >= $from_day", "done.day < $until_day")
    if asked.names:
        inner = inner.where("list_contains($read_names, done.event)")
    is_entry = "cast(day >= $entry_from and day < $entry_until as tinyint) as is_entry"
    outer = exp.select(
        "user_key", "epoch_us(occurred_at) as at_us", _mask(flags, "step_mask"),
        _mask(voids, "exclusion_mask"), is_entry,
        *(["segment"] if asked.by else []),
    ).from_(inner.subquery("looked_at"))  # fmt: skip
    return outer if asked.has_others else outer.where(" or ".join([*flags, *voids]))


def _mask(flags: Sequence[str], name: str) -> str:
    bits = [f"case when {flag} then {1 << bit} else 0 end" for bit, flag in enumerate(flags)]
    return f"cast({' + '.join(bits) or '0'} as utinyint) as {name}"


def _asked(workspace: "Workspace", asked: FunnelRead, tree: exp.Select) -> pa.Table:
    narrowing = Narrowing(asked.segment.canonical(), asked.by)
    sql = narrowed(tree.sql(dialect="duckdb"), narrowing, workspace.dimensions)
    sql = with_matches(sql, asked.matches, workspace.dimensions, has_names=False)
    parameters = {
        "from_day": asked.from_day, "until_day": asked.until_day,
        "entry_from": asked.entry_from, "entry_until": asked.entry_until,
        "read_names": list(asked.names),
    }  # fmt: skip
    used = {name: value for name, value in parameters.items() if f"${name}" in sql}
    return workspace.engine.query(sql, used)


def _column(table: pa.Table, name: str) -> NDArray[Any]:
    column: NDArray[Any] = table[name].to_numpy()
    return column


def _values(table: pa.Table, asked: FunnelRead) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """The code of each event's value of the breakdown, by name."""
    if asked.by is None:
        return np.full(table.num_rows, MISSING, dtype=np.int32), ()
    coded = pc.dictionary_encode(table["segment"]).combine_chunks()
    found = coded.dictionary.to_pylist()
    names = tuple(sorted(name for name in found if name != NOT_SET))
    places = {name: place for place, name in enumerate(names)}
    code = np.array([places.get(name, MISSING) for name in found], dtype=np.int32)
    return code[coded.indices.to_numpy()] if len(code) else np.empty(0, np.int32), names


Units = tuple[NDArray[np.integer], tuple[NDArray[np.int32], NDArray[np.int64]] | None]


def _units(
    workspace: "Workspace",
    asked: FunnelRead,
    users: NDArray[np.int32],
    times: NDArray[np.int64],
) -> Units:
    """The unit of each event; -1: it has none."""
    if asked.unit == "user":
        return users, None
    if asked.unit == "account":
        return _accounts(workspace, asked, users), None
    if asked.unit == "session":
        return _visits(workspace, asked, users, times)
    raise QueryError(f"a unit is user, account or session, got {asked.unit!r}")


def _accounts(
    workspace: "Workspace", asked: FunnelRead, users: NDArray[np.int32]
) -> NDArray[np.int32]:
    """The first user of the customer that each event's user belongs to."""
    sql = "select user_key, min(user_key) over (partition by account_id) as first_key "
    sql += "from users where account_id is not null"
    narrowing = Narrowing(asked.segment.canonical())
    table = workspace.engine.query(narrowed(sql, narrowing, workspace.dimensions), {})
    keys = _column(table, "user_key")
    first = np.full(max(int(users.max(initial=0)), int(keys.max(initial=0))) + 1, MISSING, np.int32)
    first[keys] = _column(table, "first_key")
    return first[users]


def _visits(
    workspace: "Workspace",
    asked: FunnelRead,
    users: NDArray[np.int32],
    times: NDArray[np.int64],
) -> Units:
    """The latest session that had begun and was not over; its place in the list of sessions."""
    sql = (
        "select user_key, epoch_us(started_at) as start_us, "
        "epoch_us(started_at) + cast(floor(max(seconds) * 1000000 + 0.5) as bigint) as end_us "
        "from sessions where day >= $from_day - 2 and day < $until_day "
        "group by user_key, started_at order by user_key, started_at"
    )
    narrowing = Narrowing(asked.segment.canonical())
    sql = narrowed(sql, narrowing, workspace.dimensions)
    days = {"from_day": asked.from_day, "until_day": asked.until_day}
    table = workspace.engine.query(sql, days)
    keys, starts, ends = (_column(table, name) for name in ("user_key", "start_us", "end_us"))
    if not len(keys) or not len(users):
        return np.full(len(users), MISSING, dtype=np.int64), (keys.astype(np.int32), starts)
    first = min(int(starts.min()), int(times.min()))
    span = max(int(starts.max()), int(times.max())) - first + 1
    visit = keys.astype(np.int64) * span + (starts - first)
    place = np.searchsorted(visit, users.astype(np.int64) * span + (times - first), "right") - 1
    is_inside = (place >= 0) & (keys[place] == users) & (times <= ends[place])
    return np.where(is_inside, place, MISSING), (keys.astype(np.int32), starts)


def _ordered(events: FunnelEvents) -> FunnelEvents:
    """The same events by unit, time, steps (none last) and value."""
    masks = np.flatnonzero(np.bincount(events.steps, minlength=MASKS))
    masks = np.append(masks[masks > 0], 0)  # rows without a step come last
    mask_rank = np.zeros(MASKS, dtype=np.int64)
    mask_rank[masks] = np.arange(len(masks))
    values = _values_in_order(events.names)
    value_rank = np.empty(len(values), dtype=np.int64)
    value_rank[values - MISSING] = np.arange(len(values))
    voids = int(events.exclusions.max(initial=0)) + 1
    what = mask_rank[events.steps] * len(values)
    what += value_rank[events.values - MISSING]
    what *= voids
    what += events.exclusions
    entered = events.times[events.is_entry]  # days follow each other, so these are one span
    first, last = (int(entered.min()), int(entered.max())) if len(entered) else (1, 0)
    units, times, what = packed_sort(events.units, events.times, what)
    codes = np.arange(len(masks) * len(values) * voids)  # small tables undo what was packed
    return replace(
        events,
        units=units,
        times=times,
        steps=masks.astype(np.uint8)[codes // voids // len(values)][what],
        exclusions=(codes % voids).astype(np.uint8)[what],
        values=values[codes // voids % len(values)][what],
        is_entry=(times >= first) & (times <= last),
    )


def _values_in_order(names: tuple[str, ...]) -> NDArray[np.int32]:
    """Codes of the values by name; one that is not set stands where its words do."""
    before = [code for code, name in enumerate(names) if name < NOT_SET]
    after = [code for code, name in enumerate(names) if name >= NOT_SET]
    return np.array([*before, MISSING, *after], dtype=np.int32)
