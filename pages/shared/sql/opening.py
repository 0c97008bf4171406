"""The way from a figure to the SQL page: the same text, with the same values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.shared.sign_in import viewer
from reports.answer import Source

KEY = "sql_open"
PAGE = "../sql.py"  # from the main script


@dataclass(frozen=True, slots=True)
class Opened:
    """What is to be opened in a tab of its own.

    Attributes:
        title: What stands on the tab.
        sql: The text.
        parameters: Values of its `$parameters`.
    """

    title: str
    sql: str
    parameters: Mapping[str, Any]


def open_in_sql(source: Source) -> None:
    """Leave for the SQL page, where the figure's text waits; not from within a callback."""
    st.session_state[KEY] = Opened(source.title, source.sql, dict(source.parameters))
    st.switch_page(PAGE, query_params={})  # also where controls stand in the address


def open_button(source: Source, *, key: str) -> None:
    """Open a figure's text, if it has one and the viewer may ask on their own."""
    if not source.sql or not viewer().may("sql"):
        return
    if st.button("Open in SQL", key=f"open_sql_{key}", type="tertiary", icon=":material/terminal:"):
        open_in_sql(source)


def take_opened() -> Opened | None:
    """What another page left here; it is taken once."""
    left = st.session_state.pop(KEY, None)
    return left if isinstance(left, Opened) else None
