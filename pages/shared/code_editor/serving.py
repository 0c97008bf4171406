"""The editor's one file, sent compressed, and kept by the browser until it changes."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FILE = Path(__file__).parent / "editor.js"
ONE_YEAR = 365 * 24 * 60 * 60  # seconds; the address carries a hash of the contents


@cache
def editor_path() -> str | None:
    """Where the editor is served, below the app's own address; None: it has not been built."""
    if not FILE.is_file():
        return None
    return f"/assets/code_editor.{hashlib.sha256(FILE.read_bytes()).hexdigest()[:16]}.js"


def editor_routes() -> list[Route]:
    """The file as it is now, also below `server.baseUrlPath`; no route where it is missing."""
    path = editor_path()
    if path is None:
        return []
    return [Route(path, _send), Route(f"/{{base:path}}{path}", _send)]


async def _send(request: Request) -> Response:
    is_packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = {
        "Vary": "Accept-Encoding",
        "Cache-Control": f"public, immutable, max-age={ONE_YEAR}",
    }
    if is_packed:
        headers["Content-Encoding"] = "gzip"
    content = _packed() if is_packed else FILE.read_bytes()
    return Response(content, media_type="text/javascript", headers=headers)


@cache
def _packed() -> bytes:
    return gzip.compress(FILE.read_bytes(), compresslevel=9, mtime=0)
