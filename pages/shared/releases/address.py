"""Which release is open: it stands in the address, so that a link leads to it."""

import streamlit as st

KEY = "release"


def chosen_name() -> str | None:
    """The release that the address names; None: none, so all are listed."""
    return st.query_params.get(KEY) or None


def choose(name: str | None) -> None:
    """Open a release, or the list of all: for callbacks."""
    if name is None:
        st.query_params.pop(KEY, None)
    else:
        st.query_params[KEY] = name
