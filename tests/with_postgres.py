"""Run a command beside a PostgreSQL of its own: `python tests/with_postgres.py pytest …`.

The server lives in a temporary folder, listens to this machine only, belongs to an account without
rights, and ends with the command.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
ACCOUNTS = ("postgres", "nobody")  # a server refuses to run as root
SECONDS_TO_START = 60


def programs() -> Path:
    """The folder with initdb and postgres.

    Raises:
        SystemExit: There is none.
    """
    versions = sorted(DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name))
    found = shutil.which("initdb")
    candidates = [*reversed(versions), *([Path(found).parent] if found else [])]
    for folder in candidates:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise SystemExit("There is no PostgreSQL here. On Debian: apt-get install postgresql")


def account() -> dict[str, str]:
    """Whom the server runs as: us, unless we are root."""
    if os.getuid() != 0:
        return {}
    import pwd

    known = {entry.pw_name for entry in pwd.getpwall()}
    name = next(name for name in ACCOUNTS if name in known)
    return {"user": name, "group": str(pwd.getpwnam(name).pw_gid)}


def as_account() -> dict[str, object]:
    """The same for subprocess."""
    chosen = account()
    return {"user": chosen["user"], "group": int(chosen["group"])} if chosen else {}


@contextmanager
def server() -> Iterator[str]:
    """A server with an empty database; its address."""
    folder = Path(tempfile.mkdtemp(prefix="tidemark-postgres-"))
    try:
        if "user" in account():
            shutil.chown(folder, account()["user"], int(account()["group"]))
        password, port = secrets.token_hex(12), _free_port()
        _initialise(folder, password)
        with _running(folder, port) as process:
            url = f"postgresql://tidemark:{password}@127.0.0.1:{port}/postgres"
            _await(url, process)
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _initialise(folder: Path, password: str) -> None:
    secret = folder / "password"
    secret.write_text(password, encoding="utf-8")
    if "user" in account():
        shutil.chown(secret, account()["user"])
    secret.chmod(0o600)
    subprocess.run(
        [programs() / "initdb", "--pgdata", folder / "data", "--username", "tidemark",
         "--auth", "scram-sha-256", "--pwfile", secret, "--encoding", "UTF8", "--locale", "C",
         "--no-sync"],
        check=True, stdout=subprocess.DEVNULL, cwd=folder, env=_environment(), **as_account(),
    )  # fmt: skip


@contextmanager
def _running(folder: Path, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    options = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": folder,
        "fsync": "off",
        "max_connections": 60,
    }
    switches = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [programs() / "postgres", "-D", folder / "data", *switches],
            stdout=log, stderr=log, cwd=folder, env=_environment(), **as_account(),
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()  # waits for nobody; a second signal would be an unclean end
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(url: str, process: "subprocess.Popen[bytes]") -> None:
    import psycopg

    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"PostgreSQL did not start: {error}") from error
            time.sleep(0.1)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _environment() -> Mapping[str, str]:
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}


def main() -> int:
    """Run the command that was given, with the server's address in its environment."""
    with server() as url:
        environment = os.environ | {"TIDEMARK_TEST_POSTGRES": url}
        command = [sys.executable, "-m", *sys.argv[1:]]
        return subprocess.run(command, check=False, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
