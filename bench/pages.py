"""How long does the server work on a page: for its first answer, and when asked again?"""

import json
import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import streamlit as st
from streamlit.testing.v1 import AppTest

from bench.timing import timed
from queries import open_workspace
from queries.kept_answers import ANSWERS, keeping
from queries.snapshot import FOLDER
from reports import funnel_counts, path_counts
from reports.experiment_plan import plans
from reports.experiments import experiments
from reports.first_questions import ask_first
from reports.leadership_kept import pages as pages_of_leadership
from reports.made_once import forget_all
from reports.morning_kept import mornings

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
        page: Its file's name without ending; behind it the experiment that is open.
        first: In a running server that has remembered nothing of this workspace.
        alone: The same without the answers that the build left beside the snapshot.
        rerun: The middle one of several runs after that.
    """

    page: str
    first: float
    alone: float
    rerun: float


def pages(folder: Path) -> tuple[list[PageTimes], dict[str, float]]:
    """Every page of the dashboard on a workspace, in a process of its own.

    Returns:
        Times of the pages, and seconds of what is done before them in the background, by name.

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
    return [PageTimes(**times) for times in found["pages"]], found["background"]


def _times(page: str, folder: Path, *, experiment: str = "") -> dict[str, str | float]:
    app = AppTest.from_file(str(FRAME), default_timeout=PATIENCE).run()
    app.switch_page(f"../{page}.py")
    if experiment:
        app.query_params["experiment"] = experiment
    first = _first(app, page)
    with nothing_kept(folder):
        alone = _first(app, page)
    _, rerun = timed(lambda: _run(app, page), runs=RERUNS)
    shown = f"{page}: {experiment}" if experiment else page
    return {"page": shown, "first": first, "alone": alone, "rerun": rerun.median}


def _largest_experiment(folder: Path) -> str | None:
    """The one with most units; None: there is none."""
    found = max(plans(open_workspace(folder))[1], key=lambda one: one.units, default=None)
    return found.name if found else None


def _first(app: AppTest, page: str) -> float:
    st.cache_resource.clear()
    st.cache_data.clear()
    # What the server makes in the background is not made on a reader's click.
    forget_all(but=(pages_of_leadership, mornings))
    funnel_counts.KEPT.forget()
    path_counts.KEPT.forget()
    return _seconds(lambda: _run(app, page))


@contextmanager
def nothing_kept(folder: Path) -> Iterator[None]:
    """Kept answers out of the way while inside."""
    kept = folder / FOLDER / ANSWERS
    aside = kept.with_name("answers_aside")
    if kept.exists():
        kept.rename(aside)
    try:
        yield
    finally:
        if aside.exists():
            shutil.rmtree(kept, ignore_errors=True)
            aside.rename(kept)


def _sums(folder: Path) -> None:
    """What a server keeps of experiments after a build, from nothing."""
    shutil.rmtree(folder / FOLDER / ANSWERS, ignore_errors=True)
    experiments(open_workspace(folder))


def _first_questions(folder: Path) -> None:
    """What a build leaves of what everybody asks first."""
    with keeping():
        ask_first(open_workspace(folder))


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
    folder = Path(os.environ["TIDEMARK_WORKSPACE"])
    background = {
        "sums of all experiments": _seconds(lambda: _sums(folder)),
        "what pages ask first": _seconds(lambda: _first_questions(folder)),
    }
    measured = [_times(page, folder) for page in NAMES]
    largest = _largest_experiment(folder)
    if largest:
        measured.append(_times("experiments", folder, experiment=largest))
    click.echo(json.dumps({"background": background, "pages": measured}))


if __name__ == "__main__":
    main()
