"""One worker as the server sees it: start it, ask it, end it."""

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import ipc

from queries.sandbox.errors import Cancelled, Refused, SandboxError, StoppedByLimit
from queries.sandbox.limits import CancelToken, Limits
from queries.sandbox.wire import (
    FAILED,
    PROGRESS,
    READY,
    ROWS,
    Frames,
    Opening,
    Question,
    send_request,
)

QUERIES = Path(__file__).parents[1]
START_SECONDS = 30.0
# Only the sandbox's own files are imported there, not all that `queries` brings along.
BOOT = """
import sys, types
for name, folder in (("queries", sys.argv[1]), ("queries.sandbox", sys.argv[1] + "/sandbox")):
    package = types.ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package
from queries.sandbox.worker import main
main()
"""
GRACE_SECONDS = 0.5  # between the deadline, when the engine is asked to stop, and the kill
LOOK_SECONDS = 0.05  # between two looks at whether the question was taken back
ROOM_OF_ROWS = 2 * 2**20  # bytes of an answer beside its rows: schema, padding
ENDED = (
    "the process that answered ended early, most likely for want of memory; "
    "a fresh one answers the next text"
)

TOO_MANY_DIGITS = (
    "a number of the answer has more than 38 digits, which no table here can hold; "
    "cast it to double or to varchar"
)

Progress = Callable[[float | None, float], None]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a worker sent: the facts of an answer, and its rows."""

    facts: Mapping[str, Any]
    rows: pa.Table | None


@dataclass(slots=True)
class _Look:
    """What happens while an answer is waited for."""

    on_progress: Progress | None
    token: CancelToken | None
    start: float = field(default_factory=time.monotonic)
    share: float | None = None

    def __call__(self) -> None:
        if self.token is not None and self.token.is_cancelled:
            raise Cancelled("the question was taken back")
        if self.on_progress is not None:
            self.on_progress(self.share, time.monotonic() - self.start)


class WorkerProcess:
    """A worker that has started; one question at a time."""

    def __init__(self, opening: Opening) -> None:
        self._frames = Frames()
        self.is_usable = True
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
            [sys.executable, "-I", "-c", BOOT, str(QUERIES)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={}, cwd="/",
        )  # fmt: skip
        try:
            facts = self._opened(opening)
        except BaseException:
            self.end()
            raise
        self.why_open: str | None = facts.get("why_open")
        self.columns: Mapping[str, list[tuple[str, str]]] = facts.get("columns", {})

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self.is_usable and self._process.poll() is None

    def end(self) -> None:
        """Kill it and take it off the system's list."""
        self.is_usable = False
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._process.wait()

    def ask(
        self,
        question: Question,
        limits: Limits,
        *,
        on_progress: Progress | None = None,
        token: CancelToken | None = None,
    ) -> Reply:
        """The answer to one question.

        Raises:
            Refused: The gate does not let it through.
            StoppedByLimit: It needs more than it may have.
            Cancelled: It was taken back.
            SandboxError: It fails, or the process has ended.
        """
        content = bytearray()
        try:
            self._send(question)
            facts = self._until_done(question, limits, content, _Look(on_progress, token))
            rows = _table(content) if content else None
        except TimeoutError:
            self.end()
            raise _stopped("seconds", limits) from None
        except Cancelled:
            self.end()
            raise
        except SandboxError:
            raise  # the worker said so itself, and waits for the next question
        except (OSError, ValueError, pa.ArrowException) as error:
            self.end()
            raise SandboxError(ENDED) from error
        except BaseException:
            self.end()  # whoever asked has gone, and the answer is still to come
            raise
        return Reply(facts, rows)

    def _opened(self, opening: Opening) -> Mapping[str, Any]:
        try:
            self._send(opening)
            kind, content = self._next(0, time.monotonic() + START_SECONDS, None)
        except (OSError, ValueError) as error:
            raise SandboxError("no process could be started to answer; try again") from error
        facts: Mapping[str, Any] = json.loads(content)
        if kind != READY:
            raise _error(facts, Limits(memory_mb=opening.memory_mb))
        return facts

    def _send(self, request: Opening | Question) -> None:
        if self._process.stdin is None:
            raise OSError("no pipe")
        send_request(self._process.stdin, request)

    def _until_done(
        self,
        question: Question,
        limits: Limits,
        content: bytearray,
        look: "_Look",
    ) -> Mapping[str, Any]:
        """Frames until the last one: rows into `content`, and the facts."""
        deadline = look.start + question.seconds + GRACE_SECONDS
        while True:
            kind, part = self._next(question.bytes + ROOM_OF_ROWS, deadline, look)
            if kind == ROWS:
                content += part
            elif kind == PROGRESS:
                look.share = json.loads(part).get("share")
            elif kind == FAILED:
                raise self._failure(json.loads(part), limits)
            else:
                facts: Mapping[str, Any] = json.loads(part)
                return facts
            if len(content) > 2 * question.bytes + ROOM_OF_ROWS:
                raise ValueError("more rows than were asked for")

    def _failure(self, facts: Mapping[str, Any], limits: Limits) -> SandboxError:
        if facts.get("is_fatal"):
            self.end()
        return _error(facts, limits)

    def _next(
        self, most: int, deadline: float, look: Callable[[], None] | None
    ) -> tuple[int, bytes]:
        """The next frame.

        Raises:
            TimeoutError: The deadline has passed.
            OSError: The process has ended.
        """
        if self._process.stdout is None:
            raise OSError("no pipe")
        source = self._process.stdout.fileno()
        watch = select.poll()
        watch.register(source, select.POLLIN)
        while True:
            found = self._frames.next(most)
            if found is not None:
                return found
            if time.monotonic() > deadline:
                raise TimeoutError
            if look is not None:
                look()
            if watch.poll(LOOK_SECONDS * 1000):
                piece = os.read(source, 2**18)
                if not piece:
                    raise OSError("the pipe is closed")
                self._frames.add(piece)


def _table(content: bytearray) -> pa.Table:
    """The rows, looked over before anybody reads them: they come from another process."""
    with ipc.open_stream(pa.py_buffer(bytes(content))) as stream:
        table = stream.read_all()
    try:
        table.validate(full=True)
    except pa.ArrowInvalid as error:
        if "precision" not in str(error):
            raise
        raise SandboxError(TOO_MANY_DIGITS) from error
    return table


def _error(facts: Mapping[str, Any], limits: Limits) -> SandboxError:
    """What went wrong, from the fields of a frame."""
    if facts.get("limit"):
        return _stopped(str(facts["limit"]), limits)
    kind = Refused if facts.get("is_refused") else SandboxError
    position, suggestion = facts.get("position"), facts.get("suggestion")
    return kind(
        str(facts.get("message", ENDED)),
        position=position if isinstance(position, int) else None,
        suggestion=str(suggestion) if suggestion else None,
        is_of_files=bool(facts.get("is_of_files")),
    )


def _stopped(limit: str, limits: Limits) -> StoppedByLimit:
    if limit == "memory_mb":
        most = limits.memory_mb
        message = f"stopped: it needed more than {most:,} MB of memory, the limit. {SMALLER}"
        return StoppedByLimit(message, limit=limit, value=most)
    if limit == "bytes":
        size = limits.bytes / 2**20
        message = f"one row is larger than {size:g} MB, the limit of an answer; ask for less of it"
        return StoppedByLimit(message, limit=limit, value=limits.bytes)
    message = f"stopped after {limits.seconds:g} s, the limit. {SMALLER}"
    return StoppedByLimit(message, limit="seconds", value=limits.seconds)


SMALLER = "Ask for fewer days, or read a roll-up such as user_days instead of events"
