"""The launcher: what it sends compressed, and what it says of its health."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.file_util import get_static_dir

import app as launcher
from pages.shared import states, workspaces
from tests import apart

Message = dict[str, Any]


def ask(middleware: Any, path: str, **headers: str) -> list[Message]:
    """What an ASGI app sends for a GET."""
    sent: list[Message] = []
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "headers": raw}

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    apart.run(middleware(scope, receive, send))
    return sent


async def untouched(scope: Message, receive: Any, send: Any) -> None:
    """The server behind the middleware."""
    del scope, receive
    await send({"type": "untouched"})


@pytest.fixture
def script() -> Path:
    return next((Path(get_static_dir()) / "static" / "js").glob("*.js"))


def test_a_static_file_is_sent_compressed(script: Path) -> None:
    middleware = launcher.CompressStaticFiles(untouched)
    start, body = ask(middleware, f"/static/js/{script.name}", accept_encoding="gzip, br")
    assert dict(start["headers"])[b"content-encoding"] == b"gzip"
    assert gzip.decompress(body["body"]) == script.read_bytes()


def test_a_static_file_may_be_kept_for_good(script: Path) -> None:
    middleware = launcher.CompressStaticFiles(untouched)
    start, _ = ask(middleware, f"/static/js/{script.name}", accept_encoding="gzip")
    assert b"immutable" in dict(start["headers"])[b"cache-control"]


def test_a_static_file_is_compressed_once(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    middleware = launcher.CompressStaticFiles(untouched)
    ask(middleware, f"/static/js/{script.name}", accept_encoding="gzip")
    monkeypatch.setattr(gzip, "compress", None)
    start, _ = ask(middleware, f"/static/js/{script.name}", accept_encoding="gzip")
    assert start["status"] == 200


def test_who_does_not_read_gzip_gets_the_plain_file(script: Path) -> None:
    middleware = launcher.CompressStaticFiles(untouched)
    assert ask(middleware, f"/static/js/{script.name}") == [{"type": "untouched"}]


@pytest.mark.parametrize("path", ["/", "/usage", "/static/../app.py", "/static/js/none.js"])
def test_what_is_no_static_file_is_left_to_the_server(path: str) -> None:
    middleware = launcher.CompressStaticFiles(untouched)
    assert ask(middleware, path, accept_encoding="gzip") == [{"type": "untouched"}]


def healthz(monkeypatch: pytest.MonkeyPatch, state: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    monkeypatch.setattr(workspaces, "health", lambda: state)
    response = apart.run(launcher.healthz(None))  # type: ignore[arg-type]
    return response.status_code, json.loads(bytes(response.body))


def test_health_is_200_with_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"status": "ok", "snapshot": "a", "as_of": "2026-11-22"}
    assert healthz(monkeypatch, state) == (200, state)


def test_health_is_503_without_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    state = {"status": "no snapshot", "snapshot": None, "as_of": None}
    assert healthz(monkeypatch, state) == (503, state)


def test_the_main_script_has_no_pages_beside_it() -> None:
    # Streamlit would serve them without running the main script.
    assert launcher.FRAME.is_absolute()
    assert not (launcher.FRAME.parent / "pages").exists()


def test_a_fault_that_no_page_caught_is_shown_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[Exception] = []
    monkeypatch.setattr(states, "unexpected", shown.append)
    fault = KeyError("x")
    assert launcher.fail_in_words(fault)
    assert shown == [fault]
