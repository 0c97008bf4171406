"""What can be done with a text: run it, see its plan, set it out, keep it, close it."""

import streamlit as st

from pages.shared.sign_in import viewer
from pages.shared.sql import asking, tabs
from pages.shared.sql.plan import show_plan
from pages.shared.sql.saving import pin, rename, save
from pages.shared.sql.workbench import PLAIN, duplicate, format_text
from queries import Workspace
from store import EditorTab

MORE = {
    "save_as": "Save as a new query",
    "pin": "Pin to a board",
    "rename": "Rename",
    "duplicate": "Duplicate",
    "plain": "Plain field or editor",
    "close": "Close",
}


def toolbar(tab: EditorTab, workspace: Workspace) -> None:
    """One row of buttons below the editor."""
    run = asking.run_of(tab, workspace)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="sql_toolbar"):
        st.button(
            "Run",
            key="sql_run",
            icon=":material/play_arrow:",
            disabled=run is not None and run.is_running,
            on_click=lambda: asking.ask(tab.id, workspace),
        )
        if st.button("Explain", key="sql_explain", icon=":material/account_tree:"):
            show_plan(tab, workspace)
        st.button(
            "Format",
            key="sql_format",
            icon=":material/format_align_left:",
            on_click=lambda: format_text(tab.id),
        )
        may_save = viewer().may("save")
        if may_save and st.button("Save", key="sql_save", icon=":material/save:"):
            save(tab)
        _more(tab, workspace, may_save=may_save)
        st.space("stretch")
        trouble = tabs.trouble()
        if trouble:
            st.caption(":material/cloud_off: Kept in this window only", help=trouble)


def _more(tab: EditorTab, workspace: Workspace, *, may_save: bool) -> None:
    offered = [name for name in MORE if may_save or name not in {"save_as", "pin"}]
    chosen = st.menu_button("More", offered, key="sql_more", format_func=MORE.__getitem__)
    if chosen == "save_as":
        save(tab, is_new=True)
    elif chosen == "pin":
        pin(tab)
    elif chosen == "rename":
        rename(tab)
    elif chosen is not None:
        _at_once(chosen, tab, workspace)


def _at_once(chosen: str, tab: EditorTab, workspace: Workspace) -> None:
    if chosen == "duplicate":
        duplicate(tab)
    elif chosen == "plain":
        st.session_state[PLAIN] = not st.session_state.get(PLAIN)
    elif chosen == "close":
        asking.cancel(tab, workspace)
        tabs.close(tab.id)
    st.rerun()
