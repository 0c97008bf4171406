"""Which way do people take to X, or from X on?"""

import streamlit as st

from metrics.periods import words
from pages.shared.controls import chosen_scope, period_controls
from pages.shared.header import snapshot_of_page
from pages.shared.paths.flow_card import flow_card
from pages.shared.paths.question import path_question
from pages.shared.paths.tables import links_card, nodes_card, way_figures
from pages.shared.plain import sentence
from pages.shared.states import CARD_HEIGHT, card
from pages.shared.workspaces import current
from reports.funnel_choices import funnel_choices
from reports.paths import paths

workspace = current()
snapshot = snapshot_of_page(workspace)
period_controls(snapshot, has_comparison=False, has_grain=False)
scope = chosen_scope(workspace, snapshot)

with st.container(border=True, key="card_path_rules"):
    question = path_question(funnel_choices(workspace))

with st.skeleton(height=CARD_HEIGHT):
    report = paths(workspace, scope, question)
    way_figures(report)
st.caption(f"**{words(scope.period)}** · {sentence(question.words)}")

with card("paths_flow"):
    flow_card(workspace, report)

left, right = st.columns([3, 2])
with left, card("paths_links"):
    links_card(report)
with right, card("paths_nodes"):
    nodes_card(report)
