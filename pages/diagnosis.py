"""A feature is under-used: can people not find it, not manage it, or not need it?"""

import streamlit as st

from pages.shared.diagnosis.address import chosen_feature, chosen_last_day, chosen_weeks
from pages.shared.diagnosis.feature import feature_view
from pages.shared.diagnosis.overview import nothing_card, overview_view
from pages.shared.header import scope_of_page, snapshot_of_page
from pages.shared.states import SKELETON_HEIGHT
from pages.shared.workspaces import current
from reports.diagnosis import diagnosis
from reports.feature_list import features

workspace = current()
scope = scope_of_page(workspace)
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    weeks = chosen_weeks()
    st.caption("up to", width="content")
    until = chosen_last_day(snapshot_of_page(workspace))
name = chosen_feature()

with st.skeleton(height=SKELETON_HEIGHT):
    report = diagnosis(workspace, scope.segment, weeks=weeks, until=until)

if report is None:
    nothing_card(has_features=bool(features(workspace)))
elif name is not None:
    feature_view(workspace, scope, name, weeks=weeks, until=until)
else:
    overview_view(report)
