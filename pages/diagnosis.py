"""A feature is under-used: can people not find it, not manage it, or not need it?"""

import streamlit as st

from pages.shared.diagnosis.address import chosen_feature, chosen_weeks
from pages.shared.diagnosis.feature import feature_view
from pages.shared.diagnosis.overview import nothing_card, overview_view
from pages.shared.header import scope_of_page
from pages.shared.states import SKELETON_HEIGHT
from pages.shared.workspaces import current
from reports.diagnosis import diagnosis
from reports.feature_list import features

workspace = current()
scope = scope_of_page(workspace)
weeks = chosen_weeks()
name = chosen_feature()

with st.skeleton(height=SKELETON_HEIGHT):
    report = diagnosis(workspace, scope.segment, weeks=weeks)

if report is None:
    nothing_card(has_features=bool(features(workspace)))
elif name is not None:
    feature_view(workspace, scope, name, weeks=weeks)
else:
    overview_view(report)
