"""How long does the server work on a page: for its first answer, and when asked again?"""

import json
import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import streamlit as st
from streamlit.testing.v1 import AppTest

from bench.timing import timed
from queries import open_workspace
from queries.kept_answers import ANSWERS
from queries.snapshot import FOLDER
from reports.experiments import experiments

ROOT = Path(__file__).parents[1]
FRAME = ROOT / "pages" / "shared" / "frame.py"
NAMES = tuple(sorted(path.stem for path in (ROOT / "pages").glob("*.py")))
PATIENCE = 120.0  # seconds for one page
RERUNS = 10


class Failures(logging.Handler):
    """What pages log when they show a message instead of a figure."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Remember one."""
        self.seen.append(record.getMessage())


FAILURES = Failures()


@dataclass(frozen=True, slots=True)
class PageTimes:
    """Seconds of server time for one page.

    Attributes:
        page: Its file's name without ending.
        first: In a running server that has remembered nothing of this workspace.
        rerun: The middle one of several runs after that.
    """

    page: str
    first: float
    rerun: float


def pages(folder: Path) -> tuple[list[PageTimes], float]:
    """Every page of the dashboard on a workspace, in a process of its own.

    Returns:
        Times of the pages, and the seconds before them in which the sums of experiments were added
        up and kept on disk, as a server does in the background after a build.

    Raises:
        RuntimeError: A page failed.
    """
    answer = subprocess.run(
        [sys.executable, "-m", "bench.pages"],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | {"TIDEMARK_WORKSPACE": str(folder)},
    )
    if answer.returncode:  # Streamlit's warnings about running without a browser are no failure
        raise RuntimeError(f"the pages could not be measured:\n{answer.stderr}")
    found = json.loads(answer.stdout)
    return [PageTimes(**times) for times in found["pages"]], found["sums"]


def _times(page: str) -> dict[str, str | float]:
    app = AppTest.from_file(str(FRAME), default_timeout=PATIENCE).run()
    st.cache_resource.clear()
    st.cache_data.clear()
    app.switch_page(f"../{page}.py")
    first = _seconds(lambda: _run(app, page))
    _, rerun = timed(lambda: _run(app, page), runs=RERUNS)
    return {"page": page, "first": first, "rerun": rerun.median}


def _sums(folder: Path) -> None:
    """What a server keeps of experiments after a build, from nothing."""
    shutil.rmtree(folder / FOLDER / ANSWERS, ignore_errors=True)
    experiments(open_workspace(folder))


def _run(app: AppTest, page: str) -> None:
    app.run()
    problems = [*(shown.value for shown in app.exception), *FAILURES.seen]
    if problems:
        raise ValueError(f"{page}: {problems[0]}")


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@click.command()
def main() -> None:
    """Say how long each page takes."""
    logging.getLogger("tidemark").addHandler(FAILURES)
    sums = _seconds(lambda: _sums(Path(os.environ["TIDEMARK_WORKSPACE"])))
    click.echo(json.dumps({"sums": sums, "pages": [_times(page) for page in NAMES]}))


if __name__ == "__main__":
    main()
