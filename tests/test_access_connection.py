"""Who may connect, what the browser is told to refuse, and where a link leads after signing in."""

import time
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from starlette.datastructures import Headers

import app as launcher
from pages.shared import sign_in
from pages.shared.connection.deep_link import DeepLink, checked, kept_in
from pages.shared.connection.door import HERE_ONLY, MARK, PROOF, PROXY_ONLY, Door
from pages.shared.connection.listening import check_address
from pages.shared.connection.provider import provider_of
from pages.shared.connection.security_headers import SecurityHeaders, policy
from pages.shared.sign_in import NotSignedIn
from queries import WorkspaceError
from queries.access import Identity
from queries.access_settings import Access
from tests import apart
from tests.page_runs import showing

Message = dict[str, Any]
NOBODY = Access()
OIDC = Access(sign_in="oidc")
PROXY = Access.model_validate(
    {"sign_in": "proxy", "proxy": {"addresses": ["10.0.0.1", "fd00::/8", "127.0.0.1"],
                                   "attribute_headers": {"country": "X-Country"}}}
)  # fmt: skip


def scope(
    path: str = "/", *, kind: str = "http", client: str = "127.0.0.1", server: str = "127.0.0.1",
    query: str = "", **headers: str,
) -> Message:  # fmt: skip
    """A request; `headers` with _ for -, and localhost as the host."""
    named = {"host": "localhost:8501"} | {n.replace("_", "-"): v for n, v in headers.items()}
    raw = [(name.encode(), value.encode()) for name, value in named.items() if value]
    return {"type": kind, "method": "GET", "path": path, "query_string": query.encode(),
            "client": (client, 5), "server": (server, 8501), "headers": raw}  # fmt: skip


def answer(app: Any, request: Message) -> list[Message]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    apart.run(app(request, receive, send))
    return sent


def server(status: int = 200, *headers: tuple[str, str]) -> Any:
    """A server that answers with these headers, and says which ones it was sent."""

    async def app(scope: Message, receive: Any, send: Any) -> None:
        del receive
        app.sent = scope["headers"]  # type: ignore[attr-defined]
        raw = [(name.encode(), value.encode()) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": b"inside"})

    return app


def is_let_in(access: Access, request: Message) -> bool:
    return answer(Door(server(), lambda: access), request)[-1].get("body") == b"inside"


HERE = [
    ({}, True),
    ({"host": "127.0.0.1:8501"}, True),
    ({"host": "[::1]:8501", "server": "::1"}, True),
    ({"host": "LOCALHOST"}, True),
    ({"server": "::ffff:127.0.0.1"}, True),
    ({"server": "192.168.1.7", "host": "localhost"}, False),
    ({"server": "192.168.1.7", "host": "192.168.1.7:8501"}, False),
    ({"host": "evil.example:8501"}, False),
    ({"host": "localhost.evil.example"}, False),
    ({"host": "127.0.0.1.evil.example"}, False),
    ({"host": ""}, False),
    ({"kind": "websocket", "host": "evil.example"}, False),
]


@pytest.mark.parametrize(("request_", "is_in"), HERE)
def test_without_sign_in_only_this_machine_is_let_in(request_: Any, *, is_in: bool) -> None:
    assert is_let_in(NOBODY, scope(**request_)) is is_in


def test_who_is_turned_away_is_told_why() -> None:
    door = Door(server(), lambda: NOBODY)
    start, body = answer(door, scope(host="evil.example"))
    assert (start["status"], body["body"].decode()) == (403, HERE_ONLY)


def test_a_websocket_is_turned_away_before_it_is_accepted() -> None:
    door = Door(server(), lambda: NOBODY)
    sent = answer(door, scope(kind="websocket", host="evil.example"))
    assert [message["type"] for message in sent] == ["websocket.close"]


ORIGINS = [
    ("http://localhost:8501", True),
    ("http://LOCALHOST:8501", True),
    ("", True),
    ("http://localhost:9999", False),
    ("https://evil.example", False),
    ("null", False),
]


@pytest.mark.parametrize(("origin", "is_in"), ORIGINS)
@pytest.mark.parametrize("access", [NOBODY, OIDC, PROXY])
def test_a_page_of_another_site_opens_no_websocket(
    access: Access, origin: str, *, is_in: bool
) -> None:
    assert is_let_in(access, scope(kind="websocket", origin=origin)) is is_in


def test_being_open_on_purpose_lets_everybody_in() -> None:
    openly = Access(listens_openly=True)
    assert is_let_in(openly, scope(server="192.168.1.7", host="tidemark.example"))


def test_health_is_told_to_everybody() -> None:
    assert is_let_in(NOBODY, scope("/api/healthz", server="10.0.0.2", host="10.0.0.2"))


@pytest.mark.parametrize(
    ("client", "is_in"),
    [("10.0.0.1", True), ("10.0.0.2", False), ("fd00::7", True), ("::ffff:10.0.0.1", True),
     ("", False), ("testclient", False)],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_with_a_proxy_only_the_proxy_is_let_in(client: str, kind: str, *, is_in: bool) -> None:
    request = scope(kind=kind, client=client, host="tidemark.example", x_forwarded_for="10.0.0.1")
    assert is_let_in(PROXY, request) is is_in


def test_who_goes_around_the_proxy_is_told_so() -> None:
    _, body = answer(Door(server(), lambda: PROXY), scope(client="10.0.0.9"))
    assert body["body"].decode() == PROXY_ONLY


@pytest.mark.parametrize("access", [NOBODY, OIDC])
def test_nobody_can_bring_the_mark_of_the_proxy(access: Access) -> None:
    inside = server()
    answer(Door(inside, lambda: access), scope(x_tidemark_came_by_proxy=PROOF))
    assert MARK not in dict(inside.sent)


def test_who_comes_by_the_proxy_is_marked_once() -> None:
    inside = server()
    answer(Door(inside, lambda: PROXY), scope(x_tidemark_came_by_proxy="forged"))
    assert [value for name, value in inside.sent if name == MARK] == [PROOF.encode()]


class ByProxy(Headers):
    """Headers as Streamlit hands them to the main script."""

    def get_all(self, name: str) -> list[str]:
        return self.getlist(name)


def by_proxy(*headers: tuple[str, str], mark: str = PROOF) -> ByProxy:
    marked = [(MARK.decode(), mark), *headers]
    return ByProxy(raw=[(name.lower().encode(), value.encode()) for name, value in marked])


ANN = ("X-Forwarded-Email", "Ann@example.com")


def test_the_proxy_says_who_it_is() -> None:
    headers = by_proxy(
        ANN, ("X-Forwarded-Preferred-Username", "Ann"), ("X-Forwarded-Groups", "a, b,"),
        ("X-Country", "DE,AT"),
    )  # fmt: skip
    found = sign_in._of_proxy(headers, PROXY)
    assert (found.name, found.email, found.groups) == ("Ann", "ann@example.com", ("a", "b"))
    assert dict(found.attributes)["country"] == ("DE", "AT")


@pytest.mark.parametrize(
    "headers",
    [
        by_proxy(),
        by_proxy(("X-Forwarded-Email", " ")),
        by_proxy(ANN, ("X-Forwarded-Email", "eve@example.com")),
        by_proxy(ANN, mark="forged"),
        ByProxy({"X-Forwarded-Email": "ann@example.com"}),
    ],
)
def test_headers_that_are_not_the_proxys_name_nobody(headers: ByProxy) -> None:
    with pytest.raises(NotSignedIn):
        sign_in._of_proxy(headers, PROXY)


def claims(**more: Any) -> dict[str, Any]:
    return {"is_logged_in": True, "iat": time.time() - 60, "email": "a@b.c", "name": "A"} | more


def test_a_provider_says_who_it_is() -> None:
    assert sign_in._of_provider(claims(groups=["x"]), OIDC).groups == ("x",)


@pytest.mark.parametrize(
    "given",
    [{}, claims(is_logged_in=False), claims(is_logged_in="yes"), claims(iat=None),
     claims(iat=time.time() - 8 * 24 * 3_600)],
)  # fmt: skip
def test_who_has_not_signed_in_lately_is_nobody(given: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn):
        sign_in._of_provider(given, OIDC)


def test_tokens_are_no_attributes() -> None:
    found = sign_in._of_provider(claims(tokens={"id": "secret"}), OIDC)
    assert "secret" not in str(found)
    assert isinstance(found, Identity)


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "::1", "127.0.0.53"])
def test_this_machine_needs_no_sign_in(address: str) -> None:
    check_address(address, NOBODY)


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "10.0.0.7", "tidemark.example"])  # noqa: S104
def test_other_machines_need_sign_in_or_a_word(address: str | None) -> None:
    with pytest.raises(WorkspaceError, match="anybody who can reach it would see everything"):
        check_address(address, NOBODY)
    for access in (OIDC, PROXY, Access(listens_openly=True)):
        check_address(address, access)


def test_serve_refuses_an_open_address_in_words(tmp_path: Path) -> None:
    (tmp_path / "workspace.toml").write_text("", encoding="utf-8")
    with showing(tmp_path):
        ran = CliRunner().invoke(launcher.commands(), ["serve", "--host", "0.0.0.0"])  # noqa: S104
    assert ran.exit_code == 1
    assert "listen on every address" in ran.output
    assert "--listen-openly" in ran.output


GOOD = ["/usage", "/usage?period=7d", "/sql?q=a%20b", "/?period=7d", "/usage?where=a:b&where=c"]
BAD = [
    "/", "//evil.example", "///evil.example", "/\\evil.example", "\\/evil", "https://evil.example",
    "javascript:alert(1)", "/usage\nSet-Cookie: a=b", "/usage?a=\r\nb", "/a b", "/usage/../x",
    "/@evil.example", "/.evil", "/auth", "/oauth2callback?code=x", "/media/x", "/usage?\u2028",
    "/" + "a" * 3_000, "", "usage", "/%2F%2Fevil.example",
]  # fmt: skip


@pytest.mark.parametrize("target", GOOD)
def test_a_page_of_ours_is_a_target(target: str) -> None:
    assert checked(target) == target


@pytest.mark.parametrize("target", BAD)
def test_nothing_else_is_a_target(target: str) -> None:
    assert checked(target) is None


def cookies_set(messages: list[Message]) -> dict[str, str]:
    values = [v.decode() for n, v in messages[0]["headers"] if n == b"set-cookie"]
    return {value.partition("=")[0]: value.partition("=")[2] for value in values}


def linked(path: str, inside: Any = None, access: Access = OIDC, **more: str) -> list[Message]:
    return answer(DeepLink(inside or server(), lambda: access), scope(path, **more))


def test_the_page_asked_for_is_kept_in_a_cookie_that_no_script_reads() -> None:
    kept = cookies_set(linked("/usage", query="period=7d", accept="text/html,*/*"))
    value, *flags = kept["tidemark_wanted"].split("; ")
    assert unquote(value) == "/usage?period=7d"
    assert flags == ["Max-Age=600", "Path=/", "HttpOnly", "SameSite=Lax"]


@pytest.mark.parametrize(
    "more",
    [{"accept": "*/*"}, {"accept": "text/html", "cookie": "a=b; _streamlit_user=x"}],
)
def test_nothing_is_kept_of_files_and_of_who_is_in_already(more: dict[str, str]) -> None:
    assert cookies_set(linked("/usage", **more)) == {}


def test_without_a_provider_nothing_is_kept() -> None:
    assert cookies_set(linked("/usage", access=NOBODY, accept="text/html")) == {}


def test_where_signing_in_began_is_kept() -> None:
    kept = cookies_set(linked("/auth/login", referer="http://localhost:8501/usage?period=7d"))
    assert unquote(kept["tidemark_wanted"].split(";")[0]) == "/usage?period=7d"


def test_a_link_from_elsewhere_is_not_where_it_began() -> None:
    assert cookies_set(linked("/auth/login", referer="https://evil.example/usage")) == {}


SIGNED = server(302, ("location", "/"), ("set-cookie", "_streamlit_user=abc; HttpOnly"))


def test_whoever_has_signed_in_is_sent_on() -> None:
    sent = linked("/oauth2callback", SIGNED, cookie="tidemark_wanted=%2Fusage%3Fperiod%3D7d")
    headers = dict(sent[0]["headers"])
    assert headers[b"location"] == b"/usage?period=7d"
    assert cookies_set(sent)["tidemark_wanted"].startswith("; Max-Age=0")


@pytest.mark.parametrize("value", ["%2F%2Fevil.example", "https%3A%2F%2Fevil.example", "%00", ""])
def test_a_planted_cookie_leads_home(value: str) -> None:
    sent = linked("/oauth2callback", SIGNED, cookie=f"tidemark_wanted={value}")
    assert dict(sent[0]["headers"])[b"location"] == b"/"


def test_whoever_has_not_signed_in_is_not_sent_on() -> None:
    refused = server(302, ("location", "/"))
    sent = linked("/oauth2callback", refused, cookie="tidemark_wanted=%2Fusage")
    assert dict(sent[0]["headers"])[b"location"] == b"/"


def test_a_cookie_that_cannot_be_read_is_none() -> None:
    assert kept_in('tidemark_wanted="\x00;;=') is None


def test_every_answer_carries_the_headers() -> None:
    sent = answer(SecurityHeaders(server(), lambda: False), scope())
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    assert headers["content-security-policy"] == policy()
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]


def test_the_policy_lets_no_inline_script_run_but_streamlits_own() -> None:
    rules = dict(rule.split(" ", 1) for rule in policy().split("; "))
    assert "'unsafe-inline'" not in rules["script-src"]
    assert "'unsafe-eval'" not in rules["script-src"]
    assert rules["script-src"].count("sha256-") == 1
    assert rules["frame-ancestors"] == "'none'"
    assert rules["object-src"] == "'none'"
    assert not any("http" in rule or "*" in rule for rule in rules.values())


@pytest.mark.parametrize(("https", "flags"), [(True, "a=b; Secure"), (False, "a=b")])
def test_cookies_stay_off_plain_http_where_https_is_used(flags: str, *, https: bool) -> None:
    inside = server(200, ("set-cookie", "a=b"))
    sent = answer(SecurityHeaders(inside, lambda: https), scope())
    assert dict(sent[0]["headers"])[b"set-cookie"].decode() == flags


VARIABLES = {
    "TIDEMARK_OIDC_METADATA_URL": "https://login.example/.well-known/openid-configuration",
    "TIDEMARK_OIDC_CLIENT_ID": "tidemark",
    "TIDEMARK_OIDC_CLIENT_SECRET": "x",
    "TIDEMARK_OIDC_REDIRECT_URI": "https://tidemark.example/oauth2callback",
    "TIDEMARK_COOKIE_SECRET": "0" * 64,
}


def test_protections_of_streamlit_are_on() -> None:
    settings = tomllib.loads((launcher.FRAME.parents[2] / ".streamlit/config.toml").read_text())
    server = settings["server"]
    assert (server["enableXsrfProtection"], server["enableCORS"]) == (True, True)
    assert (server["enableAgentApi"], server["enableStaticServing"]) == (False, False)
    assert server["address"] == "localhost"


def test_the_provider_may_come_from_the_environment() -> None:
    found = provider_of(VARIABLES)
    assert found
    assert found["auth"]["client_id"] == "tidemark"
    assert provider_of({}) is None


def test_half_a_provider_is_refused_by_name() -> None:
    half = {**VARIABLES, "TIDEMARK_OIDC_CLIENT_ID": ""}
    with pytest.raises(WorkspaceError, match="but not TIDEMARK_OIDC_CLIENT_ID"):
        provider_of(half)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(WorkspaceError, match="fewer than 32 characters"):
        provider_of({**VARIABLES, "TIDEMARK_COOKIE_SECRET": "short"})


def test_settings_that_cannot_be_read_let_in_this_machine_only(tmp_path: Path) -> None:
    (tmp_path / "workspace.toml").write_text("[access]\nsign_in = 'odic'\n", encoding="utf-8")
    with showing(tmp_path):
        assert launcher.access() == NOBODY
