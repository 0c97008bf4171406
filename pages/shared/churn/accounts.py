"""The list behind a count of accounts or people: exactly as many rows as it said."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from pages.shared import plain, words
from pages.shared.downloads import download_buttons
from pages.shared.people import MOST_CHOICES
from pages.shared.sql.opening import open_button
from pages.shared.states import guarded
from pages.shared.tables import show_table
from reports.answer import Source


@dataclass(frozen=True, slots=True)
class Listing:
    """A count that can be opened.

    Attributes:
        label: What it counts, with the number itself, as plain text.
        rows: Makes the list, when somebody asks for it.
        noun: What one row is.
    """

    label: str
    rows: Callable[[], Source]
    noun: str = "account"


def list_choice(listings: Sequence[Listing], *, key: str, prompt: str) -> None:
    """Choose one of a figure's counts, and its list opens.

    Args:
        listings: What is offered.
        key: A name of its own on the page.
        prompt: What the box says before a choice, such as "Accounts behind …".
    """
    if not listings:
        return
    offered = {one.label: one for one in listings[:MOST_CHOICES]}
    box, opened = f"list_of_{key}", f"list_opened_{key}"

    def open_chosen() -> None:
        st.session_state[opened] = st.session_state[box]
        st.session_state[box] = None

    st.selectbox(
        prompt,
        list(offered),
        index=None,
        key=box,
        placeholder=prompt,
        icon=":material/group:",
        label_visibility="collapsed",
        on_change=open_chosen,
        width=210,
    )
    chosen = offered.get(st.session_state.pop(opened, None) or "")
    if chosen:
        st.dialog(prompt.removesuffix(" …"), width="large")(_listed)(chosen, key)


def _listed(listing: Listing, key: str) -> None:
    with guarded(), st.spinner("Looking them up"):
        found = listing.rows()
        count = words.counted(found.rows.height, listing.noun)
        st.markdown(f"**{count}** · {plain.markdown(found.title)}")
        show_table(found.rows, key=f"list_rows_{key}", alt=count)
        download_buttons(found.rows, name=f"list_{key}", key=f"list_download_{key}")
        with st.expander("Definition and SQL", key=f"list_behind_{key}"):
            st.markdown(plain.prose(found.definition))
            open_button(found, key=f"list_{key}")
            st.code(found.sql, language="sql", wrap_lines=True, height=360)
