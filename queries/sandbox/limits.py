"""How much one text may need, and what came of it."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one text may need.

    Attributes:
        seconds: How long it may run.
        memory_mb: Memory of the engine, mebibytes.
        rows: Most rows that come back.
        bytes: How large they may be together.
    """

    seconds: float = 30
    memory_mb: int = 1024
    rows: int = 10_000
    bytes: int = 50 * 2**20


@dataclass(frozen=True, slots=True)
class SandboxAnswer:
    """What a text gave.

    Attributes:
        rows: The rows that came back.
        types: The engine's type of each column.
        is_cut: Whether there were more rows than came back.
        cut_by: Which limit cut them: "rows" or "bytes"; None: none did.
        seconds: How long the engine took.
        snapshot_id: The published state that was read.
        watermark: Last complete day of the events it stands on; None: no day is complete.
        tables: Tables that the text reads.
        sql: The text.
        parameters: Values by name.
    """

    rows: pa.Table
    types: Mapping[str, str]
    is_cut: bool
    cut_by: str | None
    seconds: float
    snapshot_id: str
    watermark: date | None
    tables: tuple[str, ...]
    sql: str
    parameters: Mapping[str, Any]


class CancelToken:
    """Held by whoever may take a question back."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Take the question back; nothing happens when it is answered already."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was taken back."""
        return self._event.is_set()
