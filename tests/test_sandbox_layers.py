"""Each layer holds by itself: without the gate the engine, without the engine the kernel."""

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from queries.analyst import lake_of
from queries.sandbox import Sandbox, landlock
from queries.sandbox.process import WorkerProcess
from queries.sandbox.seal import NICENESS, ROOM_MB
from queries.sandbox.wire import Opening
from tests.sandbox_attacks import REFUSED, filled
from tests.test_sandbox_attacks import SECRET, Place

ROOT = Path(__file__).parents[1]
# What only changes the engine's own memory, which nobody else sees, may succeed there.
WITHOUT_GATE = [
    text
    for kind in ("files by name", "readers", "statements inside a question", "other statements",
                 "settings, secrets, catalogue")
    for text in REFUSED[kind]
    if "sleep" not in text
]  # fmt: skip

needs_landlock = pytest.mark.skipif(not landlock.abi(), reason=landlock.MISSING)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("layers"))
    place.sandbox.close()
    return place


def opening_of(place: Place) -> Opening:
    snapshot = place.workspace.snapshot
    assert snapshot is not None
    lake = lake_of(place.workspace, snapshot.id)
    return Opening(lake.ddl, lake.files, tuple(lake.tables), lake.hidden, hides_values=False,
                   memory_mb=256, threads=1)  # fmt: skip


@pytest.fixture(scope="module")
def tried(place: Place) -> tuple[dict[str, str], list[str]]:
    """What a sealed process could do, and what its engine said to each text without a gate."""
    opening = opening_of(place)
    folders = place.folders
    texts = [filled(text, folders) for text in WITHOUT_GATE]
    paths = {"secret": str(folders["PRIVATE"] / "secret.txt"), "new": str(folders["OUT"] / "new"),
             "data": opening.files[0]}  # fmt: skip
    request = folders["TMP"].parent / "request"
    request.write_bytes(pickle.dumps((opening, texts, paths)))
    done = subprocess.run(
        [sys.executable, "-m", "tests.sandbox_layers", str(request)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=True, env={},
    )  # fmt: skip
    request.unlink()
    kernel, engine = done.stdout.splitlines()
    return json.loads(kernel), json.loads(engine)


@needs_landlock
def test_the_kernel_lets_a_sealed_process_read_its_data_and_nothing_else(
    tried: tuple[dict[str, str], list[str]],
) -> None:
    outcome, _ = tried
    assert outcome.pop("read data") == "done"
    assert set(outcome.values()) == {"PermissionError"}, outcome


def test_the_engine_reads_and_writes_no_file_even_without_the_gate(
    place: Place, tried: tuple[dict[str, str], list[str]]
) -> None:
    _, said = tried
    leaks = {
        text: answer
        for text, answer in zip(WITHOUT_GATE, said, strict=True)
        if SECRET in answer or "root:" in answer
    }
    assert leaks == {}
    assert place.state() == place.before


def test_no_setting_of_the_engine_can_be_changed_even_without_the_gate(
    tried: tuple[dict[str, str], list[str]],
) -> None:
    _, said = tried
    answers = dict(zip(WITHOUT_GATE, said, strict=True))
    for text in ("set memory_limit = '20GB'", "reset enable_external_access",
                 "set session max_execution_time = 0", "install httpfs",
                 "call enable_logging('QueryLog')"):  # fmt: skip
        assert "Error" in answers[text] or "Exception" in answers[text], text


@needs_landlock
def test_a_worker_is_sealed_and_bounded(place: Place) -> None:
    worker = WorkerProcess(opening_of(place))
    try:
        status = Path(f"/proc/{worker.pid}/status").read_text("ascii")
        limits = Path(f"/proc/{worker.pid}/limits").read_text("ascii")
        environment = Path(f"/proc/{worker.pid}/environ").read_bytes()
        priority = os.getpriority(os.PRIO_PROCESS, worker.pid)
    finally:
        worker.end()
    assert worker.why_open is None
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status
    bounds = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert bounds["Max file size"] == bounds["Max core file size"] == "0"
    assert int(bounds["Max address space"]) < (256 + ROOM_MB + 1_024) * 2**20
    assert environment == b""
    assert priority == min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)


def test_without_landlock_the_sandbox_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    assert Sandbox(workers=1).why_open == "the kernel of this machine has no Landlock"
