"""Which experiment is open: it stands in the address, so that a link leads to it."""

import streamlit as st

KEY = "experiment"
VIEWS = {"list": "Experiments", "planner": "Plan one", "file": "A result file"}


def chosen_name() -> str | None:
    """The experiment that the address names; None: none, so all are listed."""
    return st.query_params.get(KEY) or None


def choose(name: str | None) -> None:
    """Open an experiment, or the list of all: for callbacks."""
    if name is None:
        st.query_params.pop(KEY, None)
    else:
        st.query_params[KEY] = name


def chosen_view() -> str:
    """What the page shows while no experiment is open."""
    return st.segmented_control(
        "View",
        VIEWS,
        default="list",
        required=True,
        format_func=VIEWS.__getitem__,
        key="show",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
