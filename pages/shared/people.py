"""The list of users behind a count: exactly as many as it said, and all of them to take away."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from pages.shared import plain, words
from pages.shared.downloads import download_buttons
from pages.shared.sql.opening import open_button
from pages.shared.states import guarded
from pages.shared.tables import show_table
from queries import Workspace
from reports.people import Whom, people
from reports.scope import Scope

MOST_CHOICES = 400  # counts offered in one box; more would be slow to search


@dataclass(frozen=True, slots=True)
class Count:
    """A count that can be opened.

    Attributes:
        label: What it counts, with the number itself, as plain text.
        whom: Which people.
        by: Dimension of the breakdown that it is part of; None: none.
        group: The breakdown's value.
    """

    label: str
    whom: Whom
    by: str | None = None
    group: str | None = None


def people_button(workspace: Workspace, scope: Scope, count: Count, *, key: str) -> None:
    """Open the list behind one count."""
    if st.button("People", key=f"people_{key}", type="tertiary", icon=":material/group:"):
        show_people(workspace, scope, count, key=key)


def people_choice(workspace: Workspace, scope: Scope, counts: Sequence[Count], *, key: str) -> None:
    """Choose one of a figure's counts, and its list opens."""
    if not counts:
        return
    offered = {count.label: count for count in counts[:MOST_CHOICES]}
    box, opened = f"people_of_{key}", f"people_opened_{key}"

    def open_chosen() -> None:
        st.session_state[opened] = st.session_state[box]
        st.session_state[box] = None

    st.selectbox(
        "People behind a count",
        list(offered),
        index=None,
        key=box,
        placeholder="People behind …",
        icon=":material/group:",
        label_visibility="collapsed",
        on_change=open_chosen,
        width=165,
    )
    chosen = offered.get(st.session_state.pop(opened, None) or "")
    if chosen:
        show_people(workspace, scope, chosen, key=key)


def show_people(workspace: Workspace, scope: Scope, count: Count, *, key: str) -> None:
    """Open the list."""
    st.dialog("People behind this count", width="large")(_people)(workspace, scope, count, key)


def _people(workspace: Workspace, scope: Scope, count: Count, key: str) -> None:
    with guarded(), st.spinner("Looking them up"):
        found = people(workspace, scope, count.whom, by=count.by, segment_value=count.group)
        st.markdown(f"**{words.counted(found.count, 'user')}** · {plain.markdown(found.heading)}")
        show_table(found.people.rows, key=f"people_rows_{key}", alt=f"{found.count} users")
        download_buttons(found.people.rows, name=f"people_{key}", key=f"people_download_{key}")
        with st.expander("Definition and SQL", key=f"people_behind_{key}"):
            st.markdown(plain.prose(found.people.definition))
            open_button(found.people, key=f"people_{key}")
            st.code(found.people.sql, language="sql", wrap_lines=True)
