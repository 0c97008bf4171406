"""All features beside each other: at a glance, in a table, on a map, and how much hangs on few."""

import streamlit as st

from pages.shared.adoption.overview import concentration_card, map_card, overview_cards
from pages.shared.adoption.table import table_card
from pages.shared.states import CARD_HEIGHT, card
from queries import Workspace
from reports.adoption import adoption
from reports.scope import Scope


def features_view(workspace: Workspace, scope: Scope) -> None:
    """From the figures at the top to the table's own rows."""
    with st.skeleton(height=CARD_HEIGHT):
        report = adoption(workspace, scope)
    if report is None:
        return
    overview_cards(report)
    with card("features"):
        table_card(workspace, scope, report)
    left, right = st.columns([3, 2])
    with left, card("map"):
        map_card(report)
    with right, card("concentration"):
        concentration_card(report)
