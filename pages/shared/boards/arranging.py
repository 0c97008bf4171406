"""What moves, widens, renames and removes a tile."""

from dataclasses import replace

import streamlit as st

from pages.shared.boards.widths import WIDTHS
from pages.shared.removal import remove_button
from pages.shared.sign_in import viewer
from queries import Workspace
from store import SavedQuery, Tile, store_of


def arrange(workspace: Workspace, tile: Tile, query: SavedQuery) -> None:
    """A line of buttons above the tile; each change is kept at once."""
    store, author = store_of(workspace), viewer().author
    own = f"{tile.id}_{tile.version}"
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"arrange_tile_{tile.id}"
    ):
        for label, icon, by in (("Earlier", "arrow_back", -1), ("Later", "arrow_forward", 1)):
            if st.button(
                label,
                key=f"move_{label}_{tile.id}",
                type="tertiary",
                icon=f":material/{icon}:",
                disabled=by < 0 and tile.position == 0,
            ):
                store.move(tile.id, to=tile.position + by, author=author)
                st.rerun()
        width = st.segmented_control(
            "Width",
            list(WIDTHS),
            default=tile.width,
            required=True,
            format_func=WIDTHS.__getitem__,
            key=f"width_{own}",
            label_visibility="collapsed",
        )
        title = st.text_input(
            "Title", tile.title, key=f"title_{own}", placeholder=query.name, max_chars=200,
            label_visibility="collapsed", width=180,
        )  # fmt: skip
        if (width, title) != (tile.width, tile.title):
            store.edit_tile(replace(tile, width=width, title=title), author=author)
            st.rerun()
        if remove_button(tile.title or query.name, key=f"tile_{tile.id}", loses="Its query stays."):
            store.unpin(tile.id, author=author)
            st.rerun()
