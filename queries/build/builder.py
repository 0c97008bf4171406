"""`build`: from the workspace's files to a published snapshot."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from queries.build import quarantine
from queries.build.arrow import cells_table
from queries.build.columns import names, numbers
from queries.build.day_facts import days_facts, late_rows
from queries.build.days import (
    SECOND,
    LocalTime,
    day_of,
    local_time,
    microseconds,
)
from queries.build.events_build import EventsBuild
from queries.build.inputs import Inputs, find_inputs
from queries.build.lock import only_builder
from queries.build.metric_days import extra_columns
from queries.build.outline import outline
from queries.build.partitions import Partitions
from queries.build.plan import ROLLUPS, Built, Tools, numberings, plan_of
from queries.build.reading import EventReader
from queries.build.request_hours import lacks_request_hours, request_hours_files
from queries.build.side_tables import SideTable, read_side_table
from queries.build.snapshot_files import put_together
from queries.build.sources import Changes, Found, changes
from queries.build.table_states import Now, events_state, side_state
from queries.build.users_build import (
    Described,
    event_dimensions,
    history_of,
    unseen,
    user_dimensions,
    users_table,
)
from queries.definitions import MetricDefinition
from queries.snapshot import Partition, Snapshot, SourceFile, TableState, publish, read_snapshot
from queries.tables import SIDE_TABLES
from queries.views import REQUEST_HOURS
from queries.workspace import Workspace, settings_digest

Progress = Callable[[str, int, int], None]
Reading = Future[SideTable]


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build did.

    Attributes:
        snapshot: The state that is published now.
        is_new: Whether anything had changed.
        events_read: Rows of events that were read.
        seconds: How long it took.
    """

    snapshot: Snapshot
    is_new: bool
    events_read: int
    seconds: float


@dataclass(slots=True)
class _Clock:
    """Seconds spent by step."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def build(
    workspace: Workspace,
    *,
    now: datetime | None = None,
    progress: Progress | None = None,
    only: Iterable[str] = ROLLUPS,
) -> BuildResult:
    """Bring the roll-ups up to the state of the files, and publish them.

    Args:
        workspace: The workspace.
        now: The moment after which a stamp is in the future; None: this moment.
        progress: Called with a step, rows done and rows in all.
        only: Roll-ups to make; others, and side tables, are left empty (for measuring one alone).

    Raises:
        WorkspaceError: The settings name what is not there.
        BuildError: Another builder is at work, the disk is full, or a metric cannot be computed.
    """
    with only_builder(workspace.folder):
        return _Build(workspace, now or datetime.now(UTC), progress, frozenset(only)).run()


class _Build:
    """One run; each method is one step."""

    def __init__(
        self,
        workspace: Workspace,
        now: datetime,
        progress: Progress | None,
        only: frozenset[str],
    ) -> None:
        self.workspace = workspace
        self.settings = workspace.settings
        self.now = now.astimezone(UTC)
        self.now_us = microseconds(now)
        self.only = only
        self.start = time.perf_counter()
        self.clock = _Clock()
        self.local: LocalTime = local_time(self.settings.product.zone, self.now)
        self.partitions = Partitions(workspace.folder)
        self._progress = progress or _silent
        self._kept: dict[str, pa.Table] = {}
        self._done = 0
        self._total = 0

    def run(self) -> BuildResult:
        """All steps."""
        with self._step("find files"):
            digest = settings_digest(self.workspace) + ",".join(sorted(self.only))
            old = self._usable(read_snapshot(self.workspace.folder), digest)
            inputs = find_inputs(self.workspace, old)
        with ThreadPoolExecutor(1) as beside:
            with self._step("users"):
                sides = self._side_tables(inputs, old, beside)
                described = self._described(sides, old)
                dimensions = self._dimensions(inputs, described)
                if old is not None and dict(old.dimensions) != dimensions:
                    old = None
                    sides = self._side_tables(inputs, None, beside)
                    described = self._described(sides, None)
            change = self._event_changes(inputs, old)
            is_same = not (any(sides.values()) or lacks_request_hours(old)) and change.is_empty
            if old is not None and is_same and self._reaches_as_far(old):
                return self._result(old, is_new=False)
            snapshot = self._snapshot(inputs, old, digest, sides, described, dimensions, change)
        publish(self.workspace.folder, snapshot)
        self.partitions.sweep()
        return self._result(snapshot, is_new=True)

    def _result(self, snapshot: Snapshot, *, is_new: bool) -> BuildResult:
        return BuildResult(snapshot, is_new, self._done, time.perf_counter() - self.start)

    def _step(self, name: str) -> AbstractContextManager[None]:
        self._progress(name, self._done, self._total)
        return self.clock.step(name)

    def _usable(self, old: Snapshot | None, digest: str) -> Snapshot | None:
        """The snapshot before, if this build can go on from it."""
        return old if old is not None and old.settings_digest == digest else None

    def _reaches_as_far(self, old: Snapshot) -> bool:
        """Whether no day has become complete since, just because it is over now."""
        state = events_state({}, old.days, {}, self._moment)
        return state.watermark == old.watermark

    @property
    def _moment(self) -> Now:
        rule = self.settings.activity.last_day
        return Now(self.now, self.settings.product.zone, self.local, rule)

    # Tables beside events

    def _side_tables(
        self, inputs: Inputs, old: Snapshot | None, beside: Executor
    ) -> dict[str, Reading | None]:
        """Each table beside events, being read while events are; None where nothing changed."""
        sides: dict[str, Reading | None] = {}
        for name in ("users", *SIDE_TABLES):
            known = old.sources[name].files if old is not None and name in old.sources else {}
            found = inputs.files.get(name, [])
            change = changes(found, known, self.now_us)
            is_asked = name == "users" or self.only >= set(ROLLUPS)
            must = is_asked and (old is None or not change.is_empty)
            sides[name] = self._reading(name, found, beside) if must else None
        return sides

    def _reading(self, name: str, files: list[Found], beside: Executor) -> Reading:
        return beside.submit(read_side_table, name, files, self.settings, self.now_us)

    def _described(self, sides: Mapping[str, Reading | None], old: Snapshot | None) -> Described:
        """What is known of users, read anew or as before."""
        reading = sides["users"]
        if reading is not None:
            users = reading.result()
            names = user_dimensions(self.settings, users.rows)
            return Described(users.rows, names)
        rows = pl.DataFrame(pl.from_arrow(self._stored("users_described", old)))
        names = tuple(n for n, level in (old.dimensions if old else {}).items() if level == "user")
        return Described(rows, names)

    def _stored(self, name: str, old: Snapshot | None) -> pa.Table:
        """A table of the snapshot before, read once; no columns when there was none."""
        files = old.partitions.get(name, ()) if old else ()
        if not files:
            return pa.table({})
        if name not in self._kept:
            self._kept[name] = self.partitions.read(files)
        return self._kept[name]

    def _dimensions(self, inputs: Inputs, described: Described) -> dict[str, str]:
        """Level of each dimension by name."""
        columns = inputs.event_columns
        of_events = event_dimensions(self.settings, columns, described.dimensions)
        return dict.fromkeys(described.dimensions, "user") | dict.fromkeys(of_events, "event")

    # Events

    def _event_changes(self, inputs: Inputs, old: Snapshot | None) -> Changes:
        known = old.sources["events"].files if old is not None else {}
        return changes(inputs.files["events"], known, self.now_us)

    def _events(
        self, inputs: Inputs, old: Snapshot | None, dimensions: Mapping[str, str], change: Changes
    ) -> tuple[Built, pl.Series, Tools]:
        users = self._stored("users", old)
        ids = users["user_id"] if users.num_columns else names([])
        history = history_of(users)
        asked = dimensions if self.only - {"user_days"} else {}  # which alone has no dimensions
        of_events = tuple(name for name, level in asked.items() if level == "event")
        metrics, extras = self._metrics(of_events, inputs.event_columns)
        numbers = numberings(
            old, pl.Series(pl.from_arrow(ids), dtype=pl.String), self._stored("cells", old)
        )
        outlines = [outline(file.path, self.settings) for file in change.fresh]
        self._total = sum(one.rows for one in outlines)
        reader = EventReader(
            self.settings,
            numbers,
            self.local,
            self.now_us,
            dimensions=of_events,
            extras=extras if "metric_days" in self.only else (),
            has_sessions="sessions" in self.only,
        )
        tools = Tools(
            reader, numbers, self.local, self.partitions, metrics, of_events, self.only,
            self.settings.activity.session_minutes * 60 * SECOND, self._read,
        )  # fmt: skip
        plan = plan_of(inputs.files["events"], change, outlines, self.local)
        built = EventsBuild(tools, plan, old, history).run()
        return built, numbers.users.values, tools

    def _read(self, rows: int) -> None:
        self._done += rows
        self._progress("events", self._done, max(self._total, self._done))

    def _metrics(
        self, of_events: Sequence[str], columns: Sequence[str]
    ) -> tuple[dict[str, MetricDefinition], tuple[str, ...]]:
        """Metrics whose columns are there, and the columns that only they need."""
        needed = extra_columns(self.workspace.metrics, of_events)
        there = set(columns)
        metrics = {name: self.workspace.metrics[name] for name, extra in needed.items()
                   if set(extra) <= there}  # fmt: skip
        extras = sorted({column for name in metrics for column in needed[name]})
        return metrics, tuple(extras)

    # Publishing

    def _snapshot(
        self,
        inputs: Inputs,
        old: Snapshot | None,
        digest: str,
        reading: Mapping[str, Reading | None],
        described: Described,
        dimensions: Mapping[str, str],
        change: Changes,
    ) -> Snapshot:
        with self._step("events"):
            built, ids, tools = self._events(inputs, old, dimensions, change)
        with self._step("put together"):
            partitions = put_together(self.partitions, old, built)
        with self._step("users"):
            ids = pl.concat([ids, unseen(ids, described)])
            active = self._active(built, old, partitions, change)
            users = users_table(ids, described, built.history, active, self.local)
            partitions["users"] = (self.partitions.write("users", users),)
        cells = cells_table(tools.numberings.cells.values, tools.dimensions)
        partitions["cells"] = (self.partitions.write("cells", cells),)
        with self._step("tables beside events"):
            sides = {name: one.result() if one else None for name, one in reading.items()}
        for name, side in sides.items():
            stored = "users_described" if name == "users" else name
            partitions[stored] = self._side_partition(stored, side, old)
        partitions[REQUEST_HOURS] = request_hours_files(
            self.partitions, sides["requests"], old, self.local
        )
        partitions["quarantine"] = self._quarantine(old, built, sides, change)
        days = days_facts(old, built)
        return Snapshot(
            id=f"{self.now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}",
            built_at=self.now,
            seconds=time.perf_counter() - self.start,
            settings_digest=digest,
            partitions={name: files for name, files in partitions.items() if files},
            sources=self._states(inputs, old, dict(change.same) | built.files, sides, days),
            dimensions=dimensions,
            kinds=tuple(tools.numberings.kinds.values),
            days=days,
            late_rows=late_rows(old, built, change),
            timings=self.clock.seconds,
        )

    def _side_partition(
        self, name: str, side: SideTable | None, old: Snapshot | None
    ) -> tuple[Partition, ...]:
        if side is None:
            return tuple(old.partitions.get(name, ())) if old else ()
        rows = side.rows.to_arrow(compat_level=pl.CompatLevel.oldest())
        is_needed = name == "users_described" or bool(side.rows.height)
        return (self.partitions.write(name, rows),) if is_needed else ()

    def _active(
        self,
        built: Built,
        old: Snapshot | None,
        partitions: Mapping[str, Sequence[Partition]],
        change: Changes,
    ) -> npt.NDArray[np.bool_]:
        """Which users have any event."""
        if old is None:
            return built.active
        if not change.gone:
            before = numbers(self._stored("users", old)["has_events"])
            active = np.zeros(max(len(before), len(built.active)), dtype=bool)
            active[: len(before)] = before
            active[: len(built.active)] |= built.active
            return active
        files = partitions.get("feature_days", ())
        if not files:
            return np.zeros(0, dtype=bool)
        keys = np.unique(numbers(self.partitions.read(files, ["user_key"])["user_key"]))
        active = np.zeros(int(keys.max(initial=-1)) + 1, dtype=bool)
        active[keys] = True
        return active

    def _quarantine(
        self,
        old: Snapshot | None,
        built: Built,
        sides: Mapping[str, SideTable | None],
        change: Changes,
    ) -> tuple[Partition, ...]:
        rows = [*built.left_out, *(side.left_out for side in sides.values() if side is not None)]
        before = self._stored("quarantine", old)
        if before.num_columns:
            gone = {"events": set(change.gone)}
            for name, side in sides.items():
                if side is not None and old is not None and name in old.sources:
                    gone[name] = set(old.sources[name].files)
            days = {day_of(day) for day in built.touched}
            rows.insert(0, quarantine.kept(before, gone, days))
        table = pa.concat_tables([quarantine.nothing(), *rows])
        table = table.sort_by([("table_name", "ascending"), ("file", "ascending"),
                               ("row_number", "ascending")])  # fmt: skip
        return (self.partitions.write("quarantine", table),) if table.num_rows else ()

    def _states(
        self,
        inputs: Inputs,
        old: Snapshot | None,
        files: Mapping[str, SourceFile],
        sides: Mapping[str, SideTable | None],
        days: Mapping[str, tuple[int, int, int]],
    ) -> dict[str, TableState]:
        now = self._moment
        states = {"events": events_state(files, days, inputs.event_mapping, now)}
        for name, side in sides.items():
            if side is not None:
                states[name] = side_state(name, side, now)
            elif old is not None and name in old.sources:
                states[name] = old.sources[name]
        return states


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""
