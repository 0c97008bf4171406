"""What did each release do to usage, churn, speed and errors?"""

import streamlit as st

from pages.shared.header import scope_of_page
from pages.shared.releases import address
from pages.shared.releases.listing import release_list
from pages.shared.releases.view import release_view
from pages.shared.workspaces import current

workspace = current()
if not scope_of_page(workspace).segment.is_empty:
    st.caption(":material/info: Filters do not narrow a release: it is judged over everybody.")
name = address.chosen_name()

if name is None:
    release_list(workspace)
else:
    release_view(workspace, name)
