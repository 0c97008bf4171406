"""Who may connect at all: this machine, the trusted proxy, or anybody who then signs in.

Without sign-in only this machine is let in, by any name that can mean nothing else: a page of
another site whose name has been pointed at this machine is another name. With a proxy that signs
people in only the proxy is let in, since whoever else sends its headers could be anybody.
"""

import ipaddress
import logging
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse

from pages.shared.connection.requests import address, header, host_name, is_this_machine

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from queries.access_settings import Access

LOG = logging.getLogger("tidemark")
OPEN_TO_ALL = ("/api/healthz",)
FORBIDDEN = 403
POLICY_VIOLATION = 1008  # of WebSockets

# Says to the main script that a request came through this door, from the proxy. Made anew by each
# process, and taken away from whoever sends it from outside.
MARK = b"x-tidemark-came-by-proxy"
PROOF = secrets.token_hex(32)

HERE_ONLY = (
    "This Tidemark is open to the machine that it runs on, and to nobody else, since nobody signs "
    "in. Set up sign-in: [access] sign_in in workspace.toml, see docs/deployment.md."
)
OTHER_SITE = "A page of another site asked for this, or a proxy has changed the header Host."
PROXY_ONLY = "This Tidemark is reached through its proxy only: [access.proxy] addresses."


class Door:
    """Turn away whoever may not connect, before anything else is done."""

    def __init__(self, app: "ASGIApp", access: Callable[[], "Access"]) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass on, or refuse in words."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        access = self.access()
        refused = None if scope["path"] in OPEN_TO_ALL else refusal(scope, access)
        if refused is None:
            await self.app(_marked(scope, access), receive, send)
            return
        LOG.warning("refused %s for %s: %s", scope["path"], scope.get("client"), refused)
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": ""})
        else:
            await PlainTextResponse(refused, status_code=FORBIDDEN)(scope, receive, send)


def refusal(scope: "Scope", access: "Access") -> str | None:
    """Why a request is turned away; None: it is not."""
    if scope["type"] == "websocket" and not _is_of_our_page(scope):
        return OTHER_SITE
    if access.sign_in == "none" and not access.listens_openly:
        server = scope.get("server")
        is_here = server is None or is_this_machine(server[0])
        return None if is_here and is_this_machine(host_name(scope)) else HERE_ONLY
    if access.sign_in == "proxy":
        return None if _is_proxy(scope, access) else PROXY_ONLY
    return None


def _is_of_our_page(scope: "Scope") -> bool:
    """Whether a WebSocket is opened by a page of this server; no browser leaves out the origin."""
    origin = header(scope, "origin")
    ours = (header(scope, "host") or "").lower()
    return origin is None or urlsplit(origin).netloc.lower() == ours


def _is_proxy(scope: "Scope", access: "Access") -> bool:
    client = scope.get("client")
    found = address(client[0]) if client else None
    if found is None:
        return False
    return any(found in ipaddress.ip_network(one) for one in access.proxy.addresses)


def _marked(scope: "Scope", access: "Access") -> "Scope":
    """The request with the mark of the proxy, if it came from there; else without any."""
    headers = [(name, value) for name, value in scope["headers"] if name != MARK]
    if access.sign_in == "proxy":
        headers.append((MARK, PROOF.encode()))
    return {**scope, "headers": headers}
