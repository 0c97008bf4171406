"""A server on this machine, and a browser that looks at it as a reader would."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request

from tests.page_workspace import make_workspace

ROOT = Path(__file__).parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SECONDS_TO_START = 60
SECONDS_TO_SETTLE = 60
SECONDS_TO_RERUN = 0.25  # a click becomes a rerun within this time
# Streamlit looks for its base below a deep link first, and takes the answer 404 as "not here".
PROBES = ("/_stcore/health", "/_stcore/host-config")
IS_SETTLED = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app && app.dataset.testScriptState === 'notRunning'
        && app.dataset.testConnectionState === 'CONNECTED'
        && !document.querySelector('[data-testid=stSkeleton]');
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(playwright: Playwright) -> dict[str, Any]:
    """The machine's Chromium, else Playwright's own."""
    found = next((path for path in map(shutil.which, CHROMIUM) if path), None)
    found = found or playwright.chromium.executable_path
    if not Path(found).is_file():
        pytest.skip("there is no Chromium: `apt-get install chromium`, or `playwright install`")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    return {"executable_path": found, "args": flags}


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built workspace whose numbers are known."""
    return make_workspace(tmp_path_factory.mktemp("workspace")).folder


@pytest.fixture(scope="session")
def server(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running Tidemark."""
    with serving(workspace, tmp_path_factory.mktemp("log") / "log.txt") as address:
        yield address


@pytest.fixture
def fresh_server(workspace: Path, tmp_path: Path) -> Iterator[str]:
    """One that nobody has visited yet."""
    with serving(workspace, tmp_path / "log.txt") as address:
        yield address


class serving:  # noqa: N801  (a context manager that reads like a verb)
    """Run `python app.py serve` while inside, and end it by its own process id."""

    def __init__(self, folder: Path, log: Path, *, port: int = 0, **environment: str) -> None:
        self.folder, self.log = folder, log
        self.port, self.environment = port, environment

    def __enter__(self) -> str:
        port = self.port or free_port()
        command = [sys.executable, "app.py", "serve", "--port", str(port)]
        environment = os.environ | {"TIDEMARK_WORKSPACE": str(self.folder)} | self.environment
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        address = f"http://localhost:{port}"
        try:
            _wait_until_healthy(address, self.process)
        except TimeoutError:
            self.__exit__()
            pytest.fail(f"the server did not start:\n{self.log.read_text(errors='replace')}")
        return address

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def health(address: str) -> dict[str, Any]:
    """What /api/healthz says."""
    with urllib.request.urlopen(f"{address}/api/healthz", timeout=10) as response:  # noqa: S310
        return dict(json.load(response))


def _wait_until_healthy(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            health(address)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(address)


@dataclass
class Reader:
    """Someone at a screen: the page, and what went wrong or elsewhere while they looked."""

    page: Page
    address: str
    problems: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def listens(self) -> "Reader":
        """Note errors of the console and of the page, and requests that go elsewhere."""
        self.page.on("console", self.note_problem)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", self.note_request)
        return self

    def opens(self, path: str = "/") -> "Reader":
        """Go to a page, and wait until it is drawn."""
        self.page.goto(self.address + path)
        return self.waits()

    def waits(self) -> "Reader":
        """Wait until the page has come to rest."""
        time.sleep(SECONDS_TO_RERUN)
        self.page.wait_for_function(IS_SETTLED, timeout=SECONDS_TO_SETTLE * 1_000)
        return self

    def clicks(self, key: str, text: str = "") -> "Reader":
        """Press the button of a widget, or the option of it with this text."""
        buttons = self.page.locator(f".st-key-{key} button")
        (buttons.get_by_text(text, exact=True) if text else buttons).first.click()
        return self.waits()

    def card(self, key: str) -> str:
        """What a card says."""
        return self.page.locator(f".st-key-card_{key}").inner_text()

    def note_problem(self, message: ConsoleMessage) -> None:
        """Remember an error of the console, but for Streamlit's own probes."""
        url = message.location.get("url", "")
        if message.type == "error" and not url.endswith(PROBES):
            self.problems.append(f"{message.text} {url}")

    def note_request(self, request: Request) -> None:
        """Remember a request that leaves this machine's server."""
        is_local = request.url.startswith((self.address, self.address.replace("http", "ws", 1)))
        if not is_local and not request.url.startswith(("data:", "blob:")):
            self.elsewhere.append(request.url)


Open = Callable[..., Reader]


@pytest.fixture
def reader_of(browser: Browser) -> Iterator[Open]:
    """Make a reader with a screen of a width, in a theme, at an address."""
    contexts: list[BrowserContext] = []

    def make(address: str, *, width: int = 1440, theme: str = "light") -> Reader:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,  # type: ignore[arg-type]
            accept_downloads=True,
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        # Without the picker a download is a download, also for the browser that is driven.
        context.add_init_script("delete window.showSaveFilePicker")
        return Reader(context.new_page(), address).listens()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def reader(server: str, reader_of: Open) -> Reader:
    """Someone at a desk."""
    return reader_of(server)
