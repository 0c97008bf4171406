"""What answering a text would take, in words: nothing of it runs."""

import streamlit as st

from pages.shared import plain
from pages.shared.sql import asking
from pages.shared.sql.mistakes import mistake
from pages.shared.states import guarded
from queries import TidemarkError, Workspace
from reports.ask_sql import explain_sql
from store import EditorTab


def show_plan(tab: EditorTab, workspace: Workspace) -> None:
    """Open the plan of the tab's text."""
    st.dialog("What answering takes", width="large", icon=":material/account_tree:")(_plan)(
        tab, workspace
    )


def _plan(tab: EditorTab, workspace: Workspace) -> None:
    with guarded():
        if not tab.sql.strip():
            st.markdown("Write a question first.")
            return
        try:
            said = explain_sql(workspace, tab.sql, asking.values_of(tab, workspace))
        except TidemarkError as error:
            mistake(tab, tab.sql, error)
            return
        for sentence in said:
            st.markdown(f"- {plain.sentence(sentence)}")
        st.caption("Nothing has been run; rows are what the engine expects.")
