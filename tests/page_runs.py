"""Run a page as a reader's browser would, without the browser."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[1]
FRAME = ROOT / "pages" / "shared" / "frame.py"
TIMEOUT = 60  # seconds; the default of 3 is too short for a machine that does other things, too


@contextmanager
def showing(workspace: Path) -> Iterator[None]:
    """Let the pages show this workspace."""
    before = os.environ.get("TIDEMARK_WORKSPACE")
    os.environ["TIDEMARK_WORKSPACE"] = str(workspace)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TIDEMARK_WORKSPACE"]
        else:
            os.environ["TIDEMARK_WORKSPACE"] = before


def run_page(workspace: Path, page: str, **state: Any) -> AppTest:
    """The page of a workspace, with these values of its controls."""
    with showing(workspace):
        screen = AppTest.from_file(FRAME, default_timeout=TIMEOUT).run()
        for key, value in state.items():
            screen.session_state[key] = value
        return screen.switch_page(f"../{page}.py").run()


def act(workspace: Path, widget: Any) -> AppTest:
    """The page after something was done with one of its widgets."""
    with showing(workspace):
        return widget.run(timeout=TIMEOUT)


def metrics(screen: AppTest) -> dict[str, tuple[str, str]]:
    """Value and difference of each figure, by its label."""
    return {metric.label: (metric.value, metric.delta) for metric in screen.metric}


def headers(screen: AppTest) -> list[str]:
    """The headings of the cards."""
    return [header.value for header in screen.header]


def text(screen: AppTest) -> str:
    """Everything that is written on the page."""
    parts = [*screen.title, *screen.header, *screen.markdown, *screen.caption, *screen.warning]
    return "\n".join(str(part.value) for part in parts)


def has_failed(screen: AppTest) -> bool:
    """Whether an error card or a traceback is shown."""
    return bool(screen.exception) or "Reference " in text(screen)
