"""Who uses the product, how often, and how is that base built up?"""

import streamlit as st

from pages.shared.header import scope_of_page
from pages.shared.states import CARD_HEIGHT, card
from pages.shared.usage.active_users import active_user_cards, active_user_chart
from pages.shared.usage.breakdown import breakdown_card
from pages.shared.usage.engagement import engagement_card
from pages.shared.usage.hours import hours_card
from pages.shared.usage.lifecycle import lifecycle_card
from pages.shared.usage.sessions import sessions_card
from pages.shared.usage.top_events import top_events_card
from pages.shared.workspaces import current
from reports.active_users import active_users

workspace = current()
scope = scope_of_page(workspace)

with st.skeleton(height=CARD_HEIGHT):
    report = active_users(workspace, scope)
    active_user_cards(workspace, scope, report)

with card("active_users"):
    active_user_chart(workspace, scope, report)

with card("lifecycle"):
    lifecycle_card(workspace, scope)

left, right = st.columns(2)
with left, card("engagement"):
    engagement_card(workspace, scope)
with right, card("sessions"):
    sessions_card(workspace, scope)

with card("top_events"):
    top_events_card(workspace, scope)

left, right = st.columns(2)
with left, card("hours"):
    hours_card(workspace, scope)
with right, card("breakdown"):
    breakdown_card(workspace, scope)
