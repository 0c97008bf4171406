"""A button that copies the page's address: everything chosen on the page is in it."""

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

HERE = Path(__file__).parent


@cache
def _component() -> ComponentRenderer:
    html, css, js = (
        (HERE / f"button.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")
    )
    return st.components.v2.component("copy_link", html=html, css=css, js=js)


def copy_link() -> None:
    """Draw the button."""
    _component()(key="copy_link", width="content", height="content")
