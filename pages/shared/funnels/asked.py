"""The funnel that is looked at: one text, kept in the session and in the address."""

import streamlit as st

from pages.shared import plain
from queries import QueryError, Workspace
from reports.funnel_address import Parts, read, written
from reports.funnel_choices import FunnelChoices
from reports.funnel_question import FunnelExclusion, FunnelStep

KEY = "funnel"  # in the address and in the session
WRITTEN = "funnel_written"  # what this page itself last put into the address
IDS = "funnel_ids"  # a number for each step's widgets, which move with it
EXCLUSION_IDS = "funnel_exclusion_ids"


def chosen_parts(workspace: Workspace, choices: FunnelChoices) -> Parts | None:
    """Steps and exclusions; the first suggestion until somebody chooses; None: no events at all."""
    said = st.query_params.get(KEY)
    if said and said != st.session_state.get(WRITTEN):  # somebody followed a link
        st.session_state[KEY] = said
        forget_widgets()
    text = st.session_state.get(KEY)
    parts = _read(text, workspace) if text else None
    if parts is None:
        suggested = next(iter(choices.suggestions.values()), None)
        if suggested is None:
            return None
        parts = (suggested, ())
    keep(*parts)
    return parts


def keep(steps: tuple[FunnelStep, ...], exclusions: tuple[FunnelExclusion, ...] = ()) -> None:
    """Look at this funnel from now on; the address says so."""
    text = written(steps, exclusions)
    st.session_state[KEY] = st.session_state[WRITTEN] = text
    if st.query_params.get(KEY) != text:
        st.query_params[KEY] = text


def show(steps: tuple[FunnelStep, ...], exclusions: tuple[FunnelExclusion, ...] = ()) -> None:
    """Look at another funnel: its widgets are drawn anew."""
    keep(steps, exclusions)
    forget_widgets()


def forget_widgets() -> None:
    """Let the builder's rows be made from the text."""
    for key in (IDS, EXCLUSION_IDS):
        st.session_state.pop(key, None)


def ids(key: str, count: int) -> list[int]:
    """A number for each row's widgets; new ones where there are none that fit."""
    known = st.session_state.get(key)
    if known is None or len(known) != count:
        known = [new_id() for _ in range(count)]
        st.session_state[key] = known
    return list(known)


def new_id() -> int:
    """A number that no row of this session has had."""
    last = st.session_state.get("funnel_last_id", 0) + 1
    st.session_state["funnel_last_id"] = last
    return int(last)


def _read(text: str, workspace: Workspace) -> Parts | None:
    """The text's funnel; one that cannot be used is told, and left out."""
    try:
        return read(text, workspace.dimensions)
    except QueryError as error:
        st.warning(
            f"The funnel of this address cannot be used. {plain.sentence(error)}",
            icon=":material/link_off:",
        )
        return None
