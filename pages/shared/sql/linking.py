"""The address of the page: `/sql?q=…` is a saved query, and opens it for whoever follows it."""

import streamlit as st

from pages.shared import plain
from pages.shared.sql import tabs
from pages.shared.sql.asking import ask
from pages.shared.sql.opening import take_opened
from pages.shared.sql.saving import is_edited, saved_of
from pages.shared.workspaces import whole
from queries import TidemarkError, Workspace
from store import EditorTab, store_of

QUERY = "q"
FOLLOWED = "sql_followed"


def open_what_was_asked(workspace: Workspace) -> None:
    """A figure's text that another page left, or the saved query of the address; answered at once.

    Who follows a figure or a link wants the number, not a button.
    """
    opened = take_opened()
    if opened is not None:
        tabs.add_opened(opened.title, opened.sql, opened.parameters)
        st.query_params.pop(QUERY, None)
        ask(tabs.current().id, workspace)
        return
    asked = st.query_params.get(QUERY)
    if asked and st.session_state.get(FOLLOWED) != asked:
        _follow(asked, workspace)


def _follow(query_id: str, workspace: Workspace) -> None:
    try:
        tabs.add_saved(store_of(whole()).query(query_id))
    except TidemarkError as error:
        st.warning(plain.sentence(error), icon=":material/link_off:")
        st.query_params.pop(QUERY, None)
    else:
        st.session_state[FOLLOWED] = query_id
        ask(tabs.current().id, workspace)


def keep_address(tab: EditorTab) -> None:
    """The address follows the tab: of a saved query it can be shared."""
    if tab.query_id:
        st.session_state[FOLLOWED] = tab.query_id
        if st.query_params.get(QUERY) != tab.query_id:
            st.query_params[QUERY] = tab.query_id
    elif QUERY in st.query_params:
        del st.query_params[QUERY]


def saved_state(tab: EditorTab) -> None:
    """Which saved query the tab is, and whether it has changed since."""
    if tab.query_id is None:
        return
    try:
        kept = saved_of(tab)
    except TidemarkError as error:
        st.caption(f":material/cloud_off: {plain.sentence(error)}")
        return
    if kept is None:
        st.caption(":material/bookmark_remove: The saved query of this tab has been removed.")
        return
    name = f"**{plain.markdown(kept.name)}**, version {kept.version}"
    about = f" · {plain.sentence(kept.description)}" if kept.description else ""
    if not is_edited(tab, kept):
        st.caption(f":material/bookmark: {name}{about}")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f":material/edit: {name}, changed in this tab{about}", width="content")
        st.button(
            "Back to the saved one",
            key="sql_revert",
            type="tertiary",
            on_click=lambda: _revert(tab, kept.id),
        )


def _revert(tab: EditorTab, query_id: str) -> None:
    kept = store_of(whole()).query(query_id)
    tabs.belong(tab.id, kept)
    tabs.change(
        tab.id, sql=kept.sql, parameters=kept.parameters, chart=kept.chart, is_said_by_page=True
    )
