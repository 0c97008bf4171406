"""A funnel whose steps are a path's nodes: how it came here, and the door back to plain events."""

from datetime import timedelta

import streamlit as st

from pages.shared import plain
from queries import QueryError
from queries.path_rules import Along
from reports.funnel_question import FunnelQuestion
from reports.path_address import read_along_text, written_along

KEY = "funnel_path"  # in the address and in the session
WINDOW = "funnel_window"


def look_along(path: Along | None, window: timedelta | None = None) -> None:
    """Count along a path from now on, or along none; the address follows with the next run."""
    st.session_state[KEY] = "" if path is None else written_along(path)
    if window is not None:
        days, rest = divmod(window, timedelta(days=1))
        minutes = window // timedelta(minutes=1)
        st.session_state[WINDOW] = f"{minutes}m" if rest else f"{days}d"
    if path is None:
        st.query_params.pop(KEY, None)


def chosen_path() -> Along | None:
    """The path that is counted along; None: there is none, or it cannot be used."""
    text = st.query_params.get(KEY) or st.session_state.get(KEY) or ""
    if not text:
        return None
    try:
        path = read_along_text(text)
    except QueryError as error:
        st.warning(plain.sentence(error), icon=":material/link_off:")
        look_along(None)
        return None
    st.session_state[KEY] = text
    if st.query_params.get(KEY) != text:
        st.query_params[KEY] = text
    return path


def along_note(question: FunnelQuestion) -> None:
    """Say what a path does to the funnel, and offer to leave it."""
    if question.path is None:
        return
    rules = question.path.rules
    walked = "a session" if rules.visit == "session" else "a user"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(
            f":material/conversion_path: Along a path of {walked}: the very next node must be the "
            "next step, repetitions and cleaning rules apply as on the Paths page, and only events "
            "of these days count. A breakdown and what goes with converting need plain events: "
            "a path's nodes carry no values.",
            width="stretch",
        )
        st.button("Count plain events", key="funnel_leave_path", type="tertiary",
                  on_click=look_along, args=(None,))  # fmt: skip
