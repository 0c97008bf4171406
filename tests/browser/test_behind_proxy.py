"""Behind a proxy that signs people in: its word counts, and nobody else's."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.browser.conftest import ROOT, Open, free_port, serving
from tests.page_workspace import GERMAN, make_workspace

ACCESS = """
[access]
sign_in = "proxy"

[access.proxy]
addresses = ["127.0.0.2"]
attribute_headers = { country = "X-Country" }

[access.roles]
admin = ["ann@example.com"]
viewer = ["*@example.com"]

[[access.policies]]
who = "role:viewer"
dimension = "country"
values_from = "country"
"""


@pytest.fixture(scope="module")
def inner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Tidemark that lets in its proxy alone."""
    folder = make_workspace(tmp_path_factory.mktemp("proxied")).folder
    settings = folder / "workspace.toml"
    settings.write_text(settings.read_text("utf-8") + ACCESS, encoding="utf-8")
    port = free_port()
    with serving(folder, tmp_path_factory.mktemp("log") / "log.txt", port=port):
        yield port


@pytest.fixture
def by_proxy(inner: int) -> Iterator["Proxies"]:
    proxies = Proxies(inner)
    yield proxies
    proxies.end()


class Proxies:
    """Proxies before one server, each with one person signed in."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.processes: list[subprocess.Popen[bytes]] = []

    def signed_in(self, **headers: str) -> str:
        """The address at which everybody is whom the headers name."""
        port = free_port()
        named = [f"{name.replace('_', '-')}={value}" for name, value in headers.items()]
        command = [sys.executable, "-m", "tests.header_proxy", str(port), str(self.to), *named]
        self.processes.append(subprocess.Popen(command, cwd=ROOT))
        for _ in range(200):
            try:
                _get(f"http://localhost:{port}/api/healthz")
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.05)
            else:
                break
        return f"http://localhost:{port}"

    def end(self) -> None:
        for process in self.processes:
            process.terminate()
            process.wait(timeout=10)


def _get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as response:  # noqa: S310
        return str(response.read().decode())


def test_whom_the_proxy_names_is_in(by_proxy: Proxies, reader_of: Open) -> None:
    address = by_proxy.signed_in(X_Forwarded_Email="ann@example.com")
    reader = reader_of(address).opens("/usage?period=7d")
    account = reader.page.locator(".st-key-account").inner_text()
    assert "ann@" in account
    assert "Administrator" in account
    assert "16 Nov – 22 Nov" in reader.page.inner_text("body")
    assert reader.problems == []


def test_an_attribute_of_the_proxy_narrows(by_proxy: Proxies, reader_of: Open) -> None:
    address = by_proxy.signed_in(X_Forwarded_Email="cleo@example.com", X_Country="DE")
    reader = reader_of(address).opens("/usage")
    value = reader.page.locator(".st-key-card_dau [data-testid=stMetricValue]").inner_text()
    assert int(value) == GERMAN


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"X_Country": "DE"}, "You are not signed in"),
        ({"X_Forwarded_Email": "dan@elsewhere.example"}, "Not open to you"),
    ],
)
def test_whom_it_does_not_name_or_the_workspace_does_not_list_is_not(
    by_proxy: Proxies, reader_of: Open, headers: dict[str, str], words: str
) -> None:
    reader = reader_of(by_proxy.signed_in(**headers)).opens("/usage")
    assert words in reader.page.inner_text("body")
    assert reader.page.get_by_test_id("stSidebarNavLink").count() == 0


@pytest.mark.parametrize("path", ["/", "/usage", "/_stcore/health", "/media/x"])
def test_who_goes_around_the_proxy_is_turned_away(inner: int, path: str) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{inner}{path}",
        headers={"X-Forwarded-Email": "ann@example.com", "X-Forwarded-For": "127.0.0.2"},
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=10)  # noqa: S310
    assert caught.value.code == 403
    caught.value.close()


def test_health_is_answered_to_whoever_asks(inner: int) -> None:
    assert '"ok"' in _get(f"http://127.0.0.1:{inner}/api/healthz")

