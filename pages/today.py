"""What changed since yesterday, and what do today's figures stand at?"""

import streamlit as st

from pages.shared.header import scope_of_page
from pages.shared.states import card
from pages.shared.today.headlines import headline_cards
from pages.shared.today.releases import releases_card
from pages.shared.usage.active_users import active_user_course
from pages.shared.workspaces import current
from reports.active_users import active_users
from reports.headlines import headlines
from reports.markers import latest_releases, markers

workspace = current()
scope = scope_of_page(workspace)

headline_cards(workspace, headlines(workspace, scope))

with card("active_users"):
    st.header("Active users", anchor=False)
    happened = markers(workspace, scope.period)
    active_user_course(active_users(workspace, scope), scope, happened)

with card("releases"):
    releases_card(latest_releases(workspace))
