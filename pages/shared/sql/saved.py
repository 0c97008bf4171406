"""Saved queries: found by name, tag or author, opened by a click, removed by who may."""

from collections.abc import Iterable, Iterator

import streamlit as st

from pages.shared import dates, plain
from pages.shared.removal import remove_button
from pages.shared.sign_in import viewer
from pages.shared.sql import tabs
from pages.shared.workspaces import whole
from queries import TidemarkError
from store import SavedQuery, store_of

SEARCH = "sql_saved_search"
SAID = "sql_saved_said"
LOSES = "The log of what was done keeps its text."


def saved() -> None:
    """A search box and the list."""
    st.text_input(
        "Find a saved query",
        key=SEARCH,
        placeholder="Find by name, tag or author …",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    said = st.session_state.pop(SAID, None)
    if said:
        st.caption(f":material/error: {plain.sentence(said)}")
    queries = store_of(whole()).queries()
    wanted = str(st.session_state.get(SEARCH) or "").lower().split()
    found = list(matching(queries, wanted))
    if not found:
        st.caption("Nothing is saved yet." if not queries else "Nothing fits.")
    for query in found:
        _row(query)


def matching(queries: Iterable[SavedQuery], wanted: list[str]) -> Iterator[SavedQuery]:
    """Those in which every word occurs: in name, description, tags or author."""
    for query in queries:
        text = " ".join((query.name, query.description, *query.tags, query.author)).lower()
        if all(word in text for word in wanted):
            yield query


def _row(query: SavedQuery) -> None:
    with st.container(gap=None):
        with st.container(horizontal=True, horizontal_alignment="distribute", gap="xsmall"):
            st.button(
                plain.markdown(query.name),
                key=f"sql_open_{query.id}",
                type="tertiary",
                icon=":material/bookmark:",
                help=plain.sentence(query.description) if query.description else None,
                on_click=tabs.add_saved,
                args=(query,),
            )
            may_remove = viewer().may("save")
            if may_remove and remove_button(query.name, key=query.id, loses=LOSES):
                _remove(query)
                st.rerun()
        tags = "".join(f" · #{plain.markdown(tag)}" for tag in query.tags)
        changed = dates.age(query.updated_at)
        st.caption(f"{plain.markdown(query.updated_by or query.author)}, {changed}{tags}")


def _remove(query: SavedQuery) -> None:
    """The store's log keeps the text; open tabs stay as texts of their own."""
    try:
        store_of(whole()).delete_query(query.id, author=viewer().author, version=query.version)
    except TidemarkError as error:
        st.session_state[SAID] = str(error)
        return
    for tab in list(tabs.tabs().values()):
        if tab.query_id == query.id:
            tabs.change(tab.id, query_id=None)
