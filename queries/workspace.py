"""A workspace: the settings of a product, its published snapshot, and whoever answers about it."""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from queries.access import EVERYTHING, Sight
from queries.contract import Contract, contract
from queries.definitions import MetricDefinition, read_metrics
from queries.engine import MACROS, Engine, open_engine
from queries.errors import NoSnapshot, QueryError, nearest
from queries.kept_answers import is_kept, keep, kept, name_of
from queries.narrow import By, Dimension, Narrowing, Segment, narrowed
from queries.seen_snapshot import seen_snapshot
from queries.settings import Settings, data_folder, read_settings
from queries.sighted import Base, check_kept
from queries.snapshot import Snapshot, current_id, read_snapshot
from queries.views import dimensions_of, sighted, view_statements

CACHED_ANSWERS = 512
CACHED_BYTES = 256 * 2**20
METRIC_DAYS = "metric_days"
OF_EXPERIMENTS = ("outcomes", "unit_dimensions")  # views that are made when first asked for
OF_UNITS = {"cap", "followed_days"}  # of a metric: what reports alone use, and no table holds
OPEN_ENGINES = 8  # one for each sight; the one asked longest ago is closed first


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, with all that is needed to follow it.

    Attributes:
        rows: What came back.
        name: The .sql file's name.
        question: Its first line.
        sql: The text that ran; with `parameters` it gives the same rows anywhere.
        parameters: Values by name.
        watermark: Last complete day of the events it stands on; None: no day is complete.
        snapshot_id: The published state that was read.
        seconds: How long the engine took; a remembered answer keeps its first time.
    """

    rows: pl.DataFrame
    name: str
    question: str
    sql: str
    parameters: Mapping[str, Any]
    watermark: date | None
    snapshot_id: str
    seconds: float


@dataclass(slots=True)
class _Shared:
    """What a workspace keeps for all sights, under one lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    snapshot: Snapshot | None = None
    engines: OrderedDict[Sight, Engine] = field(default_factory=OrderedDict)
    tables: dict[Sight, str] = field(default_factory=dict)  # DDL of each engine
    with_experiments: dict[Sight, Engine] = field(default_factory=dict)
    answers: OrderedDict[tuple[Any, ...], Answer] = field(default_factory=OrderedDict)
    texts: dict[tuple[Any, ...], str] = field(default_factory=dict)
    seen: dict[Sight, "Workspace"] = field(default_factory=dict)

    def forget(self) -> None:
        """Let go of all that belongs to an earlier snapshot; who still asks it may end."""
        self.engines.clear()
        self.tables.clear()
        self.with_experiments.clear()
        self.answers.clear()
        self.texts.clear()


class Workspace:
    """Everything that pages and reports ask; safe to share between threads."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.sight = EVERYTHING
        self.metrics: dict[str, MetricDefinition] = read_metrics(folder)
        self.metrics_text = "".join(
            f"{name}{one.model_dump_json(exclude=OF_UNITS)}"
            for name, one in sorted(self.metrics.items())
        )
        self._shared = _Shared()

    def seen_with(self, sight: Sight) -> "Workspace":
        """The same workspace for a viewer: what the sight holds back is not there.

        Snapshot, settings and caches are shared; one object for each sight.
        """
        with self._shared.lock:
            if sight not in self._shared.seen:
                seen = copy(self)
                seen.sight = sight
                self._shared.seen[sight] = self if sight == self.sight else seen
            return self._shared.seen[sight]

    def seen_within(self, segment: Segment) -> "Workspace":
        """The same workspace, narrowed further to a segment in every table.

        Raises:
            QueryError: The segment names a dimension whose values the viewer may not know.
        """
        if segment.is_empty:
            return self
        for one in segment.filters:
            if not self.sight.shows_personal and self.settings.access.is_personal(one.dimension):
                raise QueryError(f"{one.dimension!r} is personal, so nobody is found by it here")
        both = Segment((*self.sight.policy.filters, *segment.filters)).canonical()
        return self.seen_with(Sight(both, self.sight.shows_personal))

    @property
    def data_folder(self) -> Path:
        """Where relative paths of the settings start."""
        return data_folder(self.folder, self.settings)

    @property
    def snapshot(self) -> Snapshot | None:
        """The published snapshot; None: nothing has been built. Notices a new one by itself.

        Under a policy it does not say how many rows there are, in which files, of which events.
        """
        held = self._hold()
        return seen_snapshot(held[0], self.sight) if held else None

    @property
    def engine(self) -> Engine:
        """Whoever answers.

        Raises:
            NoSnapshot: Nothing has been built.
        """
        return self._require()[1]

    @property
    def dimensions(self) -> dict[str, Dimension]:
        """What can be filtered and broken down by; empty before the first build."""
        snapshot = self.snapshot
        return dimensions_of(snapshot) if snapshot else {}

    def views(self) -> list[str]:
        """DDL of every table that a query may read, as this sight sees it.

        Raises:
            NoSnapshot: Nothing has been built.
            QueryError: A policy names a dimension that is not there.
            WorkspaceError: Personal columns cannot be hashed.
        """
        snapshot, _ = self._require()
        return view_statements(self.folder, snapshot, self.settings, self.sight)

    def seen_rows(self, table: str, select: str, columns: Iterable[str]) -> str:
        """The select of a canonical table that is not among the views, as this sight sees it.

        Args:
            table: Its name; decides whose a row is and which columns are personal.
            select: All of its rows under canonical names.
            columns: The select's columns.

        Raises:
            NoSnapshot: Nothing has been built.
            QueryError: A policy names a dimension that is not there.
            WorkspaceError: Personal columns cannot be hashed.
        """
        snapshot, _ = self._require()
        if self.sight.is_everything:
            return select
        seen = sighted(self.folder, snapshot, self.settings, self.sight)
        return seen.select(table, Base(select, tuple(columns)))

    def ask(
        self,
        name: str,
        *,
        segment: Segment | None = None,
        by: By = None,
        filters_for: Mapping[str, Segment] | None = None,
        **parameters: Any,
    ) -> Answer:
        """Answer `queries/<name>.sql`, or remember the answer of the same snapshot.

        Args:
            name: The file's name without its ending.
            segment: Narrows every table that carries its dimensions.
            by: Dimension, or several, to break down by; the query must have the column `segment`.
            filters_for: Further filters for the table references with these aliases.
            parameters: Values for the query's `$parameters`, all of them.

        Raises:
            NoSnapshot: Nothing has been built.
            QueryError: The name, a parameter or a dimension is not known, or the engine failed.
        """
        asked = contract(name)
        _check_parameters(asked, parameters)
        if by is not None and not asked.can_be_broken_down:
            raise QueryError(
                f"the query {name!r} cannot be broken down: it has no column 'segment'"
            )
        snapshot, engine = self._require()
        narrowing = Narrowing((segment or Segment()).canonical(), by, dict(filters_for or {}))
        sql = self._narrowed(asked, narrowing, snapshot)
        key = (snapshot.id, self.sight, sql, _canonical(parameters))
        remembered = self._remembered(key)
        if remembered is not None:
            return remembered
        return self._remember(key, self._kept(asked, sql, parameters, snapshot, engine))

    def _kept(
        self,
        asked: Contract,
        sql: str,
        parameters: Mapping[str, Any],
        snapshot: Snapshot,
        engine: Engine,
    ) -> Answer:
        """The answer that an earlier process kept, or a new one, which may be kept in turn."""
        given = (self.sight, sql, _canonical(parameters), self.definitions())
        name = name_of(given)
        found = kept(self.folder, snapshot.id, name)
        if found is not None:
            return _answered(asked, sql, parameters, snapshot, *found)
        answer = self._answer(asked, sql, parameters, snapshot, engine)
        if is_kept(asked.name):
            keep(self.folder, snapshot.id, name, answer.rows, answer.seconds)
        return answer

    def definitions(self) -> str:
        """All that tells what the tables of a text are, beside the snapshot."""
        tables = self._shared.tables.get(self.sight, "")
        return f"{tables}{self.settings.model_dump_json()}{self.metrics_text}"

    def _narrowed(self, asked: Contract, narrowing: Narrowing, snapshot: Snapshot) -> str:
        """The query's text for a segment, rewritten once for each snapshot."""
        if METRIC_DAYS in asked.text:
            check_kept(self.sight.policy, narrowing.segment, dimensions_of(snapshot))
        if narrowing.is_empty:
            return asked.text
        own = tuple(sorted((name, one.canonical()) for name, one in narrowing.aliases.items()))
        key = (snapshot.id, asked.name, narrowing.segment, narrowing.by, own)
        with self._shared.lock:
            if key in self._shared.texts:
                return self._shared.texts[key]
        sql = narrowed(asked.text, narrowing, dimensions_of(snapshot))
        with self._shared.lock:
            self._shared.texts[key] = sql
        return sql

    def _answer(
        self,
        asked: Contract,
        sql: str,
        parameters: Mapping[str, Any],
        snapshot: Snapshot,
        engine: Engine,
    ) -> Answer:
        if any(view in asked.text for view in OF_EXPERIMENTS):
            self._add_experiments(snapshot, engine)
        start = time.perf_counter()
        try:
            table = engine.query(sql, parameters)
        except QueryError as error:
            raise QueryError(f"the query {asked.name!r} failed: {error}") from error
        rows = pl.DataFrame(pl.from_arrow(table))
        return _answered(asked, sql, parameters, snapshot, rows, time.perf_counter() - start)

    def _add_experiments(self, snapshot: Snapshot, engine: Engine) -> None:
        """Give an engine the views of experiments, once; other pages do not wait for them."""
        from queries.experiment_views import experiment_views  # which needs what builds

        with self._shared.lock:
            if self._shared.with_experiments.get(self.sight) is engine:
                return
            for statement in experiment_views(self, snapshot):
                engine.query(statement, {})
            self._shared.with_experiments[self.sight] = engine

    def _hold(self) -> tuple[Snapshot, Engine] | None:
        """The current snapshot and the engine of this sight, each opened once."""
        published = current_id(self.folder)
        shared = self._shared
        with shared.lock:
            if shared.snapshot is None or shared.snapshot.id != published:
                shared.forget()
                shared.snapshot = read_snapshot(self.folder, published) if published else None
            if shared.snapshot is None:
                return None
            if self.sight not in shared.engines:
                views = view_statements(self.folder, shared.snapshot, self.settings, self.sight)
                shared.engines[self.sight] = open_engine(self.settings.engine.url, views)
                shared.tables[self.sight] = "".join((MACROS.read_text(encoding="utf-8"), *views))
            shared.engines.move_to_end(self.sight)
            while len(shared.engines) > OPEN_ENGINES:
                oldest, _ = shared.engines.popitem(last=False)
                shared.with_experiments.pop(oldest, None)
            return shared.snapshot, shared.engines[self.sight]

    def _require(self) -> tuple[Snapshot, Engine]:
        held = self._hold()
        if held is None:
            raise NoSnapshot(
                f"nothing has been built for {self.folder} yet; "
                f"run: python app.py build {self.folder}"
            )
        return held

    def _remembered(self, key: tuple[Any, ...]) -> Answer | None:
        with self._shared.lock:
            answer = self._shared.answers.get(key)
            if answer is not None:
                self._shared.answers.move_to_end(key)
            return answer

    def _remember(self, key: tuple[Any, ...], answer: Answer) -> Answer:
        answers = self._shared.answers
        with self._shared.lock:
            answers[key] = answer
            size = sum(int(one.rows.estimated_size()) for one in answers.values())
            while answers and (len(answers) > CACHED_ANSWERS or size > CACHED_BYTES):
                _, oldest = answers.popitem(last=False)
                size -= int(oldest.rows.estimated_size())
        return answer


def open_workspace(folder: str | Path) -> Workspace:
    """The workspace in a folder; its files are not read until something is asked.

    Raises:
        WorkspaceError: The folder has no usable `workspace.toml` or `metrics.toml`.
    """
    path = Path(folder).resolve()
    return Workspace(path, read_settings(path))


def settings_digest(workspace: Workspace) -> str:
    """A hash of all that decides what the roll-ups hold; another hash means: build anew."""
    decisive = workspace.settings.model_dump_json(
        exclude={
            "product": {"name", "currency"},
            "access": True,
            "store": True,
            "service": True,
            "slo": True,
            "dictionary": True,
            "exchange": True,
            "brief": True,
            "alerts": True,
        }
    )
    place = str(workspace.data_folder)
    return hashlib.sha256((decisive + workspace.metrics_text + place).encode()).hexdigest()[:16]


def _answered(
    asked: Contract,
    sql: str,
    parameters: Mapping[str, Any],
    snapshot: Snapshot,
    rows: pl.DataFrame,
    seconds: float,
) -> Answer:
    return Answer(
        rows=rows,
        name=asked.name,
        question=asked.question,
        sql=sql,
        parameters=dict(parameters),
        watermark=snapshot.watermark,
        snapshot_id=snapshot.id,
        seconds=seconds,
    )


def _check_parameters(asked: Contract, given: Mapping[str, Any]) -> None:
    wanted = {field.name for field in asked.parameters}
    for name in given:
        if name not in wanted:
            hint = nearest(name, wanted)
            raise QueryError(f"the query {asked.name!r} has no parameter {name!r}. {hint}")
    missing = sorted(wanted - set(given))
    if missing:
        raise QueryError(f"the query {asked.name!r} needs {', '.join('$' + m for m in missing)}")


def _canonical(parameters: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(
        (name, tuple(value) if isinstance(value, list | tuple) else value)
        for name, value in sorted(parameters.items())
    )
