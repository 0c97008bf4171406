"""Which features are adopted, how broadly, how often, how soon?"""

import streamlit as st

from pages.shared.adoption.overview import concentration_card, map_card, overview_cards
from pages.shared.adoption.table import table_card
from pages.shared.header import scope_of_page
from pages.shared.states import CARD_HEIGHT, card, empty
from pages.shared.workspaces import current
from reports.adoption import adoption

NO_FEATURES = "No event names a feature yet"
NAME_FEATURES = (
    "Map a column to `feature`, or add `[[features]]` rules to workspace.toml, then build."
)

workspace = current()
scope = scope_of_page(workspace)

with st.skeleton(height=CARD_HEIGHT):
    report = adoption(workspace, scope)
if report is None:
    with card("no_features"):
        empty(NO_FEATURES, NAME_FEATURES)
    st.stop()

overview_cards(report)

with card("features"):
    table_card(report)

left, right = st.columns([3, 2])
with left, card("map"):
    map_card(report)
with right, card("concentration"):
    concentration_card(report)
