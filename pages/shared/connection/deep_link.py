"""A link to a page survives signing in.

Signing in ends at the home page. Where the reader wanted to go is kept in a cookie meanwhile, that
no script can read and that other sites cannot send, and is only ever a path of this server.
"""

import re
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit

from pages.shared.connection.requests import header

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from queries.access_settings import Access

COOKIE = "tidemark_wanted"
SECONDS = 600  # enough to sign in with a second factor
LONGEST = 2_000  # characters; browsers keep cookies up to about 4,000
SIGNED_IN = b"_streamlit_user="  # what the answer sets once somebody has signed in
CALLBACK, SIGN_IN, SIGN_OUT = "/oauth2callback", "/auth/login", "/auth/logout"
# A page of ours: one name, then perhaps a query of printable characters; no host, no backslash.
QUERY = r"\?[!#-\[\]-~]+"
TARGET = re.compile(rf"/[a-z][a-z0-9_-]*({QUERY})?|/{QUERY}")
NOT_PAGES = ("/auth", "/oauth2callback", "/media", "/static", "/component", "/api", "/app")


class DeepLink:
    """Remember where the reader wants to go while they sign in, and take them there."""

    def __init__(self, app: "ASGIApp", access: Callable[[], "Access"]) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Add or take away the cookie where an answer needs it."""
        if scope["type"] != "http" or scope["method"] != "GET" or self.access().sign_in != "oidc":
            await self.app(scope, receive, send)
            return
        wanted, path = wanted_by(scope), scope["path"]

        async def answer(message: "Message") -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])
                if path == CALLBACK and _has_signed_in(headers):
                    headers = _sent_on(headers, kept_in(header(scope, "cookie")))
                elif path == SIGN_OUT:
                    headers.append(_cookie("", 0))
                elif wanted:
                    headers.append(_cookie(wanted, SECONDS))
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, answer)


def wanted_by(scope: "Scope") -> str | None:
    """The page that a request asks for, or that signing in was begun on; None: none of ours."""
    if scope["path"] == SIGN_IN:
        came_from = urlsplit(header(scope, "referer") or "")
        if came_from.netloc != (header(scope, "host") or ""):
            return None
        return checked(_joined(came_from.path, came_from.query))
    is_page = "text/html" in (header(scope, "accept") or "")
    if not is_page or SIGNED_IN.decode() in (header(scope, "cookie") or ""):
        return None
    return checked(_joined(scope["path"], scope.get("query_string", b"").decode("latin-1")))


def checked(target: str) -> str | None:
    r"""A path that leads to a page of ours and nowhere else; None: it does not.

    Examples:
        >>> checked("/usage?period=7d&where=country%3ADE")
        '/usage?period=7d&where=country%3ADE'
        >>> checked("//evil.example"), checked("https://evil.example"), checked("/\\evil.example")
        (None, None, None)
        >>> checked("/auth/login"), checked("/"), checked("/usage\r\nSet-Cookie: a=b")
        (None, None, None)
    """
    if len(target) > LONGEST or not TARGET.fullmatch(target):
        return None
    path = target.partition("?")[0]
    return None if path in NOT_PAGES else target


def kept_in(cookies: str | None) -> str | None:
    """The page that the cookie names; None: none, or what somebody else has put there."""
    try:
        jar = SimpleCookie(cookies or "")
    except CookieError:
        return None
    return checked(unquote(jar[COOKIE].value)) if COOKIE in jar else None


def _joined(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _has_signed_in(headers: list[Any]) -> bool:
    return any(name == b"set-cookie" and value.startswith(SIGNED_IN) for name, value in headers)


def _sent_on(headers: list[Any], target: str | None) -> list[Any]:
    """The answer leads to the page instead of home, and the cookie goes."""
    if target is None:
        return headers
    kept = [(name, value) for name, value in headers if name != b"location"]
    return [*kept, (b"location", target.encode("latin-1")), _cookie("", 0)]


def _cookie(target: str, seconds: int) -> tuple[bytes, bytes]:
    value = f"{COOKIE}={quote(target, safe='')}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax"
    return b"set-cookie", value.encode("latin-1")
