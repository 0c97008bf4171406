"""One click from an item of the brief to the page that shows more, with window and segment set."""

from pathlib import Path

import streamlit as st

from reports.brief_chart import segment_of, window_of
from reports.brief_items import Item
from reports.dimension_values import NOT_SET

PAGES = Path(__file__).resolve().parents[2]
NAMES = {
    "usage": "Usage",
    "performance": "Performance",
    "adoption": "Adoption",
    "funnels": "Funnels",
}


def page_name(item: Item) -> str:
    """What the page is called that an item opens."""
    return NAMES[_page(item)]


def set_scope(item: Item) -> None:
    """Choose the item's days and the four weeks before, its segment and its dimension."""
    st.session_state["period"] = "custom"
    st.session_state["days"] = window_of(item)
    st.session_state["where"] = [
        f"{one.dimension}:{value or NOT_SET}"
        for one in segment_of(item).filters
        for value in one.values
    ]
    if item.candidates and len(item.candidates[0].dimensions) == 1:
        st.session_state["by"] = item.candidates[0].dimensions[0]


def open_page(item: Item) -> None:
    """Show the item's page."""
    show_page(_page(item))


def _page(item: Item) -> str:
    wanted = "adoption" if item.feature else item.page
    is_there = wanted in NAMES and (PAGES / f"{wanted}.py").is_file()
    return wanted if is_there else "usage"


def has_page(name: str) -> bool:
    """Whether there is such a page."""
    return (PAGES / f"{name}.py").is_file()


def show_page(name: str) -> None:
    """Show it."""
    st.switch_page(f"../{name}.py", query_params={})  # also where controls stand in the address
