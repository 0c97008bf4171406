"""The editor with the fields of its parameters, and the row of what can be done with it."""

from dataclasses import replace

import streamlit as st

from pages.shared import plain, states
from pages.shared.code_editor import Asked, Mark, Shown, code_editor, has_failed
from pages.shared.sql import asking, tabs
from pages.shared.sql.mistakes import place_of_mistake
from pages.shared.sql.parameters import fields_of, parameter_fields
from pages.shared.sql.words_of_schema import schema_words
from queries import QueryError, Workspace
from queries.formatting import formatted
from reports.schema import parameters_of
from store import EditorTab

EDITOR = "sql_editor"
PLAIN = "sql_plain"
SAID = "sql_said"
PLACEHOLDER = "select day, count(*) as users\nfrom user_days\ngroup by day\norder by day"


@st.fragment
def editor_part(workspace: Workspace) -> None:
    """The field and its parameters; writing draws only these anew."""
    with states.guarded():
        tab = tabs.current()
        code_editor(
            _shown(tab, workspace),
            schema_words(workspace),
            lambda asked: _heard(asked, workspace),
            key=EDITOR,
            label=f"SQL of {tab.title}",
            placeholder=PLACEHOLDER,
            is_plain=is_plain(),
        )
        said = st.session_state.pop(SAID, None)
        if said:
            st.caption(f":material/info: {plain.sentence(said)}")
        snapshot = workspace.snapshot
        if snapshot is not None:
            known = parameters_of(tab.sql)
            parameter_fields(tab, fields_of(tab, known, workspace, snapshot))
    asking.redraw_if_asked()


def _shown(tab: EditorTab, workspace: Workspace) -> Shown:
    run = asking.run_of(tab, workspace)
    mark = None
    if run is not None and run.error is not None and run.sql == tab.sql:
        found = place_of_mistake(run.sql, run.error)
        if found is not None:
            mark = Mark(*found, str(run.error), id=f"{run.started}")
    return Shown(tab.id, tab.sql, tabs.revision(tab.id), tabs.inserted(), mark)


def _heard(asked: Asked, workspace: Workspace) -> None:
    """What was written is kept; what was asked for by key is done."""
    if asked.tab not in tabs.tabs():
        return
    tabs.change(asked.tab, sql=asked.text)
    if asked.what == "run":
        asking.redraw_after(lambda: asking.ask(asked.tab, workspace))()
    if asked.what == "format":
        format_text(asked.tab)


def format_text(tab_id: str) -> None:
    """Set the text out, or say why it stays as it is."""
    tab = tabs.tabs()[tab_id]
    try:
        tabs.change(tab_id, sql=formatted(tab.sql), is_said_by_page=True)
    except QueryError as error:
        st.session_state[SAID] = str(error)


def write_name(name: str) -> None:
    """Write a name where the cursor is; the plain field does not tell, and gets it at its end."""
    if not is_plain():
        tabs.insert(name)
        return
    tab = tabs.current()
    gap = "" if not tab.sql or tab.sql[-1].isspace() else " "
    tabs.change(tab.id, sql=f"{tab.sql}{gap}{name}", is_said_by_page=True)


def is_plain() -> bool:
    """Whether the plain field is drawn instead of the editor."""
    return bool(st.session_state.get(PLAIN)) or has_failed(EDITOR)


def tab_bar() -> None:
    """One choice for each tab, and a new one."""
    found = tabs.tabs()
    key = "sql_tab"
    st.session_state[key] = tabs.current().id
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="sql_tabs_bar"
    ):
        st.segmented_control(
            "Open queries",
            list(found),
            required=True,
            format_func=lambda tab_id: plain.markdown(_titled(found[tab_id])),
            key=key,
            label_visibility="collapsed",
            on_change=lambda: tabs.choose(st.session_state[key]),
        )
        st.button(
            "New",
            key="sql_new",
            icon=":material/add:",
            type="tertiary",
            on_click=tabs.add,
            disabled=len(found) >= tabs.MOST_TABS,
        )


def _titled(tab: EditorTab) -> str:
    longest = 24
    return tab.title if len(tab.title) <= longest else f"{tab.title[: longest - 1]}…"


def duplicate(tab: EditorTab) -> None:
    """The same text in a tab of its own that is no saved query."""
    tabs.add(f"{tab.title} (copy)", tab.sql, tab.parameters, replace(tab).chart)
