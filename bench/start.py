"""How long from starting the process until it says that it is healthy?"""

import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0  # seconds until a server that does not answer counts as broken


def seconds_to_health(folder: Path) -> float:
    """Start the dashboard on a workspace, wait for /api/healthz, and stop it again.

    Raises:
        TimeoutError: It did not become healthy.
    """
    port = _free_port()
    command = [sys.executable, "app.py", "serve", "--port", str(port)]
    environment = os.environ | {"TIDEMARK_WORKSPACE": str(folder)}
    start = time.perf_counter()
    server = subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not _is_healthy(port):
            if time.perf_counter() - start > PATIENCE or server.poll() is not None:
                raise TimeoutError(f"no health from {' '.join(command)}")
            time.sleep(0.01)
        return time.perf_counter() - start
    finally:
        server.terminate()
        server.wait(timeout=PATIENCE)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _is_healthy(port: int) -> bool:
    connection = HTTPConnection("localhost", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/api/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
