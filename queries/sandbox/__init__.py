"""Ad-hoc SQL, answered by a process that can read the workspace's tables and do nothing else.

A text passes the gate (`gate.py`), then runs in a worker (`worker.py`) that the kernel has sealed,
within limits of time, memory and rows; `docs/sandbox.md` says what was tried on it.
"""

from queries.sandbox.errors import Busy, Cancelled, Refused, SandboxError, StoppedByLimit
from queries.sandbox.limits import CancelToken, Limits, SandboxAnswer
from queries.sandbox.sandbox import Sandbox, shared_sandbox

__all__ = [
    "Busy",
    "CancelToken",
    "Cancelled",
    "Limits",
    "Refused",
    "Sandbox",
    "SandboxAnswer",
    "SandboxError",
    "StoppedByLimit",
    "shared_sandbox",
]
