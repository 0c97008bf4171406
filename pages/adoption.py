"""Which features are adopted, how broadly, how often, how soon?"""

import streamlit as st

from pages.shared.adoption.accounts import accounts_view
from pages.shared.adoption.address import chosen_feature, chosen_view
from pages.shared.adoption.feature import feature_view
from pages.shared.adoption.features import features_view
from pages.shared.adoption.releases import releases_view
from pages.shared.header import scope_of_page
from pages.shared.states import card, empty
from pages.shared.workspaces import current
from reports.feature_list import features

NO_FEATURES = "No event names a feature yet"
NAME_FEATURES = "Map a column to `feature`, or add `[[features]]` rules to workspace.toml."

workspace = current()
scope = scope_of_page(workspace)
if not features(workspace):
    with card("no_features"):
        empty(NO_FEATURES, NAME_FEATURES)
    st.stop()

name = chosen_feature()
if name is not None:
    feature_view(workspace, scope, name)
else:
    view = chosen_view()
    if view == "releases":
        releases_view(workspace, scope.segment)
    elif view == "accounts":
        accounts_view(workspace, scope)
    else:
        features_view(workspace, scope)
