"""The way that is followed, node by node: kept in the address, changed by a click."""

import streamlit as st

from pages.shared import plain
from queries import QueryError
from reports.path_address import read_way, written_way
from reports.path_question import PathQuestion

KEY = "path_through"  # in the address and in the session
WRITTEN = "path_through_written"  # what this page itself last put into the address
Way = tuple[str | None, ...]


def chosen_way() -> Way:
    """The nodes that are followed; none until somebody chooses."""
    said = st.query_params.get(KEY)
    if said and said != st.session_state.get(WRITTEN):  # somebody followed a link
        st.session_state[KEY] = said
    text = st.session_state.get(KEY)
    try:
        way = read_way(text) if text else ()
    except QueryError as error:
        st.warning(plain.sentence(error), icon=":material/link_off:")
        way = ()
    follow(way)
    return way


def follow(way: Way) -> None:
    """Follow this way from now on; the address says so."""
    text = written_way(way) if way else ""
    st.session_state[KEY] = st.session_state[WRITTEN] = text
    if not text:
        st.query_params.pop(KEY, None)
    elif st.query_params.get(KEY) != text:
        st.query_params[KEY] = text


def forget_way() -> None:
    """Follow nothing: for controls that change what a node is."""
    follow(())


def go_on(question: PathQuestion, place: int, node: str) -> None:
    """Continue from a node."""
    follow(question.going_on(place, node).through)


def go_back(question: PathQuestion) -> None:
    """One node less, and those that were skipped before it."""
    way = list(question.trail[:-1])
    while way and way[-1] is None:
        way.pop()
    follow(tuple(way) if len(way) > (question.anchor is not None) else ())
