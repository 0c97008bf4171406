"""What every answer tells the browser to refuse: foreign scripts, frames, guesses, leaks."""

import base64
import hashlib
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", flags=re.DOTALL)

# Streamlit styles its elements inline, and starts the scripts of our own components from blobs
# that only a script already let in can make; nothing else comes from anywhere but this server.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' blob:",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-src": "'none'",
    "frame-ancestors": "'none'",
}
NOT_NEEDED = (
    "accelerometer", "bluetooth", "camera", "display-capture", "geolocation", "gyroscope", "hid",
    "magnetometer", "microphone", "midi", "payment", "publickey-credentials-get",
    "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in NOT_NEEDED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Add the headers to every answer, and keep cookies off plain HTTP where HTTPS is used."""

    def __init__(self, app: "ASGIApp", uses_https: Callable[[], bool]) -> None:
        self.app = app
        self.uses_https = uses_https

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Pass on, with headers on the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def answer(message: "Message") -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *_headers()]
                if any(name == b"set-cookie" for name, _ in headers) and self.uses_https():
                    headers = [_over_https_only(*one) for one in headers]
                message = {**message, "headers": headers}
            await send(message)

        await self.app(scope, receive, answer)


@lru_cache(maxsize=1)
def _headers() -> tuple[tuple[bytes, bytes], ...]:
    named = {"Content-Security-Policy": policy(), **FIXED}
    return tuple((name.lower().encode(), value.encode()) for name, value in named.items())


@lru_cache(maxsize=1)
def policy() -> str:
    """The policy, with the one inline script of Streamlit's page by its hash."""
    from streamlit.file_util import get_static_dir

    page = (Path(get_static_dir()) / "index.html").read_text(encoding="utf-8")
    hashes = " ".join(script_hash(script) for script in INLINE_SCRIPT.findall(page))
    allowed = POLICY | {"script-src": f"{POLICY['script-src']} {hashes}".strip()}
    return "; ".join(f"{name} {value}" for name, value in allowed.items())


def script_hash(script: str) -> str:
    """How a policy names an inline script.

    Examples:
        >>> script_hash("")
        "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    """
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _over_https_only(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if name != b"set-cookie" or b"; secure" in value.lower():
        return name, value
    return name, value + b"; Secure"
