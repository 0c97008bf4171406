"""A builder that dies at any moment leaves the last snapshot readable; the next one finishes."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from queries import open_workspace
from queries.build import build
from tests.build_logs import (
    NOW,
    SETTINGS,
    built_tables,
    empty_workspace,
    random_log,
    rebuilt,
    write_events,
)

BUILDER = """
import sys
from datetime import datetime, UTC
from queries import open_workspace
from queries.build import build
workspace = open_workspace(sys.argv[1])
print("building", flush=True)
build(workspace, now=datetime.fromisoformat(sys.argv[2]))
print("built", flush=True)
"""
DEATHS = 20


def start_builder(folder: Path) -> subprocess.Popen[bytes]:
    """A builder in its own process, that has just begun."""
    process = subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(folder), NOW.isoformat()],
        stdout=subprocess.PIPE, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == b"building\n"
    return process


def test_twenty_deaths_leave_a_readable_snapshot_each(tmp_path: Path) -> None:
    chance = random.Random(1)  # noqa: S311 - invented chance
    changing = tmp_path / "changing"
    workspace = empty_workspace(changing)
    write_events(changing / "events" / "00.parquet", random_log(0))
    rebuilt(workspace)
    died = 0
    for number in range(1, DEATHS + 1):
        before = built_tables(open_workspace(changing))
        write_events(changing / "events" / f"{number:02}.parquet", random_log(number, people=3))
        with start_builder(changing) as process:
            time.sleep(chance.random() * 0.5)
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
            process.wait(20)
        after = open_workspace(changing)
        if process.returncode == -signal.SIGKILL:
            died += 1
            assert built_tables(after) in (before, built_tables(rebuilt(after)))
        rebuilt(after)
    for path in sorted((changing / "events").glob("*.parquet")):
        target = tmp_path / "once" / "events" / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    assert built_tables(open_workspace(changing)) == built_tables(
        rebuilt(empty_workspace(tmp_path / "once", SETTINGS))
    )
    assert died >= DEATHS // 4, "most builders were done before they could be killed"


def test_a_full_disk_keeps_the_last_snapshot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from queries import BuildError
    from queries.build import partitions

    workspace = empty_workspace(tmp_path)
    write_events(tmp_path / "events" / "0.parquet", random_log(0))
    before = built_tables(rebuilt(workspace))
    write_events(tmp_path / "events" / "1.parquet", random_log(1))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(partitions.pq, "write_table", full)
    with pytest.raises(BuildError, match="No space left on device"):
        build(workspace, now=NOW)
    assert built_tables(open_workspace(tmp_path)) == before


def test_a_reader_of_the_old_snapshot_goes_on_reading(tmp_path: Path) -> None:
    reader = empty_workspace(tmp_path)
    write_events(tmp_path / "events" / "0.parquet", random_log(0))
    engine = rebuilt(reader).engine
    before = engine.query("select count(*) as n from user_days", {}).to_pylist()
    write_events(tmp_path / "events" / "1.parquet", random_log(1))
    rebuilt(open_workspace(tmp_path))
    assert engine.query("select count(*) as n from user_days", {}).to_pylist() == before
    assert reader.engine.query("select count(*) as n from user_days", {}).to_pylist() != before
