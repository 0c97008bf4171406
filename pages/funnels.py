"""Where do people drop off on the way to X?"""

import streamlit as st

from pages.shared.funnels.along import along_note
from pages.shared.funnels.asked import chosen_parts
from pages.shared.funnels.builder import steps_builder
from pages.shared.funnels.drivers import drivers_card
from pages.shared.funnels.groups import groups_card
from pages.shared.funnels.rules import funnel_rules
from pages.shared.funnels.steps import funnel_cards, steps_card
from pages.shared.funnels.times import times_card
from pages.shared.funnels.trend import trend_card
from pages.shared.header import scope_of_page
from pages.shared.plain import sentence
from pages.shared.states import CARD_HEIGHT, card, empty
from pages.shared.workspaces import current
from reports.funnel import funnel
from reports.funnel_choices import funnel_choices

workspace = current()
scope = scope_of_page(workspace)
choices = funnel_choices(workspace)
parts = chosen_parts(workspace, choices)
if parts is None:
    empty("There are no events yet", "Build the workspace with some, then choose steps here.")
    st.stop()

with st.container(border=True, key="card_builder"):
    steps_builder(workspace, choices, parts)
    question = funnel_rules(workspace, choices, parts)

with st.skeleton(height=CARD_HEIGHT):
    report = funnel(workspace, scope, question)
    funnel_cards(report)
st.caption(sentence(question.words))
along_note(question)

with card("funnel_steps"):
    steps_card(workspace, report)

left, right = st.columns(2)
with left, card("funnel_trend"):
    trend_card(workspace, report)
with right, card("funnel_times"):
    times_card(workspace, report)

if question.by is not None:
    with card("funnel_groups"):
        groups_card(workspace, report)

if question.path is None:
    with card("funnel_drivers"):
        drivers_card(workspace, report)
