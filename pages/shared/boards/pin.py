"""From the SQL page onto a board: a saved query becomes a tile."""

import streamlit as st

from pages.shared import plain
from pages.shared.boards.address import leave_for
from pages.shared.boards.widths import WIDTHS
from pages.shared.sign_in import viewer
from pages.shared.states import empty, guarded
from pages.shared.workspaces import current
from store import Board, SavedQuery, Store, Tile, store_of

FOLLOWS = (
    "It is run anew for everybody who opens the board: with the board's filters, and for the "
    "board's period if it asks for $start and $end."
)
NEW = ""  # stands for a board that is still to be made


def pin_dialog(query: SavedQuery) -> None:
    """Open the choice of a board for a saved query."""
    st.dialog("Pin to a board", icon=":material/push_pin:")(pin_form)(query)


def pin_form(query: SavedQuery) -> None:
    """Which board, under which title, how wide; then the query is on it."""
    with guarded():
        if not viewer().may("save"):
            empty("Your role may look at boards, not change them", "Ask an admin for another role.")
            return
        store = store_of(current())
        boards = {board.id: board for board in store.boards()}
        chosen = st.selectbox(
            "Board",
            [*boards, NEW],
            format_func=lambda one: boards[one].name if one else "A new board",
            key="pin_board",
        )
        name = ""
        if chosen == NEW:
            name = st.text_input("Its name", key="pin_board_name", max_chars=200)
        title = st.text_input(
            "Title of the tile", key="pin_title", placeholder=query.name, max_chars=200
        )
        width = st.segmented_control(
            "Width",
            list(WIDTHS),
            default=1,
            required=True,
            format_func=WIDTHS.__getitem__,
            key="pin_width",
        )
        st.caption(plain.sentence(FOLLOWS))
        if st.button("Pin it", key="pin_now", icon=":material/push_pin:"):
            tile = Tile(board_id=chosen, query_id=query.id, title=title.strip(), width=width)
            leave_for(_pinned(store, tile, name))


def _pinned(store: Store, tile: Tile, name: str) -> str:
    """Put the tile on its board, which is made first if it is new; the board's id."""
    author = viewer().author
    board_id = tile.board_id
    if board_id == NEW:
        board_id = store.save_board(Board(name=name.strip()), author=author).id
    store.pin(
        Tile(board_id=board_id, query_id=tile.query_id, title=tile.title, width=tile.width),
        author=author,
    )
    return board_id
