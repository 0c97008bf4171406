"""Which board is open: it stands in the address, so that a link leads to it."""

import streamlit as st

from pages.shared.states import failed
from queries import Workspace
from store import Board, StoreMissing, store_of

KEY = "board"
PAGE = "../boards.py"  # from the main script


def chosen_id() -> str | None:
    """The board that the address names; None: none, so all are listed."""
    return st.query_params.get(KEY) or None


def chosen_board(workspace: Workspace) -> Board | None:
    """The open board; None: none is, or the one in the address is not there, which is said."""
    board_id = chosen_id()
    if board_id is None:
        return None
    try:
        return store_of(workspace).board(board_id)
    except StoreMissing as error:
        with st.container(border=True, key="card_no_such_board"):
            failed(error)
        return None


def choose(board_id: str | None) -> None:
    """Open a board, or the list of all: for callbacks on the boards page."""
    if board_id is None:
        st.query_params.pop(KEY, None)
    else:
        st.query_params[KEY] = board_id


def leave_for(board_id: str) -> None:
    """Open a board from another page; not from within a callback."""
    st.switch_page(PAGE, query_params={KEY: board_id})
