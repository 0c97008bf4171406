"""Funnels that somebody has saved, with their rules."""

from typing import Any

import streamlit as st

from pages.shared import plain
from pages.shared.funnels.along import look_along
from pages.shared.funnels.asked import KEY, show
from pages.shared.funnels.rules import CONTROLS
from pages.shared.saved_views import Address, saved_views
from queries import QueryError
from reports.funnel_address import Parts, read, written


def kept_funnels(parts: Parts) -> None:
    """Open a saved funnel, or save this one."""
    chosen = {key: st.session_state.get(key) for key in CONTROLS}
    address: dict[str, Any] = {KEY: written(*parts)}
    address |= {key: value for key, value in chosen.items() if value is not None}
    saved_views("funnels", "funnel", address, _open)


def _open(address: Address) -> None:
    """Look at a saved funnel; its rules are those that it was saved with."""
    try:
        parts = read(str(address.get(KEY, "")))
    except QueryError as error:
        st.toast(plain.sentence(error), icon=":material/bookmark_remove:")
        return
    look_along(None)
    for key in CONTROLS:
        if address.get(key) is None:
            st.session_state.pop(key, None)
        else:
            st.session_state[key] = address[key]
    show(*parts)
