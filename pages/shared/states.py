"""What a reader sees instead of a figure: nothing there, something wrong, not yet."""

import logging
import secrets
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from pages.shared import plain
from queries import TidemarkError, WorkspaceError
from store import StoreConflict, StoreError, StoreMissing, StoreNotWritable, StoreRefused

LOG = logging.getLogger("tidemark")
CARD_HEIGHT = 150  # pixels of a figure on a card, while it is asked for
SKELETON_HEIGHT = 300  # pixels of a chart likewise, so that the page does not jump

TITLES: dict[type[TidemarkError], str] = {  # what an error's message is put under
    WorkspaceError: "The workspace cannot be read",
    StoreNotWritable: "Not kept",
    StoreRefused: "Not kept",
    StoreConflict: "Changed by somebody else",
    StoreMissing: "Not there",
    StoreError: "What people have written cannot be read",
}


@contextmanager
def card(key: str, *, height: int = SKELETON_HEIGHT) -> Iterator[None]:
    """A bordered part of a page that fails alone: the others keep their figures."""
    frame = st.container(border=True, key=f"card_{key}", height="stretch")
    with frame, guarded(), st.skeleton(height=height):
        yield


@contextmanager
def guarded() -> Iterator[None]:
    """Show what went wrong inside as a message with an id; the log has the rest under that id."""
    try:
        yield
    except TidemarkError as error:
        failed(error)
    except Exception as error:  # noqa: BLE001  (the last place before the reader: none may pass)
        unexpected(error)


def failed(error: TidemarkError) -> None:
    """A question that could not be answered, in the words of the error."""
    reference = _logged(error)
    title = next((words for kind, words in TITLES.items() if isinstance(error, kind)), "No answer")
    _message("error", title, plain.sentence(error), f"Reference {reference}, also in the log.")


def unexpected(error: Exception) -> None:
    """A fault of ours: an id to quote, never a traceback."""
    reference = _logged(error)
    _message(
        "error",
        "Something went wrong here",
        "The rest of the page is not affected. Load it again; if this stays, look into the log.",
        f"Reference {reference}, also in the log.",
    )


def not_built(folder: Path) -> None:
    """The workspace is fine, but its roll-ups do not exist yet."""
    _message(
        "database",
        "Nothing has been built yet",
        "The pages read small roll-ups of your events. Build them once; afterwards only new files "
        "are read.",
    )
    st.code(f"python app.py build {shlex.quote(str(folder))}", language="bash", wrap_lines=True)
    st.button("Load again", key="load_again", icon=":material/refresh:")


def empty(what: str, mend: str) -> None:
    """Nothing to draw: what is missing, and what would bring it to life."""
    with st.container(horizontal_alignment="center", gap="xsmall"):
        st.markdown(f":gray[:material/inbox:] **{what}**", text_alignment="center")
        st.caption(mend, text_alignment="center")


def _message(icon: str, title: str, text: str, footnote: str = "") -> None:
    with st.container(gap="xsmall"):
        st.markdown(f":material/{icon}: **{title}**")
        st.markdown(text)
        if footnote:
            st.caption(footnote)


def _logged(error: Exception) -> str:
    reference = secrets.token_hex(4)
    LOG.error("%s: %s", reference, error, exc_info=error)
    return reference
