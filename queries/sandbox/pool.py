"""The sandbox: a few warm workers, a line of those who wait, and one place to ask."""

import atexit
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from functools import cache
from os import cpu_count
from typing import Any, NamedTuple

import pyarrow as pa

from queries.access import Sight
from queries.analyst import AnalystTable, Lake, lake_of
from queries.errors import NoSnapshot
from queries.sandbox import landlock
from queries.sandbox.errors import Busy, Cancelled, SandboxError
from queries.sandbox.explained import explained
from queries.sandbox.limits import CancelToken, Limits, SandboxAnswer
from queries.sandbox.process import Progress, Reply, WorkerProcess
from queries.sandbox.wire import Opening, Question
from queries.snapshot import Snapshot
from queries.workspace import Workspace

CORES = cpu_count() or 1
MOST_WORKERS = max(2, min(8, CORES))
MOST_THREADS = min(2, CORES)
MOST_WAITING = 32
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.1
MOST_LAKES = 32

Waiting = Callable[[int], None]


class Key(NamedTuple):
    """What a worker is bound to."""

    folder: str
    snapshot: str
    settings: str
    sight: Sight
    memory_mb: int


class Sandbox:
    """Answers ad-hoc SQL; one for each process of the server, safe between threads."""

    def __init__(self, *, workers: int = MOST_WORKERS, wait_seconds: float = WAIT_SECONDS) -> None:
        self._most = workers
        self._wait_seconds = wait_seconds
        self._changed = threading.Condition()
        self._idle: list[tuple[Key, WorkerProcess]] = []  # the one used last stands last
        self._busy = 0
        self._line: deque[object] = deque()
        self._lakes: OrderedDict[Key, Lake] = OrderedDict()
        self._is_closed = False
        atexit.register(self.close)

    @property
    def is_sealed(self) -> bool:
        """Whether the kernel keeps workers from files and network, beside gate and engine."""
        return self.why_open is None

    @property
    def why_open(self) -> str | None:
        """Why the kernel does not; None: it does."""
        return None if landlock.abi() else "the kernel of this machine has no Landlock"

    def run(
        self,
        workspace: Workspace,
        sql: str,
        parameters: Mapping[str, Any],
        *,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        on_progress: Progress | None = None,
        on_waiting: Waiting | None = None,
        token: CancelToken | None = None,
    ) -> SandboxAnswer:
        """Answer a text with the rows that the workspace's viewer may see.

        Args:
            workspace: Whose tables; its sight decides rows and columns.
            sql: One question.
            parameters: Values of its `$parameters`; others are passed over.
            limits: How much it may need.
            on_progress: Told the share that is done (None: not known) and seconds, now and then.
            on_waiting: Told how many are before this one, while all workers are busy.
            token: Takes the question back.

        Raises:
            NoSnapshot: Nothing has been built.
            SandboxError: See its tree.
        """
        asked = _Asked(limits, on_progress, on_waiting, token)
        question = Question(sql, dict(parameters), limits.seconds, limits.rows, limits.bytes)
        reply, snapshot = self._ask(workspace, question, asked)
        facts = reply.facts
        cut = facts.get("cut")
        return SandboxAnswer(
            rows=reply.rows if reply.rows is not None else pa.table({}),
            types=facts.get("types", {}),
            is_cut=cut is not None,
            cut_by=cut,
            seconds=float(facts.get("seconds", 0.0)),
            snapshot_id=snapshot.id,
            watermark=snapshot.watermark,
            tables=tuple(facts.get("tables", ())),
            sql=sql,
            parameters=dict(parameters),
        )

    def explain(
        self, workspace: Workspace, sql: str, parameters: Mapping[str, Any]
    ) -> tuple[str, ...]:
        """What answering a text would take, in words; nothing of it runs.

        Raises:
            NoSnapshot: Nothing has been built.
            SandboxError: See its tree.
        """
        limits = Limits()
        question = Question(sql, dict(parameters), limits.seconds, 0, 0, is_explained=True)
        reply, _ = self._ask(workspace, question, _Asked(limits))
        return explained(reply.facts)

    def tables(
        self, workspace: Workspace
    ) -> tuple[Mapping[str, AnalystTable], Mapping[str, list[tuple[str, str]]]]:
        """Every table that may be read, and the names and types of its columns.

        Raises:
            NoSnapshot: Nothing has been built.
            SandboxError: No worker could be started.
        """
        asked = _Asked(Limits())
        _, lake, key = self._lake(workspace, asked.limits)
        worker = self._take(key, lake, asked)
        try:
            return lake.tables, worker.columns
        finally:
            self._give_back(key, worker)

    def close(self) -> None:
        """End every worker; the sandbox cannot be asked afterwards."""
        with self._changed:
            self._is_closed = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for _, worker in idle:
            worker.end()

    def _ask(
        self, workspace: Workspace, question: Question, asked: "_Asked"
    ) -> tuple[Reply, Snapshot]:
        """Ask the published snapshot; once more when a build replaced it in the meantime."""
        snapshot, lake, key = self._lake(workspace, asked.limits)
        try:
            return self._ask_once(key, lake, question, asked), snapshot
        except SandboxError as error:
            newer, lake, key = self._lake(workspace, asked.limits)
            if newer.id == snapshot.id or type(error) is not SandboxError:
                raise
            return self._ask_once(key, lake, question, asked), newer

    def _ask_once(self, key: Key, lake: Lake, question: Question, asked: "_Asked") -> Reply:
        worker = self._take(key, lake, asked)
        try:
            reply = worker.ask(
                question, asked.limits, on_progress=asked.on_progress, token=asked.token
            )
        except SandboxError as error:
            if error.is_of_files:
                lake.require_unchanged()
            raise
        finally:
            self._give_back(key, worker)
        if "events" in reply.facts.get("tables", ()):
            lake.require_unchanged()
        return reply

    def _lake(self, workspace: Workspace, limits: Limits) -> tuple[Snapshot, Lake, Key]:
        """What the viewer of a workspace may read, made once for each snapshot and sight."""
        snapshot = workspace.snapshot
        if snapshot is None:
            raise NoSnapshot(
                f"nothing has been built for {workspace.folder} yet; "
                f"run: python app.py build {workspace.folder}"
            )
        key = Key(str(workspace.folder), snapshot.id, _settings(workspace), workspace.sight,
                  limits.memory_mb)  # fmt: skip
        with self._changed:
            lake = self._lakes.get(key)
        if lake is None:
            lake = lake_of(workspace, snapshot.id)
            with self._changed:
                self._lakes[key] = lake
                while len(self._lakes) > MOST_LAKES:
                    self._lakes.popitem(last=False)
        return snapshot, lake, key

    # Workers

    def _take(self, key: Key, lake: Lake, asked: "_Asked") -> WorkerProcess:
        """A worker of one's own, in the order of asking."""
        self._wait_for_turn(asked)
        worker = None
        with self._changed:
            worker, ended = self._fitting(key)
        for one in ended:
            one.end()
        if worker is not None:
            return worker
        try:
            return WorkerProcess(_opening(lake, asked.limits))
        except BaseException:
            self._free_place()
            raise

    def _wait_for_turn(self, asked: "_Asked") -> None:
        """Until it is this one's turn and a place is free; the place is then taken."""
        ticket = object()
        end = time.monotonic() + self._wait_seconds
        with self._changed:
            if len(self._line) >= MOST_WAITING:
                raise Busy(f"{len(self._line)} questions wait already; ask again in a minute")
            self._line.append(ticket)
            try:
                while self._line[0] is not ticket or self._busy >= self._most:
                    self._look(asked, ticket, end)
                    self._changed.wait(LOOK_SECONDS)
                if self._is_closed:
                    raise SandboxError("the sandbox is closed")
                self._busy += 1
            finally:
                self._line.remove(ticket)
                self._changed.notify_all()

    def _look(self, asked: "_Asked", ticket: object, end: float) -> None:
        if self._is_closed:
            raise SandboxError("the sandbox is closed")
        if asked.token is not None and asked.token.is_cancelled:
            raise Cancelled("the question was taken back")
        if time.monotonic() > end:
            raise Busy(
                f"all {self._most} who answer have been busy for {self._wait_seconds:g} s; "
                "ask again when a question is done"
            )
        if asked.on_waiting is not None:
            asked.on_waiting(self._line.index(ticket))

    def _fitting(self, key: Key) -> tuple[WorkerProcess | None, list[WorkerProcess]]:
        """An idle worker for the key, and those that make room or are of no use any more."""
        ended = []
        kept: list[tuple[Key, WorkerProcess]] = []
        fitting: WorkerProcess | None = None
        for own, worker in reversed(self._idle):
            is_old = own.folder == key.folder and own.snapshot != key.snapshot
            if not worker.is_alive or is_old:
                ended.append(worker)
            elif own == key and fitting is None:
                fitting = worker
            else:
                kept.append((own, worker))
        kept.reverse()
        while kept and len(kept) + self._busy > self._most:
            ended.append(kept.pop(0)[1])
        self._idle = kept
        return fitting, ended

    def _give_back(self, key: Key, worker: WorkerProcess) -> None:
        if worker.is_alive and not self._is_closed:
            with self._changed:
                self._idle.append((key, worker))
        else:
            worker.end()
        self._free_place()

    def _free_place(self) -> None:
        with self._changed:
            self._busy -= 1
            self._changed.notify_all()


def _settings(workspace: Workspace) -> str:
    """All that decides the tables beside snapshot and sight."""
    return repr((workspace.settings, workspace.metrics))


def _opening(lake: Lake, limits: Limits) -> Opening:
    """What a worker needs to start."""
    return Opening(
        ddl=lake.ddl,
        files=lake.files,
        tables=tuple(lake.tables),
        hidden=lake.hidden,
        hides_values=lake.hides_values,
        memory_mb=limits.memory_mb,
        threads=MOST_THREADS,
    )


class _Asked(NamedTuple):
    """How one question is asked."""

    limits: Limits
    on_progress: Progress | None = None
    on_waiting: Waiting | None = None
    token: CancelToken | None = None


@cache
def shared_sandbox() -> Sandbox:
    """The sandbox of this process."""
    return Sandbox()
