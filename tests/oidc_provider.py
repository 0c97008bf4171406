"""A small OpenID provider for the tests: `python -m tests.oidc_provider PORT`.

It does what a real one does: discovery, keys, the authorization code with PKCE and nonce, signed
tokens, userinfo, and the end of a session. Instead of a password one chooses who to be, and two of
them are liars: their tokens are signed with another key, or answer another question.
"""

import base64
import hashlib
import secrets
import sys
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "tidemark", "a secret for tests"
LIFETIME = 300  # seconds

PEOPLE: dict[str, dict[str, Any]] = {
    "ann": {"email": "ann@example.com", "email_verified": True, "name": "Ann Admin"},
    "bob": {"email": "bob@example.com", "email_verified": True, "name": "Bob <b>Analyst</b>",
            "groups": ["analysts", "staff"]},
    "cleo": {"email": "cleo@example.com", "email_verified": True, "name": "Cleo Viewer",
             "country": "DE"},
    "dan": {"email": "dan@elsewhere.example", "email_verified": True, "name": "Dan Stranger"},
    "eve": {"email": "ann@example.com", "email_verified": False, "name": "Eve Pretender"},
    "wrong-key": {"email": "ann@example.com", "email_verified": True, "name": "Forged"},
    "wrong-nonce": {"email": "ann@example.com", "email_verified": True, "name": "Replayed"},
}  # fmt: skip


@dataclass
class Provider:
    """What a provider remembers."""

    issuer: str
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "tests"}))
    other_key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "tests"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ended: int = 0

    async def configuration(self, _: Request) -> Response:
        """Discovery."""
        return JSONResponse({
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/logout",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        })  # fmt: skip

    async def jwks(self, _: Request) -> Response:
        """The public key."""
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        """Ask who it is; a request that lacks anything is refused."""
        asked = dict(request.query_params)
        wanted = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256"}
        wrong = [name for name, value in wanted.items() if asked.get(name) != value]
        wrong += [name for name in ("state", "nonce", "code_challenge") if not asked.get(name)]
        if wrong or not asked.get("redirect_uri", "").endswith("/oauth2callback"):
            return HTMLResponse(f"wrong: {wrong}", status_code=400)
        if "as" not in asked:
            links = "".join(
                f'<p><a id="{who}" href="/authorize?{urlencode(asked | {"as": who})}">{who}</a></p>'
                for who in PEOPLE
            )
            return HTMLResponse(f"<h1>Who are you?</h1>{links}")
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", status_code=302)

    async def token(self, request: Request) -> Response:
        """Tokens for a code, once."""
        form = await request.form()
        asked = self.codes.pop(str(form.get("code")), None)
        if not asked or not _knows_secret(request, dict(form)) or not _matches(asked, dict(form)):
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        who, now = asked["as"], int(time.time())
        claims = PEOPLE[who] | {
            "iss": self.issuer, "aud": CLIENT, "sub": who, "iat": now, "exp": now + LIFETIME,
            "nonce": "another" if who == "wrong-nonce" else asked["nonce"],
        }  # fmt: skip
        key = self.other_key if who == "wrong-key" else self.key
        access = secrets.token_urlsafe(16)
        self.tokens[access] = who
        return JSONResponse({
            "access_token": access, "token_type": "Bearer", "expires_in": LIFETIME,
            "id_token": jwt.encode({"alg": "RS256", "kid": "tests"}, claims, key),
        })  # fmt: skip

    async def userinfo(self, request: Request) -> Response:
        """Who the bearer of a token is."""
        who = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if who is None:
            return JSONResponse({"error": "invalid_token"}, status_code=401)
        return JSONResponse(PEOPLE[who] | {"sub": who})

    async def logout(self, request: Request) -> Response:
        """End the session here, too, and send the reader back."""
        self.ended += 1
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], status_code=302)

    async def state(self, _: Request) -> Response:
        """For the tests: what has happened."""
        return JSONResponse({"ended": self.ended})

    @property
    def routes(self) -> list[Route]:
        """Every address."""
        return [
            Route("/.well-known/openid-configuration", self.configuration),
            Route("/jwks", self.jwks),
            Route("/authorize", self.authorize),
            Route("/token", self.token, methods=["POST"]),
            Route("/userinfo", self.userinfo),
            Route("/logout", self.logout),
            Route("/state", self.state),
        ]


def _knows_secret(request: Request, form: dict[str, Any]) -> bool:
    """Whether the client says its secret, in the header or in the form."""
    kind, _, basic = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        return base64.b64decode(basic).decode().replace("+", " ").replace("%20", " ") == (
            f"{CLIENT}:{SECRET}"
        )
    return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)


def _matches(asked: dict[str, str], form: dict[str, Any]) -> bool:
    """Whether the code is taken by whoever asked for it."""
    digest = hashlib.sha256(str(form.get("code_verifier")).encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    same_place = form.get("redirect_uri") == asked["redirect_uri"]
    return same_place and challenge == asked["code_challenge"]


if __name__ == "__main__":
    port = int(sys.argv[1])
    provider = Provider(f"http://localhost:{port}")
    uvicorn.run(
        Starlette(routes=provider.routes), host="127.0.0.1", port=port, log_level="warning"
    )
