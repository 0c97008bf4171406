"""The sandbox: one place to ask ad-hoc SQL, whoever asks and whatever happens to the worker."""

import atexit
import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import pyarrow as pa

from queries.analyst import AnalystTable, Lake, lake_of
from queries.errors import NoSnapshot
from queries.sandbox import landlock
from queries.sandbox.errors import SandboxError
from queries.sandbox.explained import explained
from queries.sandbox.gate import require_length
from queries.sandbox.limits import CancelToken, Limits, SandboxAnswer
from queries.sandbox.pool import CORES, MOST_WORKERS, WAIT_SECONDS, Asked, Key, Pool, Waiting
from queries.sandbox.process import Progress, Reply
from queries.sandbox.wire import Opening, Question, plain
from queries.snapshot import Snapshot
from queries.workspace import Workspace

MOST_THREADS = min(2, CORES)
MOST_LAKES = 32


class _Place(NamedTuple):
    """Where a question is asked: of which snapshot, of which tables, of which workers."""

    snapshot: Snapshot
    lake: Lake
    key: Key

    @property
    def opening(self) -> Opening:
        """What a worker needs to start."""
        return Opening(
            ddl=self.lake.ddl,
            files=self.lake.files,
            tables=tuple(self.lake.tables),
            hidden=self.lake.hidden,
            hides_values=self.lake.hides_values,
            memory_mb=self.key.memory_mb,
            threads=MOST_THREADS,
        )


class Sandbox:
    """Answers ad-hoc SQL; one for each process of the server, safe between threads."""

    def __init__(self, *, workers: int = MOST_WORKERS, wait_seconds: float = WAIT_SECONDS) -> None:
        self._pool = Pool(workers=workers, wait_seconds=wait_seconds)
        self._lock = threading.Lock()
        self._lakes: OrderedDict[Key, Lake] = OrderedDict()
        atexit.register(self.close)

    @property
    def is_sealed(self) -> bool:
        """Whether the kernel keeps workers from files and network, beside gate and engine."""
        return self.why_open is None

    @property
    def why_open(self) -> str | None:
        """Why the kernel does not; None: it does."""
        return None if landlock.abi() else landlock.MISSING

    def run(
        self,
        workspace: Workspace,
        sql: str,
        parameters: Mapping[str, Any],
        *,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        asker: str = "",
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
            asker: Who asks, so that nobody's many questions keep others waiting.
            on_progress: Told the share that is done (None: not known) and seconds, now and then.
            on_waiting: Told how many are before this one, while all workers are busy.
            token: Takes the question back.

        Raises:
            NoSnapshot: Nothing has been built.
            QueryError: A file of events is not what it was when it was built.
            SandboxError: See its tree.
        """
        asked = Asked(limits, asker, on_progress, on_waiting, token)
        given = plain(parameters)
        question = Question(sql, given, limits.seconds, limits.rows, limits.bytes)
        reply, place = self._ask(workspace, question, asked)
        facts = reply.facts
        cut = facts.get("cut")
        return SandboxAnswer(
            rows=reply.rows if reply.rows is not None else pa.table({}),
            types=facts.get("types", {}),
            is_cut=cut is not None,
            cut_by=cut,
            seconds=float(facts.get("seconds", 0.0)),
            snapshot_id=place.snapshot.id,
            watermark=place.snapshot.watermark,
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
        question = Question(sql, plain(parameters), limits.seconds, 0, 0, is_explained=True)
        reply, place = self._ask(workspace, question, Asked(limits))
        return explained(reply.facts, place.lake.tables)

    def tables(
        self, workspace: Workspace
    ) -> tuple[Mapping[str, AnalystTable], Mapping[str, list[tuple[str, str]]]]:
        """Every table that may be read, and the names and types of its columns.

        Raises:
            NoSnapshot: Nothing has been built.
            SandboxError: No worker could be started.
        """
        asked = Asked()
        place = self._place(workspace, asked.limits)
        with self._pool.worker(place.key, place.opening, asked) as worker:
            return place.lake.tables, worker.columns

    def warm(self, workspace: Workspace) -> None:
        """Have a worker ready before the first question; returns at once.

        Raises:
            NoSnapshot: Nothing has been built.
        """
        place = self._place(workspace, Limits())
        self._pool.warm(place.key, place.opening)

    def close(self) -> None:
        """End every worker; the sandbox cannot be asked afterwards."""
        self._pool.close()

    def _ask(
        self, workspace: Workspace, question: Question, asked: Asked
    ) -> tuple[Reply, _Place]:
        """Ask the published snapshot; once more when a build replaced it in the meantime."""
        require_length(question.sql)
        place = self._place(workspace, asked.limits)
        try:
            return self._ask_once(place, question, asked), place
        except SandboxError as error:
            if not error.is_of_files:
                raise
            with self._lock:
                self._lakes.pop(place.key, None)
            newer = self._place(workspace, asked.limits)
            if newer.key == place.key:
                place.lake.require_unchanged()
                raise
            return self._ask_once(newer, question, asked), newer

    def _ask_once(self, place: _Place, question: Question, asked: Asked) -> Reply:
        with self._pool.worker(place.key, place.opening, asked) as worker:
            reply = worker.ask(
                question, asked.limits, on_progress=asked.on_progress, token=asked.token
            )
        if "events" in reply.facts.get("tables", ()):
            place.lake.require_unchanged()
        return reply

    def _place(self, workspace: Workspace, limits: Limits) -> _Place:
        """What the viewer of a workspace may read, made once for each snapshot and sight."""
        snapshot = workspace.snapshot
        if snapshot is None:
            raise NoSnapshot(
                f"nothing has been built for {workspace.folder} yet; "
                f"run: python app.py build {workspace.folder}"
            )
        settings = repr((workspace.settings, workspace.metrics))
        key = Key(
            str(workspace.folder), snapshot.id, settings, workspace.sight, limits.memory_mb
        )
        with self._lock:
            lake = self._lakes.get(key)
        if lake is None:
            lake = lake_of(workspace, snapshot.id)
            with self._lock:
                self._lakes[key] = lake
                while len(self._lakes) > MOST_LAKES:
                    self._lakes.popitem(last=False)
        return _Place(snapshot, lake, key)


@cache
def shared_sandbox() -> Sandbox:
    """The sandbox of this process."""
    return Sandbox()
