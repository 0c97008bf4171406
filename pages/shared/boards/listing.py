"""All boards, and the making of a new one."""

import streamlit as st

from pages.shared import dates, plain, words
from pages.shared.boards.address import choose
from pages.shared.sign_in import viewer
from pages.shared.states import empty, guarded
from queries import Workspace
from store import Board, store_of


def board_list(workspace: Workspace) -> None:
    """A card for each board, by name; the first of them when there is none."""
    boards = store_of(workspace).boards()
    if viewer().may("save"):
        _new_board(workspace)
    if not boards:
        with st.container(border=True, key="card_no_boards"):
            empty(
                "No board yet",
                "A board shows saved queries beside each other. Make one, then pin queries to it "
                "from the SQL page."
                if viewer().may("save")
                else "Somebody who may save queries can make one.",
            )
        return
    with st.grid(3, min_column_width=260, key="boards"):
        for board in boards:
            _card(board)


def _card(board: Board) -> None:
    with st.container(
        border=True,
        height="stretch",
        vertical_alignment="distribute",
        gap="xsmall",
        key=f"board_{board.id}",
    ):
        with st.container(gap="xsmall"):
            st.markdown(f"**{plain.markdown(board.name)}**")
            if board.description:
                st.markdown(plain.paragraphs(board.description))
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            tiles = words.counted(len(board.tiles), "tile")
            by = plain.markdown(board.author)
            st.caption(f"{tiles} · {by}, {dates.age(board.updated_at)}", width="content")
            st.button(
                "Open",
                key=f"open_board_{board.id}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=choose,
                args=(board.id,),
            )


def _new_board(workspace: Workspace) -> None:
    with st.popover("New board", icon=":material/add:", key="new_board"), guarded():
        name = st.text_input("Name", key="new_board_name", max_chars=200)
        about = st.text_area("What it is for", key="new_board_about", max_chars=2_000, height=90)
        if st.button("Make it", key="make_board"):
            board = Board(name=name.strip(), description=about.strip())
            made = store_of(workspace).save_board(board, author=viewer().author)
            choose(made.id)
            st.rerun()
