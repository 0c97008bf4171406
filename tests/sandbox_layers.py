"""Run as a process of its own: what still holds once a layer before it has failed.

Reads a pickled (Opening, texts) from a file, seals itself, and tries. The first line of its output
is what the kernel refuses, the second what the engine says to each text without a gate.
"""

import contextlib
import json
import os
import pickle
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa  # noqa: F401 - as in a worker, before the seal

from queries.sandbox.seal import seal
from queries.sandbox.shut_engine import shut_engine

SECONDS = 0.3


def main() -> None:
    """Seal, then try."""
    opening, texts, paths = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301 - our own
    seal(opening)
    print(json.dumps(kernel(paths)))  # noqa: T201
    link = shut_engine(opening)
    print(json.dumps([engine(link, text) for text in texts]), flush=True)  # noqa: T201
    os._exit(0)


def kernel(paths: dict[str, str]) -> dict[str, str]:
    """What a process that was taken over could still do."""
    tries: dict[str, Any] = {
        "read a file": lambda: open("/etc/passwd").read(),  # noqa: PTH123, SIM115
        "read a secret": lambda: open(paths["secret"]).read(),  # noqa: PTH123, SIM115
        "list a folder": lambda: os.listdir("/"),  # noqa: PTH208
        "write a file": lambda: open(paths["new"], "w").write("x"),  # noqa: PTH123, SIM115
        "overwrite data": lambda: open(paths["data"], "r+b").write(b"x"),  # noqa: PTH123, SIM115
        "delete data": lambda: os.unlink(paths["data"]),  # noqa: PTH108
        "make a folder": lambda: os.mkdir(paths["new"]),  # noqa: PTH102
        "open a TCP socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "open a UDP socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
        "open a Unix socket": lambda: socket.socket(socket.AF_UNIX),
        "start a program": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
        "signal another process": lambda: os.kill(os.getppid(), 0),
        "read data": lambda: open(paths["data"], "rb").read(4),  # noqa: PTH123, SIM115
    }
    found = {}
    for name, attempt in tries.items():
        try:
            attempt()
        except OSError as error:
            found[name] = type(error).__name__
        else:
            found[name] = "done"
    return found


def engine(link: duckdb.DuckDBPyConnection, text: str) -> str:
    """What the engine says to a text that no gate has seen."""
    timer = threading.Timer(SECONDS, link.interrupt)
    timer.start()
    try:
        with contextlib.closing(link.cursor()) as cursor:
            return repr(cursor.execute(text).fetchmany(5))[:2_000]
    except (duckdb.Error, MemoryError) as error:
        return f"{type(error).__name__}: {error}"[:2_000]
    finally:
        timer.cancel()


if __name__ == "__main__":
    main()
