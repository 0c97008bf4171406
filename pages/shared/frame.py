"""The main script: what surrounds every page. Whatever the address, this runs first.

It is not beside the pages: a main script with pages/ beside it lets a deep link run a page alone.
"""

from pathlib import Path

import streamlit as st

from pages.shared import gate, states, workspaces
from pages.shared.header import header
from pages.shared.sign_in import Shut, viewer
from queries import TidemarkError

PAGES = Path(__file__).resolve().parents[1]
ICON = PAGES / "shared" / "favicon.png"
LOGO = PAGES / "shared" / "logo.svg"
LOOK = PAGES / "shared" / "look.css"


def navigation(*, has_sql: bool, is_hidden: bool = False) -> st.Page:
    """The pages in their groups; the one that the address asks for."""

    def page(name: str, title: str, icon: str, *, default: bool = False) -> st.Page:
        path = PAGES / f"{name}.py"
        return st.Page(path, title=title, icon=f":material/{icon}:", url_path=name, default=default)

    ask = [page("boards", "Boards", "dashboard"), page("data", "Data", "database")]
    if has_sql:
        ask.insert(0, page("sql", "SQL", "terminal"))
    return st.navigation(
        {
            "Daily": [
                page("today", "Today", "today", default=True),
                page("leadership", "Leadership", "summarize"),
            ],
            "Product": [
                page("usage", "Usage", "group"),
                page("funnels", "Funnels", "filter_alt"),
                page("paths", "Paths", "conversion_path"),
                page("retention", "Retention", "event_repeat"),
                page("churn", "Churn", "person_remove"),
                page("adoption", "Adoption", "rocket_launch"),
                page("diagnosis", "Diagnosis", "troubleshoot"),
            ],
            "Decisions": [
                page("experiments", "Experiments", "science"),
                page("releases", "Releases", "rocket"),
            ],
            "Service": [
                page("performance", "Performance", "speed"),
                page("feedback", "Feedback", "forum"),
            ],
            "Ask": ask,
        },
        position="hidden" if is_hidden else "sidebar",
        expanded=True,  # otherwise the last pages hide behind "View more"
    )


def unusable(page: st.Page, error: TidemarkError) -> None:
    """Say why the workspace cannot be opened."""
    st.title(page.title, anchor=False)
    with st.container(border=True, key="card_unusable"):
        states.failed(error)


def run() -> None:
    """Configure, let in or not, and run the page; what fails is a message, not a traceback."""
    st.set_page_config(
        page_title="Tidemark", page_icon=str(ICON), layout="wide", initial_sidebar_state="auto"
    )
    st.logo(LOGO, size="large", icon_image=ICON)
    st.html(LOOK)
    try:
        who = viewer()
        workspace = workspaces.current()
    except Shut as why:
        navigation(has_sql=True, is_hidden=True)  # so that the address stays as it is
        gate.shut(why)
        return
    except TidemarkError as error:
        unusable(navigation(has_sql=True), error)
        return
    page = navigation(has_sql=who.may("sql"))
    gate.account(who)
    with states.guarded():
        if header(page, workspace):
            page.run()


if __name__ == "__main__":
    run()
