"""An open board: its name, what may be done with it, its controls and its tiles."""

from dataclasses import replace

import streamlit as st

from metrics.periods import words as period_in_words
from pages.shared import plain
from pages.shared.boards.address import choose
from pages.shared.boards.tile import tile_card
from pages.shared.boards.widths import COLUMNS
from pages.shared.controls import chosen_scope, last_day_of, period_controls
from pages.shared.filters import segment_filters
from pages.shared.header import snapshot_of_page
from pages.shared.removal import remove_button
from pages.shared.sign_in import viewer
from pages.shared.states import empty, guarded
from queries import Workspace
from store import Board, store_of


def board_view(workspace: Workspace, board: Board) -> None:
    """The whole of it, from its name to its last tile."""
    is_arranged = _head(workspace, board)
    snapshot = snapshot_of_page(workspace)
    period_controls(snapshot)
    segment_filters(workspace)
    scope = chosen_scope(workspace, snapshot)
    year = last_day_of(snapshot).year
    period = period_in_words(scope.period, scope.comparison, this_year=year)
    st.caption(f"**{period}** · made by {plain.markdown(board.author)}")
    if not board.tiles:
        with st.container(border=True, key="card_no_tiles"):
            empty("Nothing is pinned here yet", "Open a saved query on the SQL page and pin it.")
        return
    queries = {query.id: query for query in store_of(workspace).queries()}
    grid = st.grid(COLUMNS, min_column_width=240, key="tiles")
    for tile in board.tiles:
        with grid.cell(column_span=tile.width):
            tile_card(workspace, tile, queries[tile.query_id], scope, is_arranged=is_arranged)


def _head(workspace: Workspace, board: Board) -> bool:
    """Name, and what may be done with it; whether its tiles are being arranged."""
    is_arranged = False
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
    ):
        st.header(plain.markdown(board.name), anchor=False, width="content")
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", gap="small"
        ):
            st.button(
                "All boards",
                key="all_boards",
                type="tertiary",
                icon=":material/arrow_back:",
                on_click=choose,
                args=(None,),
            )
            if viewer().may("save"):
                _edit(workspace, board)
                _remove(workspace, board)
                is_arranged = st.toggle("Arrange", key=f"arrange_{board.id}", width="content")
    if board.description:
        st.markdown(plain.paragraphs(board.description))
    return is_arranged


def _edit(workspace: Workspace, board: Board) -> None:
    with (
        st.popover("Rename", type="tertiary", icon=":material/edit:", key="edit_board"),
        guarded(),
    ):
        own = f"{board.id}_{board.version}"
        name = st.text_input("Name", board.name, key=f"board_name_{own}", max_chars=200)
        about = st.text_area(
            "What it is for", board.description, key=f"board_about_{own}", max_chars=2_000
        )
        if st.button("Keep it", key="keep_board"):
            changed = replace(board, name=name.strip(), description=about.strip())
            store_of(workspace).save_board(changed, author=viewer().author)
            st.rerun()


def _remove(workspace: Workspace, board: Board) -> None:
    with guarded():
        loses = "Its tiles go with it; their queries stay."
        if remove_button(board.name, key="board", loses=loses):
            store_of(workspace).delete_board(board.id, author=viewer().author)
            choose(None)
            st.rerun()
