"""What was chosen on a page, kept under a name for everybody."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.shared import plain
from pages.shared.sign_in import viewer
from pages.shared.states import guarded
from pages.shared.workspaces import whole
from queries import TidemarkError
from store import SavedView, StoreError, store_of

Address = Mapping[str, Any]
LONGEST_NAME = 200  # characters


def saved_views(
    page: str, noun: str, address: Address, open_view: Callable[[Address], None]
) -> None:
    """Open one that is kept, keep this one, or remove one.

    Args:
        page: The page's name in the address.
        noun: What a view of this page is called, such as "funnel".
        address: What is chosen now.
        open_view: Chooses what a view says; runs before the page does.
    """
    try:
        views = {view.id: view for view in store_of(whole()).views(page)}
    except StoreError as error:
        st.caption(f":material/cloud_off: {plain.sentence(error)}")
        return
    key = f"view_of_{page}"

    def chosen() -> None:
        view = views.get(st.session_state[key] or "")
        if view is not None:
            open_view(view.address)
        st.session_state[key] = None

    if views:
        st.selectbox(
            f"Saved {noun}s",
            list(views),
            index=None,
            format_func=lambda one: plain.visible(views[one].name),
            key=key,
            placeholder=f"Saved {noun}s …",
            icon=":material/bookmark:",
            label_visibility="collapsed",
            on_change=chosen,
            width=210,
        )
    if viewer().may("save"):
        with st.popover("Save", key=f"save_view_of_{page}", icon=":material/bookmark_add:"):
            _form(page, noun, address, views)


def _form(page: str, noun: str, address: Address, views: Mapping[str, SavedView]) -> None:
    """A new one under a name, in place of one that is kept, or away with one."""
    with guarded():
        name = st.text_input("Name", key=f"view_name_{page}", max_chars=LONGEST_NAME)
        about = st.text_area("What it is for", key=f"view_about_{page}")
        same = next((one for one in views.values() if one.name == name.strip()), None)
        if same is not None:
            st.caption(f"There is a {noun} of this name: it will be replaced.")
        if st.button("Save", key=f"view_keep_{page}", type="primary", disabled=not name.strip()):
            base = same or SavedView(page=page, name=name.strip())
            _keep(replace(base, description=about.strip(), address=dict(address)))
        if not views:
            return
        st.divider()
        gone = st.selectbox(
            "Remove one that is kept",
            list(views),
            index=None,
            format_func=lambda one: plain.visible(views[one].name),
            key=f"view_gone_{page}",
            placeholder="None",
        )
        if gone and st.button("Remove", key=f"view_remove_{page}", icon=":material/delete:"):
            store_of(whole()).delete_view(gone, author=viewer().author, version=views[gone].version)
            st.rerun()


def _keep(view: SavedView) -> None:
    try:
        store_of(whole()).save_view(view, author=viewer().author)
    except TidemarkError as error:
        st.error(plain.sentence(error), icon=":material/error:")
    else:
        st.rerun()
