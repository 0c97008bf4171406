"""Is the service fast and correct enough, and when does growth break it?"""

import streamlit as st

from pages.shared.header import scope_of_page
from pages.shared.performance.capacity import capacity_cards
from pages.shared.performance.objectives import objective_cards
from pages.shared.performance.speed import speed_cards
from pages.shared.performance.versions import versions_card
from pages.shared.states import card, empty
from pages.shared.workspaces import current
from reports.service_days import MISSING, has_requests

PARTS = {
    "speed": "Speed and errors",
    "objectives": "Objectives",
    "versions": "New in a version",
    "capacity": "Capacity",
}

workspace = current()
scope = scope_of_page(workspace)

if not has_requests(workspace):
    with card("performance"):
        empty("No requests are known", MISSING)
    st.stop()

if not scope.segment.is_empty:
    st.caption(":material/info: Filters do not narrow requests: they are nobody's in particular.")

part = st.segmented_control(
    "Part",
    PARTS,
    default="speed",
    required=True,
    format_func=PARTS.__getitem__,
    key="service_part",
    bind="query-params",
    persist_state="session",
    label_visibility="collapsed",
)
if part == "objectives":
    objective_cards(workspace)
elif part == "versions":
    with card("versions"):
        versions_card(workspace)
elif part == "capacity":
    capacity_cards(workspace)
else:
    speed_cards(workspace, scope)
