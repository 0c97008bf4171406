"""A few warm workers, and the line of those who wait for one."""

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from os import cpu_count
from typing import NamedTuple

from queries.access import Sight
from queries.sandbox.errors import Busy, Cancelled, SandboxError
from queries.sandbox.limits import CancelToken, Limits
from queries.sandbox.process import Progress, WorkerProcess
from queries.sandbox.wire import Opening

CORES = cpu_count() or 1
MOST_WORKERS = max(2, min(8, CORES))
MOST_WAITING = 32
WAIT_SECONDS = 60.0
LOOK_SECONDS = 0.1
CLOSED = "the sandbox is closed"

Waiting = Callable[[int], None]


class Key(NamedTuple):
    """What a worker is bound to."""

    folder: str
    snapshot: str
    settings: str
    sight: Sight
    memory_mb: int


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """How one question is asked.

    Attributes:
        limits: How much it may need.
        asker: Who asks.
        on_progress: Told how far it is.
        on_waiting: Told how many are before it.
        token: Takes it back.
    """

    limits: Limits = field(default_factory=Limits)
    asker: str = ""
    on_progress: Progress | None = None
    on_waiting: Waiting | None = None
    token: CancelToken | None = None


class Pool:
    """Workers by what they are bound to; a bounded number, lent to one question each."""

    def __init__(self, *, workers: int, wait_seconds: float) -> None:
        self._most = workers
        self._wait_seconds = wait_seconds
        self._changed = threading.Condition()
        self._idle: list[tuple[Key, WorkerProcess]] = []  # the one used last stands last
        self._busy = 0
        self._line: list[Asked] = []
        self._running: Counter[str] = Counter()
        self._is_closed = False

    @contextmanager
    def worker(self, key: Key, opening: Opening, asked: Asked) -> Iterator[WorkerProcess]:
        """A worker of one's own, when it is one's turn; one that has ended is replaced.

        Raises:
            Busy: The line is too long, or does not move.
            Cancelled: The question was taken back while it waited.
            SandboxError: No process could be started.
        """
        self._wait_for_turn(asked)
        worker: WorkerProcess | None = None
        try:
            worker = self._fitting(key) or WorkerProcess(opening)
            yield worker
        finally:
            must_replace = worker is not None and not self._took_back(key, worker)
            self._free_place(asked)
            if must_replace:
                self.warm(key, opening)

    def warm(self, key: Key, opening: Opening) -> None:
        """Start a worker before it is asked for, if there is room; returns at once."""
        threading.Thread(target=self._warm, args=(key, opening), daemon=True).start()

    def close(self) -> None:
        """End every worker; those at work end when they are given back."""
        with self._changed:
            self._is_closed = True
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for _, worker in idle:
            worker.end()

    def _warm(self, key: Key, opening: Opening) -> None:
        with self._changed:
            is_there = any(own == key for own, _ in self._idle)
            if self._is_closed or is_there or self._line or len(self._idle) >= self._most:
                return
        with contextlib.suppress(SandboxError), self.worker(key, opening, Asked()):
            pass

    # The line

    def _wait_for_turn(self, asked: Asked) -> None:
        """Until it is this one's turn and a place is free; the place is then taken."""
        end = time.monotonic() + self._wait_seconds
        with self._changed:
            if len(self._line) >= MOST_WAITING:
                raise Busy(f"{len(self._line)} questions wait already; ask again in a minute")
            self._line.append(asked)
            try:
                while self._busy >= self._most or self._next() is not asked:
                    self._look(asked, end)
                    self._changed.wait(LOOK_SECONDS)
                self._require_open()
                self._busy += 1
                self._running[asked.asker] += 1
            finally:
                self._line.remove(asked)
                self._changed.notify_all()

    def _next(self) -> Asked:
        """Whose turn it is: of those of whom the fewest questions run, the first who came."""
        return min(self._line, key=lambda one: self._running[one.asker])

    def _look(self, asked: Asked, end: float) -> None:
        self._require_open()
        if asked.token is not None and asked.token.is_cancelled:
            raise Cancelled("the question was taken back")
        if time.monotonic() > end:
            raise Busy(
                f"all {self._most} who answer have been busy for {self._wait_seconds:g} s; "
                "ask again when a question is done"
            )
        if asked.on_waiting is not None:
            asked.on_waiting(self._line.index(asked))

    def _require_open(self) -> None:
        if self._is_closed:
            raise SandboxError(CLOSED)

    def _free_place(self, asked: Asked) -> None:
        with self._changed:
            self._busy -= 1
            self._running[asked.asker] -= 1
            if not self._running[asked.asker]:
                del self._running[asked.asker]
            self._changed.notify_all()

    # Workers that wait

    def _fitting(self, key: Key) -> WorkerProcess | None:
        """An idle worker for the key; those of no use any more, or in the way, are ended."""
        fitting: WorkerProcess | None = None
        kept: list[tuple[Key, WorkerProcess]] = []
        ended: list[WorkerProcess] = []
        with self._changed:
            for own, worker in reversed(self._idle):
                is_old = own.folder == key.folder and own.snapshot != key.snapshot
                if not worker.is_alive or is_old:
                    ended.append(worker)
                elif own == key and fitting is None:
                    fitting = worker
                else:
                    kept.append((own, worker))
            room = max(0, self._most - self._busy)
            ended += [worker for _, worker in kept[room:]]
            self._idle = kept[:room][::-1]
        for worker in ended:
            worker.end()
        return fitting

    def _took_back(self, key: Key, worker: WorkerProcess) -> bool:
        """Whether the worker can be asked again; it waits then, else it is ended."""
        with self._changed:
            if worker.is_alive and not self._is_closed:
                self._idle.append((key, worker))
                return True
        worker.end()
        return False
