"""Start Tidemark: `python app.py` (or `streamlit run app.py`), or one of its other commands."""

import asyncio
import gzip
import mimetypes
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit.starlette import App

from pages.shared.code_editor.serving import editor_routes
from pages.shared.connection.deep_link import DeepLink
from pages.shared.connection.door import Door
from pages.shared.connection.listening import check_address
from pages.shared.connection.provider import provider_of
from pages.shared.connection.security_headers import SecurityHeaders

if TYPE_CHECKING:
    import click
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from queries.access_settings import Access

# Absolute, and not this file's folder: a main script with pages/ beside it would let a deep link
# run a page without the frame.
FRAME = Path(__file__).resolve().parent / "pages" / "shared" / "frame.py"

COMPRESSIBLE = {".js", ".css", ".html", ".json", ".svg", ".ttf", ".wasm"}
SECONDS_BETWEEN_LOOKS = 15  # for a new snapshot: one small read each
ONE_YEAR = 365 * 24 * 60 * 60  # seconds; the names of these files carry a hash of their contents


class CompressStaticFiles:
    """Send Streamlit's own files compressed, each compressed once and then kept in memory."""

    def __init__(self, app: "ASGIApp") -> None:
        self.app = app
        self.compressed: dict[str, bytes] = {}

    @cached_property
    def files(self) -> dict[str, Path]:
        """URL path of every file worth compressing; whatever is not in here is not touched."""
        from streamlit.file_util import get_static_dir

        root = Path(get_static_dir())
        paths = (path for path in root.rglob("*") if path.suffix in COMPRESSIBLE)
        return {f"/{path.relative_to(root).as_posix()}": path for path in paths}

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer with the compressed file, or leave the request to the server."""
        name = scope.get("path", "")
        if not (name.startswith("/static/") and _accepts_gzip(scope) and name in self.files):
            await self.app(scope, receive, send)
            return
        if name not in self.compressed:
            self.compressed[name] = await asyncio.to_thread(self._compress, name)
        await self._response(name)(scope, receive, send)

    def _compress(self, name: str) -> bytes:
        return gzip.compress(self.files[name].read_bytes(), compresslevel=6, mtime=0)

    def _response(self, name: str) -> Response:
        return Response(
            self.compressed[name],
            media_type=mimetypes.guess_type(name)[0],
            headers={
                "Content-Encoding": "gzip",
                "Vary": "Accept-Encoding",
                "Cache-Control": f"public, immutable, max-age={ONE_YEAR}",
            },
        )


def _accepts_gzip(scope: "Scope") -> bool:
    """Whether this is a plain GET by a client that reads gzip."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    headers = dict(scope["headers"])
    return b"gzip" in headers.get(b"accept-encoding", b"") and b"range" not in headers


async def healthz(_: "Request") -> JSONResponse:
    """Answer /api/healthz: 200 once a snapshot can be read, else 503 and what is missing."""
    from pages.shared.workspaces import health

    state = await asyncio.to_thread(health)
    return JSONResponse(state, status_code=200 if state["status"] == "ok" else 503)


def _warm_up() -> str | None:
    """Answer what the pages ask first, before anybody asks; the snapshot that was asked."""
    from pages.shared.workspaces import health

    state = health()
    if state["status"] == "ok":
        import pages.shared.figures  # noqa: F401  (Plotly is slow to import)
        from pages.shared.filters import offered
        from pages.shared.sql.words_of_schema import schema_words
        from pages.shared.workspaces import whole
        from queries.kept_answers import keeping
        from reports.alone import each_alone
        from reports.first_questions import ask_first
        from reports.release import judge_all

        with keeping():
            each_alone(
                {
                    "Filters": lambda: offered(whole()),
                    "First questions": lambda: ask_first(whole()),
                    "The schema": lambda: schema_words(whole()),
                    "Releases": lambda: judge_all(whole()),
                }
            )
    return state["snapshot"]


async def _keep_warm() -> None:
    """Warm up at the start, and again whenever a new snapshot has been published."""
    from pages.shared.workspaces import health

    warmed = await asyncio.to_thread(_warm_up)
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        if (await asyncio.to_thread(health))["snapshot"] != warmed:
            warmed = await asyncio.to_thread(_warm_up)


def access() -> "Access":
    """Who may come in, as the settings say at this moment."""
    from pages.shared.opened import access as now

    return now()


def uses_https() -> bool:
    """Whether readers come over HTTPS, by where the provider sends them back to."""
    from streamlit.auth_util import get_origin_from_redirect_uri

    origin = get_origin_from_redirect_uri() if access().sign_in == "oidc" else None
    return (origin or "").startswith("https:")


def check_listening() -> None:
    """Refuse to be open to other machines by accident, however the server was started.

    Raises:
        WorkspaceError: Others could connect, and nobody would sign in.
    """
    from streamlit import config

    # Another server than Streamlit's decides by itself; the door then looks at each request.
    if str(config._server_mode).startswith("starlette-app"):  # noqa: SLF001
        check_address(config.get_option("server.address"), access())


@asynccontextmanager
async def lifespan(_: App) -> AsyncIterator[dict[str, Any] | None]:
    """Keep first answers ready beside the server, which answers from its first moment."""
    check_listening()
    warming = asyncio.create_task(_keep_warm())
    yield None
    warming.cancel()
    with suppress(asyncio.CancelledError):
        await warming


def fail_in_words(error: Exception) -> bool:
    """Show what no page has caught, such as a fault in a callback, like any other failure."""
    from pages.shared.states import unexpected

    unexpected(error)
    return True


# Whoever connects is who they are; no header changes it (see pages/shared/connection/door.py).
os.environ["FORWARDED_ALLOW_IPS"] = ""

app = App(
    FRAME,
    secrets=provider_of(os.environ),
    lifespan=lifespan,
    on_script_error=fail_in_words,
    routes=[Route("/api/healthz", healthz), *editor_routes()],
    middleware=[
        Middleware(SecurityHeaders, uses_https=uses_https),
        Middleware(Door, access=access),
        Middleware(DeepLink, access=access),
        Middleware(CompressStaticFiles),
    ],
)


def commands() -> "click.Group":
    """Every command: those that work on data, and `serve`."""
    import click

    from reports.command_line import errors_in_words, main
    from reports.digest_commands import alerts, digest
    from reports.store_commands import store

    for command in (store, digest, alerts):
        main.add_command(command)

    @main.command()
    @click.option("--workspace", type=click.Path(file_okay=False), help="Folder to show.")
    @click.option("--host", envvar="TIDEMARK_HOST", help="Where to listen (localhost).")
    @click.option("--port", envvar="TIDEMARK_PORT", type=int, help="On which port (8501).")
    @click.option("--listen-openly", is_flag=True, help="Let anybody in who can reach the address.")
    def serve(
        workspace: str | None, host: str | None, port: int | None, *, listen_openly: bool
    ) -> None:
        """Show the dashboard (what happens without a command)."""
        if workspace:
            os.environ["TIDEMARK_WORKSPACE"] = workspace
        if listen_openly:
            os.environ["TIDEMARK_LISTENS_OPENLY"] = "1"
        if host:  # else Streamlit's settings decide, which are looked at when the server starts
            with errors_in_words():
                check_address(host, access())
        chosen = {"server.address": host, "server.port": port}
        app.run(config={key: value for key, value in chosen.items() if value is not None})

    return main


if __name__ == "__main__":
    commands().main(args=sys.argv[1:] or ["serve"], prog_name="python app.py")
