"""A question that is being answered: how far it is, for how long, and a way to take it back."""

import streamlit as st

from pages.shared import words
from pages.shared.sql import asking, runs
from queries import Workspace
from store import EditorTab

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_FOR_A_QUICK_ANSWER = 0.3


def is_answered(run: runs.Run | None) -> bool:
    """Whether there is nothing to wait for; a quick answer gets the time to come."""
    return run is None or run.wait(SECONDS_FOR_A_QUICK_ANSWER)


@st.fragment(run_every=SECONDS_BETWEEN_LOOKS)
def watch(tab: EditorTab, workspace: Workspace) -> None:
    """The state of the run, looked at again and again until it is over."""
    run = asking.run_of(tab, workspace)
    if run is None or not run.is_running:
        st.rerun()
    with st.container(
        horizontal=True, vertical_alignment="center", gap="medium", key="sql_running"
    ):
        share = f" · {run.progress:.0%}" if run.progress is not None else ""
        waiting = f" · {run.waiting} before this one" if run.waiting else ""
        st.progress(
            min(max(run.progress or 0.0, 0.0), 1.0),
            text=f"Running for {words.duration(run.elapsed)}{share}{waiting}",
        )
        st.button(
            "Cancel",
            key="sql_cancel",
            icon=":material/stop_circle:",
            on_click=lambda: asking.cancel(tab, workspace),
        )
