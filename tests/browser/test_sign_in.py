"""Signing in at a real OpenID provider: who comes in, as what, where to, and who does not."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import ROOT, Open, Reader, free_port, serving
from tests.oidc_provider import CLIENT, SECRET
from tests.page_workspace import GERMAN, make_workspace
from tests.screens import SCREENS

DEEP = "/usage?period=7d"
ACCESS = """
[access]
sign_in = "oidc"

[access.roles]
admin = ["ann@example.com"]
analyst = ["group:analysts"]
viewer = ["cleo@example.com"]

[[access.policies]]
who = "role:viewer"
dimension = "country"
values_from = "country"

[access.personal]
users = ["user_id"]
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A Tidemark that asks to sign in, and the provider that it asks."""

    address: str
    provider: str


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.oidc_provider", str(port)], cwd=ROOT)
    address = f"http://localhost:{port}"
    _wait_for(f"{address}/jwks")
    yield address
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def site(provider: str, signed: Path, tmp_path: Path) -> Iterator[Site]:
    """One that nobody has visited yet."""
    with _site(provider, signed, tmp_path) as address:
        yield Site(address, provider)


@pytest.fixture(scope="module")
def shared_site(
    provider: str, signed: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with _site(provider, signed, tmp_path_factory.mktemp("log")) as address:
        yield Site(address, provider)


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that asks to sign in."""
    folder = make_workspace(tmp_path_factory.mktemp("signed")).folder
    settings = folder / "workspace.toml"
    settings.write_text(settings.read_text("utf-8") + ACCESS, encoding="utf-8")
    return folder


class Members:
    """People who have signed in, each in a browser of their own that stays open."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.browser, self.address = browser, address
        self.readers: dict[str, Reader] = {}

    def __call__(self, who: str, path: str = "/") -> Reader:
        """Somebody's browser, at a page."""
        if who not in self.readers:
            page = self.browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            self.readers[who] = signs_in(Reader(page, self.address).listens(), who)
        return self.readers[who].opens(path)

    def close(self) -> None:
        for reader in self.readers.values():
            reader.page.context.close()


@pytest.fixture(scope="module")
def member(browser: Browser, shared_site: Site) -> Iterator[Members]:
    members = Members(browser, shared_site.address)
    yield members
    members.close()


@pytest.fixture(scope="module")
def outsider(browser: Browser, shared_site: Site) -> Iterator[Reader]:
    """Somebody who never signs in."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield Reader(context.new_page(), shared_site.address).listens()
    context.close()


def _site(provider: str, folder: Path, logs: Path) -> serving:
    port = free_port()
    return serving(
        folder,
        logs / "log.txt",
        port=port,
        TIDEMARK_OIDC_METADATA_URL=f"{provider}/.well-known/openid-configuration",
        TIDEMARK_OIDC_CLIENT_ID=CLIENT,
        TIDEMARK_OIDC_CLIENT_SECRET=SECRET,
        TIDEMARK_OIDC_REDIRECT_URI=f"http://localhost:{port}/oauth2callback",
        TIDEMARK_COOKIE_SECRET="0123456789abcdef0123456789abcdef",  # noqa: S106
        NO_PROXY="localhost,127.0.0.1",
    )


def _wait_for(address: str) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nobody answers at {address}")


def signs_in(reader: Reader, who: str, path: str = "/") -> Reader:
    """Open a page, choose the way in, say who one is, and wait until one is back."""
    reader.opens(path).page.locator(".st-key-sign_in button").click()
    reader.page.wait_for_url("**/authorize?**")
    reader.page.locator(f"#{who}").click()
    reader.page.wait_for_url(f"{reader.address}/**")
    return reader.waits()


def body(reader: Reader) -> str:
    return reader.page.inner_text("body")


def links(reader: Reader) -> list[str]:
    """Titles of the pages that the navigation offers."""
    return reader.page.get_by_test_id("stSidebarNavLink").all_inner_texts()


def is_at_gate(reader: Reader) -> bool:
    return bool(reader.page.locator(".st-key-sign_in button").count()) and not links(reader)


def test_a_deep_link_on_a_fresh_server_meets_the_gate(site: Site, reader_of: Open) -> None:
    reader = reader_of(site.address).opens(DEEP)
    assert is_at_gate(reader)
    assert "Paper" not in reader.page.content()
    assert reader.page.url == site.address + DEEP


@pytest.mark.parametrize("path", [*SCREENS, "/frame", "/usage.py"])
def test_no_address_leads_around_the_gate(outsider: Reader, path: str) -> None:
    assert is_at_gate(outsider.opens(path))


def test_a_deep_link_survives_signing_in_and_is_then_forgotten(
    shared_site: Site, reader_of: Open
) -> None:
    reader = signs_in(reader_of(shared_site.address), "ann", DEEP)
    assert reader.page.url == shared_site.address + DEEP
    assert "16 Nov – 22 Nov" in body(reader)
    names = {cookie["name"] for cookie in reader.page.context.cookies()}
    assert "tidemark_wanted" not in names


def test_an_address_elsewhere_in_the_cookie_leads_home(shared_site: Site, reader_of: Open) -> None:
    reader = reader_of(shared_site.address).opens("/")
    reader.page.locator(".st-key-sign_in button").click()
    reader.page.wait_for_url("**/authorize?**")
    planted = {"name": "tidemark_wanted", "value": "%2F%2Fevil.example%2F"}
    reader.page.context.add_cookies([{**planted, "url": shared_site.address}])  # type: ignore[typeddict-item]
    reader.page.locator("#ann").click()
    reader.page.wait_for_url(f"{shared_site.address}/**")
    assert reader.waits().page.url == f"{shared_site.address}/"


WHO = {
    "ann": ("Ann Admin", "Administrator", True),
    "bob": ("Bob <b>Analyst</b>", "Analyst", True),
    "cleo": ("Cleo Viewer", "Viewer", False),
}


@pytest.mark.parametrize("who", WHO)
def test_the_sidebar_says_who_looks_and_offers_what_they_may(
    member: Members, who: str
) -> None:
    name, role, has_sql = WHO[who]
    reader = member(who)
    account = reader.page.locator(".st-key-account").inner_text()
    assert name in account
    assert role in account
    assert ("SQL" in " ".join(links(reader))) is has_sql


def test_a_role_without_sql_has_no_such_page(member: Members) -> None:
    reader = member("cleo", "/sql")
    assert reader.page.locator("h1").first.inner_text() == "Today"


@pytest.mark.parametrize(("who", "users"), [("ann", 40), ("cleo", GERMAN)])
def test_everybody_sees_their_part(member: Members, who: str, users: int) -> None:
    reader = member(who, "/usage")
    value = reader.page.locator(".st-key-card_dau [data-testid=stMetricValue]").inner_text()
    assert int(value) == users


@pytest.mark.parametrize("who", ["dan", "eve"])
def test_who_is_not_listed_or_not_verified_is_refused(member: Members, who: str) -> None:
    reader = member(who, DEEP)
    assert "Not open to you" in body(reader)
    assert links(reader) == []
    assert "Paper" not in reader.page.content()


def test_who_is_refused_may_sign_in_as_somebody_else(shared_site: Site, reader_of: Open) -> None:
    reader = signs_in(reader_of(shared_site.address), "dan").clicks("sign_out_refused")
    expect(reader.page.locator(".st-key-sign_in button")).to_be_visible()


@pytest.mark.parametrize("who", ["wrong-key", "wrong-nonce"])
def test_a_token_that_is_not_the_answer_is_not_believed(
    shared_site: Site, reader_of: Open, who: str
) -> None:
    assert is_at_gate(signs_in(reader_of(shared_site.address), who))


def test_signing_out_ends_the_session_here_and_there(shared_site: Site, reader_of: Open) -> None:
    reader = signs_in(reader_of(shared_site.address), "ann")
    before = _state(shared_site)["ended"]
    with reader.page.expect_request("**/oauth2callback*"):  # where the provider sends one back to
        reader.page.locator(".st-key-sign_out button").click()
    reader.page.wait_for_load_state("load")
    expect(reader.waits().page.locator(".st-key-sign_in button")).to_be_visible()
    reader.page.reload()
    assert is_at_gate(reader.waits())
    assert _state(shared_site)["ended"] == before + 1
    assert "_streamlit_user" not in {one["name"] for one in reader.page.context.cookies()}


def _state(site: Site) -> dict[str, Any]:
    with urllib.request.urlopen(f"{site.provider}/state", timeout=10) as response:  # noqa: S310
        return dict(json.load(response))


@pytest.mark.parametrize("query", ["?code=x&state=forged", "?error=access_denied", "?code=x", ""])
def test_an_answer_that_was_not_asked_for_signs_nobody_in(outsider: Reader, query: str) -> None:
    outsider.opens(f"/oauth2callback{query}")
    assert urlsplit(outsider.page.url).path == "/"
    assert is_at_gate(outsider)


def test_an_answer_counts_once_and_in_its_own_browser(shared_site: Site, reader_of: Open) -> None:
    reader = reader_of(shared_site.address)
    answers: list[str] = []
    callback = f"{reader.address}/oauth2callback"
    reader.page.on(
        "request", lambda one: answers.append(one.url) if one.url.startswith(callback) else None
    )
    signs_in(reader, "ann")
    path = answers[0].removeprefix(reader.address)
    assert is_at_gate(reader_of(shared_site.address).opens(path))
    reader.page.context.clear_cookies()
    assert is_at_gate(reader.opens(path))


def test_a_cookie_that_was_changed_signs_nobody_in(shared_site: Site, reader_of: Open) -> None:
    reader = signs_in(reader_of(shared_site.address), "cleo")
    context = reader.page.context
    (cookie,) = (one for one in context.cookies() if one["name"] == "_streamlit_user")
    value = unquote(str(cookie["value"]))
    changed = ("a" if value[0] != "a" else "b") + value[1:]
    context.add_cookies([{"name": "_streamlit_user", "value": changed, "url": reader.address}])
    reader.page.reload()
    assert is_at_gate(reader.waits())


def test_no_script_and_no_other_site_gets_the_cookies(member: Members, outsider: Reader) -> None:
    readers = member("ann"), outsider.opens(DEEP)
    found = [cookie for one in readers for cookie in one.page.context.cookies()]
    secret = {one["name"]: (one["httpOnly"], one["sameSite"]) for one in found}
    secret.pop("_streamlit_xsrf")  # is read by the page's own script, on purpose
    assert {"_streamlit_user", "tidemark_wanted"} <= set(secret)
    assert set(secret.values()) == {(True, "Lax")}


def test_gate_and_pages_run_under_the_policy_of_scripts(
    member: Members, shared_site: Site, reader_of: Open
) -> None:
    reader = reader_of(shared_site.address, width=390).opens("/")
    assert (reader.problems, member("bob").problems) == ([], [])


def test_what_happened_is_in_the_log_of_the_store(member: Members, signed: Path) -> None:
    from queries import open_workspace
    from store import store_of

    assert member("bob")
    assert member("dan")
    log = {(one.action, one.author) for one in store_of(open_workspace(signed)).audit_log()}
    assert {("signed in", "bob@example.com"), ("was refused", "dan@elsewhere.example")} <= log


def test_the_environment_of_the_tests_names_no_provider() -> None:
    assert not [name for name in os.environ if name.startswith("TIDEMARK_OIDC")]
