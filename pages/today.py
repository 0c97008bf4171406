"""What changed since yesterday, and what do today's figures stand at?"""

import streamlit as st

from pages.shared.header import scope_of_page
from pages.shared.states import CARD_HEIGHT, card
from pages.shared.today.brief import brief_card
from pages.shared.today.headlines import headline_cards
from pages.shared.today.morning import morning_cards
from pages.shared.today.releases import releases_card
from pages.shared.usage.active_users import active_user_course
from pages.shared.workspaces import current
from reports.active_users import active_users
from reports.headlines import headlines
from reports.markers import latest_releases

workspace = current()
scope = scope_of_page(workspace)

with st.skeleton(height=2 * CARD_HEIGHT):
    headline_cards(workspace, scope, headlines(workspace, scope))

with card("brief"):
    brief_card(workspace)

morning_cards(workspace)

with card("active_users"):
    st.header("Active users", anchor=False)
    active_user_course(workspace, scope, active_users(workspace, scope))

with card("releases"):
    releases_card(latest_releases(workspace))
