"""Do people come back?"""

import streamlit as st

from pages.shared.header import scope_of_page, snapshot_of_page
from pages.shared.plain import sentence
from pages.shared.retention.cohorts import triangle_card
from pages.shared.retention.curves import average_card, over_cohorts_card
from pages.shared.retention.question import retention_controls
from pages.shared.states import card
from pages.shared.workspaces import current
from reports.retention import retention

workspace = current()
asked = retention_controls(workspace, snapshot_of_page(workspace), scope_of_page(workspace))
report = retention(workspace, asked.scope, asked.question)

st.markdown(sentence(report.criterion_words))

left, right = st.columns(2)
with left, card("average"):
    average_card(report)
with right, card("over_cohorts"):
    over_cohorts_card(workspace, asked.scope.period, report)

with card("triangle"):
    triangle_card(workspace, asked.scope, report)
