"""One builder at a time; a second one is told who is building."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from queries.errors import BuildError, BuildRunning
from queries.snapshot import FOLDER

FILE_NAME = "building"


@contextmanager
def only_builder(folder: Path) -> Iterator[None]:
    """Hold the workspace's build lock; it is given back even if this process is killed.

    Raises:
        BuildRunning: Another process holds it; the message names it and since when.
        BuildError: The workspace's folder cannot be written.
    """
    path = folder / FOLDER / FILE_NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise BuildError(f"{path.parent} cannot be written: {error.strerror}") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildRunning(f"this workspace is being built {_holder(path)}") from error
        handle.truncate(0)
        json.dump(
            {
                "process": os.getpid(),
                "host": socket.gethostname(),
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
            },
            handle,
        )
        handle.flush()
        yield


def _holder(path: Path) -> str:
    try:
        who = json.loads(path.read_text(encoding="utf-8"))
        return f"by process {who['process']} on {who['host']} since {who['since']}"
    except (OSError, ValueError, KeyError):
        return "by another process"
