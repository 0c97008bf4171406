"""What do the data say to a question of one's own?"""

import streamlit as st

from pages.shared.header import snapshot_of_page
from pages.shared.sign_in import viewer
from pages.shared.sql import asking, tabs
from pages.shared.sql.history import history
from pages.shared.sql.linking import keep_address, open_what_was_asked, saved_state
from pages.shared.sql.results import result
from pages.shared.sql.saved import saved
from pages.shared.sql.schema_browser import schema_browser
from pages.shared.sql.toolbar import toolbar
from pages.shared.sql.watching import is_answered, watch
from pages.shared.sql.workbench import editor_part, tab_bar
from pages.shared.states import card, empty, guarded
from pages.shared.workspaces import current

SIDE = {"tables": "Tables", "saved": "Saved", "history": "History"}
EDITOR_HEIGHT, SIDE_HEIGHT = 230, 720  # pixels

workspace = current()
snapshot_of_page(workspace)

if not viewer().may("sql"):
    empty("Asking in SQL needs the role analyst", "Ask whoever keeps workspace.toml for it.")
    st.stop()

open_what_was_asked(workspace)
tab = tabs.current()
keep_address(tab)
run = asking.run_of(tab, workspace)
is_done = is_answered(run)

left, right = st.columns([3, 1], gap="medium")

with left:
    tab_bar()
    saved_state(tab)
    with st.skeleton(height=EDITOR_HEIGHT):
        editor_part(workspace)
    toolbar(tab, workspace)
    with card("sql_result", height=EDITOR_HEIGHT):
        if is_done:
            result(tabs.current(), run)
        else:
            watch(tab, workspace)

with right:
    side = st.segmented_control(
        "Beside the editor",
        SIDE,
        default="tables",
        required=True,
        format_func=SIDE.__getitem__,
        key="sql_side",
        persist_state="session",
        label_visibility="collapsed",
    )
    with st.container(height=SIDE_HEIGHT, key="card_sql_side"), guarded():
        if side == "tables":
            schema_browser(workspace)
        elif side == "saved":
            saved()
        else:
            history()
