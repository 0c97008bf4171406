"""What else waits: a small card for each part of the product that has something to say."""

from typing import Literal

import streamlit as st

from pages.shared import plain
from pages.shared.today.opening import has_page, show_page
from queries import Workspace
from reports.morning import Line, Section
from reports.morning_kept import kept_morning

EVERY = 2  # seconds between two looks while it is put together
ICONS: dict[str, str] = {"good": "check_circle", "bad": "error", "plain": "chevron_right"}
COLOURS: dict[str, Literal["green", "orange", "gray"]] = {
    "good": "green",
    "bad": "orange",
    "plain": "gray",
}
MOST = 5  # lines of a card; its page has all


def morning_cards(workspace: Workspace) -> None:
    """Decisions, readouts, goals, features, accounts, budget, feedback, work, data."""
    found = kept_morning(workspace)
    if found is None:
        st.fragment(_in_the_making, run_every=EVERY)(workspace)
        return
    with st.grid(2, min_column_width=340, key="cards_morning"):
        for section in found:
            with st.container(border=True, key=f"morning_{section.name}", height="stretch"):
                _card(section)


def _in_the_making(workspace: Workspace) -> None:
    if kept_morning(workspace) is not None:
        st.rerun()
    with st.container(border=True, key="card_morning"):
        st.markdown(":material/hourglass_top: **The rest of the morning is being put together**")
        st.caption("Decisions, readouts, goals, risks and work; once a build.")


def _card(section: Section) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader(section.title, anchor=False, width="content")
        if has_page(section.page) and st.button(
            "Open", key=f"morning_open_{section.name}", type="tertiary",
            icon=":material/arrow_forward:",
        ):  # fmt: skip
            show_page(section.page)
    for line in section.lines[:MOST]:
        st.markdown(_said(line))
    if len(section.lines) > MOST:
        st.caption(f"and {len(section.lines) - MOST} more")
    if not section.lines:
        st.caption(section.nothing)


def _said(line: Line) -> str:
    return f":{COLOURS[line.tone]}[:material/{ICONS[line.tone]}:] {plain.sentence(line.text)}"
