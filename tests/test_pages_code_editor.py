"""The SQL editor: the file that is served belongs to its sources, and a plain field stands in."""

import gzip
import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from streamlit.testing.v1 import AppTest

from pages.shared.code_editor import editor, serving
from tests import apart

FOLDER = Path(serving.__file__).parent
SOURCE = FOLDER / "source"
LARGEST = 500_000  # bytes before compression
SCRIPT = """
import streamlit as st
from pages.shared.code_editor import Asked, Shown, Words, code_editor

def heard(asked: Asked) -> None:
    st.session_state["heard"] = (asked.what, asked.tab, asked.text)

code_editor(Shown("one", "select 1", 0), Words(), heard, key="field", label="SQL")
"""


def sources_digest() -> str:
    """As build.mjs makes it."""
    names = ["build.mjs", "package-lock.json"]
    names += [f"src/{path.name}" for path in (SOURCE / "src").iterdir()]
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(f"{name}\n".encode() + (SOURCE / name).read_bytes() + b"\n")
    return digest.hexdigest()


def answer_to(path: str) -> tuple[dict[str, str], bytes]:
    """Headers and body that the routes answer a browser with."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asked = {"type": "http", "method": "GET", "path": path, "query_string": b""}
    asked["headers"] = [(b"accept-encoding", b"gzip, br")]
    apart.run(Starlette(routes=list(serving.editor_routes()))(asked, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return headers, b"".join(one.get("body", b"") for one in sent[1:])


def test_the_built_file_belongs_to_its_sources() -> None:
    first_line = serving.FILE.read_text(encoding="utf-8").splitlines()[0]
    assert f"from {sources_digest()} " in first_line, "run: make editor"


def test_the_built_file_is_small() -> None:
    assert serving.FILE.stat().st_size < LARGEST


def test_the_editor_fetches_nothing_else() -> None:
    text = serving.FILE.read_text(encoding="utf-8")
    addresses = set(re.findall(r"https?://[\w-]+(?:\.[\w-]+)+", text))
    assert addresses <= {"https://codemirror.net", "http://www.w3.org"}


@pytest.mark.parametrize("base", ["", "/below/here"])
def test_it_is_sent_compressed_and_for_good(base: str) -> None:
    headers, body = answer_to(f"{base}{serving.editor_path()}")
    assert gzip.decompress(body) == serving.FILE.read_bytes()
    assert (headers["content-encoding"], headers["vary"]) == ("gzip", "Accept-Encoding")
    assert "immutable" in headers["cache-control"]


def test_without_the_built_file_a_plain_field_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editor, "editor_path", lambda: None)
    screen = AppTest.from_string(SCRIPT).run()
    assert screen.text_area[0].value == "select 1"


def test_where_the_editor_fails_a_plain_field_is_drawn() -> None:
    screen = AppTest.from_string(SCRIPT)
    screen.session_state["field_failed"] = True
    assert screen.run().text_area[0].value == "select 1"


def test_what_is_written_in_the_plain_field_is_heard() -> None:
    screen = AppTest.from_string(SCRIPT)
    screen.session_state["field_failed"] = True
    screen.run().text_area[0].input("select 2").run()
    assert screen.session_state["heard"] == ("text", "one", "select 2")


@pytest.mark.parametrize(
    "said",
    [None, "x", {}, {"run": "x"}, {"run": {"tab": 1, "text": "x"}}, {"run": {"tab": "a"}}],
)
def test_what_a_browser_makes_up_is_not_heard(said: Any) -> None:
    heard: list[editor.Asked] = []
    editor._heard(said, "run", heard.append)
    assert heard == []
