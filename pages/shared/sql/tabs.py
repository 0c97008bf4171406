"""The tabs of somebody's editor: kept in the session, and in the store for the next one."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.shared.sign_in import viewer
from pages.shared.workspaces import whole
from queries import TidemarkError
from store import EditorTab, SavedQuery, store_of

TABS = "sql_tabs"
CURRENT = "sql_current"
REVISIONS = "sql_revisions"
VERSIONS = "sql_versions"
INSERTED = "sql_inserted"
TROUBLE = "sql_trouble"
MOST_TABS = 20
LONGEST_TITLE = 60  # characters


def tabs() -> dict[str, EditorTab]:
    """The open tabs by their ids, from left to right; there is always one."""
    if TABS not in st.session_state:
        st.session_state[TABS] = {tab.id: tab for tab in _kept()}
        _note_versions()
    found: dict[str, EditorTab] = st.session_state[TABS]
    if not found:
        tab = _new("Query 1")
        found[tab.id] = tab
    if st.session_state.get(CURRENT) not in found:
        st.session_state[CURRENT] = next(reversed(found))
    return found


def current() -> EditorTab:
    """The tab that is looked at."""
    found = tabs()
    return found[st.session_state[CURRENT]]


def choose(tab_id: str) -> None:
    """Look at another tab."""
    if tab_id in tabs():
        st.session_state[CURRENT] = tab_id


def add(
    title: str = "",
    sql: str = "",
    parameters: Mapping[str, Any] | None = None,
    chart: Mapping[str, Any] | None = None,
) -> EditorTab:
    """Open a tab at the end, and look at it; the one that was never used makes room."""
    found = tabs()
    for tab_id in [tab.id for tab in found.values() if not tab.sql.strip() and not tab.query_id]:
        if sql:
            _forget(tab_id)
    tab = replace(_new(title or _next_title()), sql=sql, parameters=parameters or {}, chart=chart)
    found[tab.id] = tab
    st.session_state[CURRENT] = tab.id
    _keep(tab)
    return tab


def add_opened(title: str, sql: str, parameters: Mapping[str, Any]) -> EditorTab:
    """Look at the tab of a figure, opened if it is not; its values are those of the figure now."""
    for tab in tabs().values():
        if (tab.title, tab.sql, tab.query_id) == (title[:LONGEST_TITLE], sql, None):
            choose(tab.id)
            return change(tab.id, parameters=parameters, is_said_by_page=True)
    return add(title, sql, parameters)


def add_saved(query: SavedQuery) -> EditorTab:
    """Look at the tab of a saved query, opened if it is not."""
    for tab in tabs().values():
        if tab.query_id == query.id:
            choose(tab.id)
            st.session_state.setdefault(VERSIONS, {}).setdefault(tab.id, query.version)
            return tab
    tab = add(query.name, query.sql, query.parameters, query.chart)
    return belong(tab.id, query)


def belong(tab_id: str, query: SavedQuery) -> EditorTab:
    """From now on the tab is the saved query, as it is at this moment."""
    st.session_state.setdefault(VERSIONS, {})[tab_id] = query.version
    return change(tab_id, query_id=query.id, title=query.name)


def version_of(tab_id: str) -> int:
    """The version of the saved query that the tab was made from; 0: of none."""
    return int(st.session_state.get(VERSIONS, {}).get(tab_id, 0))


def change(tab_id: str, *, is_said_by_page: bool = False, **changes: Any) -> EditorTab:
    """The tab with changes; one that the page itself makes to the text is told to the field."""
    found = tabs()
    before = found[tab_id]
    tab = replace(before, **changes)
    if tab == before:
        return tab
    found[tab_id] = tab
    if is_said_by_page:
        counts = st.session_state.setdefault(REVISIONS, {})
        counts[tab_id] = counts.get(tab_id, 0) + 1
    _keep(tab)
    return tab


def revision(tab_id: str) -> int:
    """How often the page itself has changed the tab's text."""
    return int(st.session_state.get(REVISIONS, {}).get(tab_id, 0))


def insert(text: str) -> None:
    """Write a name where the cursor is."""
    number, _ = inserted()
    st.session_state[INSERTED] = (number + 1, text)


def inserted() -> tuple[int, str]:
    """How many names have been inserted, and the last one."""
    return st.session_state.get(INSERTED, (0, ""))


def close(tab_id: str) -> None:
    """Close a tab; its neighbour is looked at."""
    found = tabs()
    ids = list(found)
    at = ids.index(tab_id)
    _forget(tab_id)
    left = list(found)
    if left:
        st.session_state[CURRENT] = left[min(at, len(left) - 1)]


def trouble() -> str | None:
    """Why tabs are not kept at the moment; None: they are."""
    return st.session_state.get(TROUBLE)


def _new(title: str) -> EditorTab:
    at = len(st.session_state.get(TABS, {}))
    return EditorTab(id=secrets.token_hex(6), title=title[:LONGEST_TITLE], position=at)


def _next_title() -> str:
    titles = {tab.title for tab in tabs().values()}
    return next(f"Query {n}" for n in range(1, len(titles) + 2) if f"Query {n}" not in titles)


def _kept() -> tuple[EditorTab, ...]:
    try:
        return store_of(whole()).tabs(viewer().author)
    except TidemarkError as error:
        st.session_state[TROUBLE] = str(error)
        return ()


def _note_versions() -> None:
    """Which version of its saved query each kept tab is based on.

    An earlier one where somebody else has changed the query since the tab was last kept, so that
    saving the tab meets the other change.
    """
    versions = st.session_state.setdefault(VERSIONS, {})
    based = {tab.id: tab for tab in st.session_state[TABS].values() if tab.query_id}
    if not based:
        return
    try:
        queries = {query.id: query for query in store_of(whole()).queries()}
    except TidemarkError as error:
        st.session_state[TROUBLE] = str(error)
        return
    for tab_id, tab in based.items():
        query = queries.get(tab.query_id or "")
        if query is not None and query.updated_at and tab.updated_at:
            is_behind = query.updated_at > tab.updated_at and query.updated_by != tab.author
            versions.setdefault(tab_id, query.version - is_behind)


def _keep(*changed: EditorTab, closed: tuple[str, ...] = ()) -> None:
    """In the store, if it can be written; the session has them in any case."""
    try:
        store_of(whole()).save_tabs(changed, author=viewer().author, closed=closed)
    except TidemarkError as error:
        st.session_state[TROUBLE] = str(error)
    else:
        st.session_state.pop(TROUBLE, None)


def _forget(tab_id: str) -> None:
    tabs().pop(tab_id, None)
    _keep(closed=(tab_id,))
