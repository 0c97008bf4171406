"""A button that removes something, and asks once before it does."""

import streamlit as st

from pages.shared import plain


def remove_button(name: str, *, key: str, loses: str = "") -> bool:
    """Whether somebody wants it gone.

    Args:
        name: What people call it; may come from anybody.
        key: A name of its own on the page.
        loses: What goes with it, as a sentence of ours.
    """
    with st.popover("Remove", type="tertiary", icon=":material/delete:", key=f"removal_{key}"):
        st.markdown(f"Remove **{plain.markdown(name)}**? {loses}".strip())
        return st.button("Remove it", key=f"remove_{key}")
