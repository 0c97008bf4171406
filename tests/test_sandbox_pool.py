"""Workers: limits, taking back, dying, waiting in line, ending with the server."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from queries import NoSnapshot, QueryError, Workspace, open_workspace
from queries.build import build
from queries.sandbox import (
    Busy,
    Cancelled,
    CancelToken,
    Limits,
    Sandbox,
    SandboxError,
    StoppedByLimit,
)
from tests.page_workspace import make_workspace

ROOT = Path(__file__).parents[1]
ENDLESS = """
    with recursive r as (select 1 as a union all select a + 1 from r) select count(*) from r
"""
NOT_TO_BE_STOPPED = """
    select levenshtein(repeat(repeat('a', 1000), 300), repeat(repeat('b', 1000), 300))
"""
SMALL = Limits(seconds=20, memory_mb=256)
HALF_A_SECOND = Limits(seconds=0.5, memory_mb=256)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("pool"))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(workers=2)
    yield sandbox
    sandbox.close()


def workers_of(parent: int) -> list[int]:
    """Processes of workers whose parent is that process."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text("ascii").rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if int(status[1]) == parent and status[0] != "Z" and b"queries.sandbox.worker" in command:
            found.append(int(folder.name))
    return found


OTHERS: set[int] = set()


@pytest.fixture(scope="module", autouse=True)
def _workers_of_other_tests() -> None:
    """Workers that answered other tests of this process still wait for texts."""
    OTHERS.update(workers_of(os.getpid()))


def own_workers() -> list[int]:
    """Workers that the tests of this file started."""
    return [worker for worker in workers_of(os.getpid()) if worker not in OTHERS]


def until(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    """Whether a condition comes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def one(sandbox: Sandbox, workspace: Workspace) -> int:
    """The simplest question."""
    rows = sandbox.run(workspace, "select count(*) as n from users", {}, limits=SMALL).rows
    return int(rows.to_pylist()[0]["n"])


def test_rows_come_with_types_tables_and_the_snapshot(
    sandbox: Sandbox, workspace: Workspace
) -> None:
    sql = "select user_id, first_day from users where user_id = $who"
    answer = sandbox.run(workspace, sql, {"who": "u01", "not_used": 1}, limits=SMALL)
    snapshot = workspace.snapshot
    assert snapshot is not None
    assert answer.rows.to_pylist() == [{"user_id": "u01", "first_day": snapshot.first_day}]
    assert dict(answer.types) == {"user_id": "VARCHAR", "first_day": "DATE"}
    assert answer.tables == ("users",)
    assert (answer.snapshot_id, answer.watermark) == (snapshot.id, snapshot.watermark)
    assert not answer.is_cut


def test_rows_are_cut_at_their_number_and_say_so(sandbox: Sandbox, workspace: Workspace) -> None:
    limits = Limits(memory_mb=256, rows=10)
    answer = sandbox.run(workspace, "select * from range(10)", {}, limits=limits)
    assert (answer.rows.num_rows, answer.cut_by) == (10, None)
    answer = sandbox.run(workspace, "select * from range(11)", {}, limits=limits)
    assert (answer.rows.num_rows, answer.cut_by) == (10, "rows")


def test_rows_are_cut_at_their_size_and_say_so(sandbox: Sandbox, workspace: Workspace) -> None:
    limits = Limits(memory_mb=256, bytes=100_000)
    answer = sandbox.run(workspace, "select repeat('x', 1000) from range(5000)", {}, limits=limits)
    assert answer.cut_by == "bytes"
    assert 30 < answer.rows.num_rows < 100


def test_a_row_that_is_too_large_is_said(sandbox: Sandbox, workspace: Workspace) -> None:
    limits = Limits(memory_mb=256, bytes=1_000)
    with pytest.raises(StoppedByLimit, match="one row is larger than"):
        sandbox.run(workspace, "select repeat('x', 1000), repeat('y', 1000)", {}, limits=limits)


def test_columns_of_one_name_stay_apart(sandbox: Sandbox, workspace: Workspace) -> None:
    answer = sandbox.run(workspace, "select 1 as a, 2 as a, 3 as a_2", {}, limits=SMALL)
    assert answer.rows.to_pylist() == [{"a": 1, "a_3": 2, "a_2": 3}]


def test_the_deadline_stops_a_text_and_keeps_the_worker(
    sandbox: Sandbox, workspace: Workspace
) -> None:
    one(sandbox, workspace)
    before = own_workers()
    with pytest.raises(StoppedByLimit, match=r"stopped after 0\.5 s, the limit") as stopped:
        sandbox.run(workspace, ENDLESS, {}, limits=HALF_A_SECOND)
    assert (stopped.value.limit, stopped.value.value) == ("seconds", 0.5)
    assert one(sandbox, workspace) == 40
    assert own_workers() == before


def test_what_does_not_listen_to_the_deadline_is_killed(
    sandbox: Sandbox, workspace: Workspace
) -> None:
    one(sandbox, workspace)
    before = set(own_workers())
    start = time.monotonic()
    with pytest.raises(StoppedByLimit, match=r"stopped after 0\.5 s"):
        sandbox.run(workspace, NOT_TO_BE_STOPPED, {}, limits=HALF_A_SECOND)
    assert time.monotonic() - start < 4
    assert one(sandbox, workspace) == 40
    assert not before <= set(own_workers())


def test_a_text_that_needs_too_much_memory_says_how_much_it_may(
    sandbox: Sandbox, workspace: Workspace
) -> None:
    sql = "select len(list(i)) from range(9000000) t(i), range(100)"
    with pytest.raises(StoppedByLimit, match="needed more than 256 MB of memory") as stopped:
        sandbox.run(workspace, sql, {}, limits=SMALL)
    assert stopped.value.limit == "memory_mb"
    assert one(sandbox, workspace) == 40


def test_a_question_can_be_taken_back(sandbox: Sandbox, workspace: Workspace) -> None:
    token = CancelToken()
    timer = threading.Timer(0.3, token.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        sandbox.run(workspace, ENDLESS, {}, limits=SMALL, token=token)
    timer.join()
    assert one(sandbox, workspace) == 40


def test_progress_is_told_while_it_runs(sandbox: Sandbox, workspace: Workspace) -> None:
    told: list[tuple[float | None, float]] = []
    sql = "select count(distinct md5(hash(range)::varchar)) from range(9000000)"
    with pytest.raises(StoppedByLimit):
        sandbox.run(
            workspace, sql, {}, limits=Limits(seconds=1.5, memory_mb=512),
            on_progress=lambda share, seconds: told.append((share, seconds)),
        )  # fmt: skip
    shares = [share for share, _ in told if share is not None]
    assert [seconds for _, seconds in told] == sorted(seconds for _, seconds in told)
    assert shares
    assert all(0 <= share <= 1 for share in shares)


def test_nobody_gets_the_answer_of_somebody_who_has_gone(
    sandbox: Sandbox, workspace: Workspace
) -> None:
    def gone(share: float | None, seconds: float) -> None:
        if seconds > 0.2:
            raise KeyboardInterrupt(share)

    with pytest.raises(KeyboardInterrupt):
        sandbox.run(workspace, ENDLESS, {}, limits=HALF_A_SECOND, on_progress=gone)
    assert one(sandbox, workspace) == 40


def test_a_worker_killed_in_the_middle_is_said_and_replaced(
    sandbox: Sandbox, workspace: Workspace
) -> None:
    one(sandbox, workspace)
    workers = own_workers()
    timer = threading.Timer(0.3, lambda: [os.kill(one, signal.SIGKILL) for one in workers])
    timer.start()
    with pytest.raises(SandboxError, match=r"ended early.*a fresh one answers the next text"):
        sandbox.run(workspace, ENDLESS, {}, limits=SMALL)
    timer.join()
    assert one(sandbox, workspace) == 40


def test_workers_end_with_the_sandbox(workspace: Workspace) -> None:
    sandbox = Sandbox(workers=2)
    one(sandbox, workspace)
    before = own_workers()
    assert before
    sandbox.close()
    assert until(lambda: not set(before) & set(own_workers()))
    with pytest.raises(SandboxError, match="closed"):
        one(sandbox, workspace)


SERVER = """
import sys, threading, time
from queries import open_workspace
from queries.sandbox import Limits, Sandbox
workspace, sandbox = open_workspace(sys.argv[1]), Sandbox(workers=2)
sandbox.run(workspace, "select 1", {}, limits=Limits(memory_mb=256))
print("ready", flush=True)
sandbox.run(workspace, sys.argv[2], {}, limits=Limits(seconds=60, memory_mb=256))
"""


def test_no_worker_outlives_a_killed_server_not_even_in_the_middle_of_a_text(
    workspace: Workspace,
) -> None:
    server = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(workspace.folder), ENDLESS],
        cwd=ROOT, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == b"ready\n"
        time.sleep(0.3)
        workers = workers_of(server.pid)
        assert workers
    finally:
        server.kill()
        server.wait()
        server.stdout.close() if server.stdout else None
    assert until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))


def test_more_than_there_are_workers_wait_and_all_are_answered(workspace: Workspace) -> None:
    sandbox = Sandbox(workers=2)
    waited: list[int] = []

    def ask(number: int) -> int:
        sql = "select count(*) + $number as n from range(2000000) where hash(range) % 3 = 0"
        given = {"number": number}
        rows = sandbox.run(workspace, sql, given, limits=SMALL, on_waiting=waited.append).rows
        return int(rows.to_pylist()[0]["n"]) - number

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))
    assert len(answers) == 1
    assert waited
    assert len(own_workers()) <= 2
    sandbox.close()


def test_pages_are_answered_while_every_worker_is_busy(workspace: Workspace) -> None:
    sandbox = Sandbox(workers=2)
    sql = "select count(*) as n from user_days"
    limits = Limits(seconds=1, memory_mb=256)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(sandbox.run, workspace, ENDLESS, {}, limits=limits) for _ in range(2)]
        time.sleep(0.5)
        start = time.perf_counter()
        for _ in range(20):
            workspace.engine.query(sql, {})
        seconds = (time.perf_counter() - start) / 20
        assert all(isinstance(one.exception(), StoppedByLimit) for one in asked)
    sandbox.close()
    assert seconds < 0.5


def test_a_line_that_does_not_move_says_so(workspace: Workspace) -> None:
    sandbox = Sandbox(workers=1, wait_seconds=0.2)
    one(sandbox, workspace)
    limits = Limits(seconds=1, memory_mb=256)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(sandbox.run, workspace, ENDLESS, {}, limits=limits)
        time.sleep(0.3)
        with pytest.raises(Busy, match="have been busy for"):
            one(sandbox, workspace)
        assert isinstance(first.exception(), StoppedByLimit)
    sandbox.close()


def test_nobodys_many_questions_keep_others_waiting(workspace: Workspace) -> None:
    sandbox = Sandbox(workers=2)
    order: list[str] = []
    limits = Limits(seconds=0.4, memory_mb=256)

    def ask(who: str) -> None:
        try:
            sandbox.run(workspace, ENDLESS, {}, limits=limits, asker=who)
        except StoppedByLimit:
            order.append(who)

    threads = [threading.Thread(target=ask, args=("many",)) for _ in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    threads.append(threading.Thread(target=ask, args=("one",)))
    threads[-1].start()
    for thread in threads:
        thread.join()
    sandbox.close()
    assert order.index("one") <= 3


def test_a_new_build_is_read_by_the_next_question(tmp_path: Path, sandbox: Sandbox) -> None:
    workspace = make_workspace(tmp_path)
    assert one(sandbox, workspace) == 40
    people = pl.DataFrame({"user_id": ["new", "newer"], "country": ["DE", "DE"]})
    people.write_parquet(tmp_path / "users.parquet")
    build(workspace)
    assert one(sandbox, workspace) == 42
    assert until(lambda: len(own_workers()) == 1)


def test_events_that_changed_since_the_build_are_not_read_as_if_they_had_not(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    workspace = make_workspace(tmp_path)
    events = pl.read_parquet(tmp_path / "events.parquet")
    events.head(10).write_parquet(tmp_path / "events.parquet")
    with pytest.raises(QueryError, match="a file of events changed since the last build"):
        sandbox.run(workspace, "select count(*) from events", {}, limits=SMALL)
    assert one(sandbox, workspace) == 40


def test_a_file_of_events_that_is_gone_leaves_the_roll_ups(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    workspace = make_workspace(tmp_path)
    (tmp_path / "events.parquet").unlink()
    assert one(sandbox, workspace) == 40
    with pytest.raises(QueryError, match="changed since the last build"):
        sandbox.run(workspace, "select count(*) from events", {}, limits=SMALL)


def test_a_folder_may_have_any_name(tmp_path: Path, sandbox: Sandbox) -> None:
    workspace = make_workspace(tmp_path / "Ann's “données” — ü ; --")
    assert one(sandbox, workspace) == 40
    rows = sandbox.run(workspace, "select count(*) as n from events", {}, limits=SMALL).rows
    assert rows.to_pylist() == [{"n": 3_136}]


def test_nothing_built_says_how_to_build(tmp_path: Path, sandbox: Sandbox) -> None:
    make_workspace(tmp_path, is_built=False)
    with pytest.raises(NoSnapshot, match=r"run: python app\.py build"):
        one(sandbox, open_workspace(tmp_path))
