"""Which feature is open, and which view: both stand in the address, so that a link leads there."""

import streamlit as st

KEY = "feature"
VIEWS = {"features": "Features", "releases": "After a release", "accounts": "Accounts"}


def chosen_feature() -> str | None:
    """The feature that the address names; None: none, so all are listed."""
    return st.query_params.get(KEY) or None


def choose_feature(name: str | None) -> None:
    """Open a feature, or the list of all: for callbacks."""
    if name is None:
        st.query_params.pop(KEY, None)
    else:
        st.query_params[KEY] = name


def chosen_view() -> str:
    """What the page shows while no feature is open."""
    return st.segmented_control(
        "View",
        VIEWS,
        default="features",
        required=True,
        format_func=VIEWS.__getitem__,
        key="adoption_view",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
