"""The field itself, as a page draws it: what it shows, and what it is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from pages.shared.code_editor.serving import editor_path

HERE = Path(__file__).parent
LONGEST = 200_000  # characters taken from a browser; the gate asks for fewer
PLAIN_HEIGHT = 260  # pixels
What = Literal["text", "run", "format"]


@dataclass(frozen=True, slots=True)
class Words:
    """What can be completed.

    Attributes:
        tables: Each with `name`, `group`, `meaning` and `columns` of `name`, `type`, `meaning`.
        functions: Names.
        parameters: Names without their $.
    """

    tables: Sequence[Mapping[str, Any]] = ()
    functions: Sequence[str] = ()
    parameters: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the text that is wrong.

    Attributes:
        start: Its first character, from 0.
        end: The character behind its last.
        message: What is wrong there.
        id: Another id is another mistake, even at the same place.
    """

    start: int
    end: int
    message: str
    id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader did.

    Attributes:
        what: "text": wrote; "run" and "format": asked for it by key.
        tab: The tab it was done in.
        text: What stands in the field.
    """

    what: What
    tab: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the field shows.

    Attributes:
        tab: Which of several texts; each keeps its own history of changes.
        text: The text as the page knows it.
        revision: Another one tells the field to take the text over what it has.
        inserted: A number that grows, and a text to insert at the cursor when it has grown.
        mark: What is wrong with the text; None: nothing is known to be.
    """

    tab: str
    text: str
    revision: int
    inserted: tuple[int, str] = (0, "")
    mark: Mark | None = None


def code_editor(
    shown: Shown,
    words: Words,
    on_asked: Callable[[Asked], None],
    *,
    key: str,
    label: str,
    placeholder: str = "",
    is_plain: bool = False,
) -> None:
    """Draw the field; `on_asked` is called before the page runs again.

    Args:
        shown: What it shows.
        words: What it completes.
        on_asked: Takes what the reader did.
        key: A name of its own on the page.
        label: What it is called for who cannot see it.
        placeholder: What stands in it while it is empty.
        is_plain: Draw a plain field, as where the editor fails.
    """
    path = editor_path()
    if is_plain or path is None or has_failed(key):
        _plain_field(shown, on_asked, key=key, label=label, placeholder=placeholder)
        return

    def said(what: What) -> Callable[[], None]:
        return lambda: _heard(st.session_state[key], what, on_asked)

    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    _component()(
        key=key,
        data={
            "script": f"/{base}{path}" if base else path,
            "tab": shown.tab,
            "text": shown.text,
            "revision": shown.revision,
            "insert": {"number": shown.inserted[0], "text": shown.inserted[1]},
            "error": _as_data(shown.mark),
            "schema": asdict(words),
            "label": label,
            "placeholder": placeholder,
        },
        on_text_change=said("text"),
        on_run_change=said("run"),
        on_format_change=said("format"),
        on_failed_change=lambda: _give_up(key),
    )


def has_failed(key: str) -> bool:
    """Whether the browser could not start the editor in this session."""
    return bool(st.session_state.get(f"{key}_failed"))


def _give_up(key: str) -> None:
    st.session_state[f"{key}_failed"] = True


@cache
def _component() -> ComponentRenderer:
    html, css, js = (
        (HERE / name).read_text(encoding="utf-8")
        for name in ("editor.html", "editor.css", "loader.js")
    )
    return st.components.v2.component("code_editor", html=html, css=css, js=js)


def _as_data(mark: Mark | None) -> dict[str, Any] | None:
    if mark is None:
        return None
    return {"from": mark.start, "to": mark.end, "message": mark.message, "id": mark.id}


def _heard(said: Any, what: What, on_asked: Callable[[Asked], None]) -> None:
    """Hand on what the browser sent, if it has the form that the editor gives it."""
    value = said.get(what) if isinstance(said, Mapping) else None
    if not isinstance(value, Mapping):
        return
    tab, text = value.get("tab"), value.get("text")
    if not isinstance(tab, str) or not isinstance(text, str):
        return
    if len(text) > LONGEST:
        st.toast(f"Texts of more than {LONGEST:,} characters are not taken over.")
        return
    on_asked(Asked(what, tab, text))


def _plain_field(
    shown: Shown, on_asked: Callable[[Asked], None], *, key: str, label: str, placeholder: str
) -> None:
    """A field that every browser has; another revision makes another field."""
    own = f"{key}_plain_{shown.tab}_{shown.revision}"

    def wrote() -> None:
        text = cast("str", st.session_state[own])[:LONGEST]
        on_asked(Asked("text", shown.tab, text))

    st.text_area(
        label,
        value=shown.text,
        key=own,
        height=PLAIN_HEIGHT,
        placeholder=placeholder,
        label_visibility="collapsed",
        on_change=wrote,
    )
