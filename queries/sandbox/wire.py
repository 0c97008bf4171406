"""What goes through the pipes between the server and a worker.

Requests are pickled: the worker trusts the server. Answers never are: the server reads frames of
JSON and of Arrow, each of a known kind and at most a known length, and trusts none of them.
"""

import io
import json
import os
import pickle
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

from queries.sandbox.errors import Refused

PLAIN = (bool, int, float, str, bytes, date, datetime, time, timedelta, Decimal, UUID)
_HEAD = struct.Struct(">BI")

READY, PROGRESS, ROWS, DONE, FAILED = range(5)
MOST_WORDS = 2**20  # bytes of a frame that is not rows


@dataclass(frozen=True, slots=True)
class Opening:
    """What a worker is to become, once.

    Attributes:
        ddl: Statements that make its tables.
        files: Files that these read: all that it will ever be able to read.
        tables: Names of the tables that texts may read.
        hidden: Paths that no message may name.
        hides_values: Whether messages keep values out, as they may be of rows that are not seen.
        memory_mb: The engine's memory.
        threads: The engine's threads.
    """

    ddl: tuple[str, ...]
    files: tuple[str, ...]
    tables: tuple[str, ...]
    hidden: tuple[str, ...]
    hides_values: bool
    memory_mb: int
    threads: int


@dataclass(frozen=True, slots=True)
class Question:
    """One text to answer.

    Attributes:
        sql: The text.
        parameters: Values by name.
        seconds: How long it may take.
        rows: How many rows are sent back at most.
        bytes: How large they may be together.
        is_explained: Only the plan is wanted; nothing runs.
    """

    sql: str
    parameters: Mapping[str, Any]
    seconds: float
    rows: int
    bytes: int
    is_explained: bool = False


def plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Values as a worker can read them, which knows the language's own types only.

    Raises:
        Refused: A value is of another type; the message names its parameter.
    """
    return {name: _plain(value, name) for name, value in parameters.items()}


def _plain(value: Any, name: str) -> Any:
    if value is None or type(value) in PLAIN:
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one, name) for one in value]
    if isinstance(value, Mapping):
        return {_plain(key, name): _plain(one, name) for key, one in value.items()}
    raise Refused(f"${name} has a value of type {type(value).__name__}; a day, a moment, a number, "
                  "a text, or a list of these is right")  # fmt: skip


def send_request(pipe: IO[bytes], request: Opening | Question) -> None:
    """To the worker."""
    content = pickle.dumps(request)
    pipe.write(struct.pack(">Q", len(content)) + content)
    pipe.flush()


def read_request(pipe: IO[bytes]) -> Any:
    """From the server; None: it has gone."""
    head = pipe.read(8)
    if len(head) < 8:
        return None
    size = struct.unpack(">Q", head)[0]
    content = pipe.read(size)
    return pickle.loads(content) if len(content) == size else None  # noqa: S301 - from the server


class Outlet:
    """The worker's end of the pipe: whole frames, from any thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()

    def words(self, kind: int, content: Mapping[str, Any]) -> None:
        """Send a frame of JSON."""
        self._send(kind, json.dumps(content, default=str).encode())

    def rows(self, content: bytes) -> None:
        """Send a frame of rows."""
        self._send(ROWS, content)

    def _send(self, kind: int, content: bytes) -> None:
        with self._lock:
            rest = memoryview(_HEAD.pack(kind, len(content)) + content)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]


class RowsSink(io.RawIOBase):
    """A file that sends what is written to it as frames of rows."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet

    def writable(self) -> bool:
        """It is there to be written to."""
        return True

    def write(self, content: Any) -> int:
        """Send one piece."""
        data = bytes(content)
        self._outlet.rows(data)
        return len(data)


class Frames:
    """Bytes from a worker, taken apart into frames."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, content: bytes) -> None:
        """More bytes have come."""
        self._bytes += content

    def next(self, most: int) -> tuple[int, bytes] | None:
        """The next whole frame; None: more bytes have to come.

        Raises:
            ValueError: A frame is of no known kind, or longer than `most`.
        """
        if len(self._bytes) < _HEAD.size:
            return None
        kind, size = _HEAD.unpack_from(self._bytes)
        if kind > FAILED or size > (most if kind == ROWS else MOST_WORDS):
            raise ValueError("what the worker sends is no answer")
        end = _HEAD.size + size
        if len(self._bytes) < end:
            return None
        content = bytes(self._bytes[_HEAD.size : end])
        del self._bytes[:end]
        return kind, content
