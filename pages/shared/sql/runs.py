"""Questions that are being asked in the background, and their answers.

A run belongs to a tab of a person, not to a run of the script: the page may be drawn again, left
and come back to, or loaded anew meanwhile. Finished ones are kept until there are too many.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from queries import TidemarkError, Workspace
from queries.sandbox import CancelToken
from reports.ask_sql import SqlAnswer, ask_sql

LOG = logging.getLogger("tidemark")
MOST_RUNS = 64
MOST_BYTES = 256 * 2**20
Place = tuple[str, str, Any, str]  # workspace, author, sight, tab


@dataclass(slots=True)
class Run:
    """One question and how far it is.

    Attributes:
        sql: The text that runs.
        parameters: Values of its `$parameters`.
        started: When, by a clock that only counts.
        token: Takes the question back.
        progress: Share that is done; None: not known.
        waiting: How many questions are before it, while everybody who answers is at work.
        seconds: How long it took; None: it runs.
        answer: What came back.
        error: Why nothing did.
    """

    sql: str
    parameters: Mapping[str, Any]
    started: float = field(default_factory=time.monotonic)
    token: CancelToken = field(default_factory=CancelToken)
    progress: float | None = None
    waiting: int = 0
    seconds: float | None = None
    answer: SqlAnswer | None = None
    error: Exception | None = None
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def is_running(self) -> bool:
        """Whether the answer is still to come."""
        return not self.done.is_set()

    @property
    def elapsed(self) -> float:
        """Seconds since the start, or what it took."""
        return self.seconds if self.seconds is not None else time.monotonic() - self.started

    def wait(self, seconds: float) -> bool:
        """Give a quick answer the time to come; whether it has."""
        return self.done.wait(seconds)


_runs: OrderedDict[Place, Run] = OrderedDict()
_lock = threading.Lock()


def start(
    place: Place,
    workspace: Workspace,
    sql: str,
    parameters: Mapping[str, Any],
    finished: Callable[[Run], None],
) -> Run:
    """Ask in the background; what ran at the same place before is taken back.

    Args:
        place: Of which workspace, whose, seen how, and in which tab.
        workspace: Where to ask, as the viewer may see it.
        sql: The text.
        parameters: Values of its `$parameters`.
        finished: Called once it is over, in whatever way, from another thread.
    """
    run = Run(sql, dict(parameters))
    with _lock:
        before = _runs.pop(place, None)
        _runs[place] = run
        _make_room()
    if before is not None:
        before.token.cancel()
    asker = str(place[1])
    threading.Thread(
        target=_ask, args=(run, workspace, asker, finished), name="ad-hoc SQL", daemon=True
    ).start()
    return run


def at(place: Place) -> Run | None:
    """The last run at a place; None: there was none, or it has made room."""
    with _lock:
        return _runs.get(place)


def _ask(
    run: Run, workspace: Workspace, asker: str, finished: Callable[[Run], None]
) -> None:
    def progressed(share: float | None, _: float) -> None:
        run.progress, run.waiting = share, 0

    def waited(before: int) -> None:
        run.waiting = before

    try:
        run.answer = ask_sql(
            workspace,
            run.sql,
            run.parameters,
            asker=asker,
            on_progress=progressed,
            on_waiting=waited,
            token=run.token,
        )
    except TidemarkError as error:
        run.error = error
    except Exception as error:
        LOG.exception("ad-hoc SQL failed")
        run.error = error
    run.seconds = time.monotonic() - run.started
    try:
        finished(run)
    finally:
        run.done.set()


def _make_room() -> None:
    """Let go of the oldest that are over."""
    sizes = {place: _size(run) for place, run in _runs.items()}
    over = [place for place, run in _runs.items() if not run.is_running]
    total = sum(sizes.values())
    for place in over:
        if len(_runs) <= MOST_RUNS and total <= MOST_BYTES:
            return
        total -= sizes[place]
        del _runs[place]


def _size(run: Run) -> int:
    return int(run.answer.rows.estimated_size()) if run.answer else 0
