"""What do users say?"""

import streamlit as st

from pages.shared.controls import is_grain_left
from pages.shared.feedback.scores import features_card, score_cards, segments_card, trend_card
from pages.shared.feedback.words import quotes_card, themes_card
from pages.shared.header import scope_of_page
from pages.shared.states import CARD_HEIGHT, card, empty
from pages.shared.workspaces import current
from reports.feedback import feedback
from reports.feedback_words import feedback_words

MAP_FEEDBACK = (
    "Map a table `feedback` with `user_id`, `said_at`, and `score` with `scale` or `text`."
)

workspace = current()
scope = scope_of_page(workspace)

with st.skeleton(height=CARD_HEIGHT):
    report = feedback(workspace, scope, is_grain_left=is_grain_left())
if report.is_missing:
    with card("no_feedback"):
        empty("There is no feedback yet", MAP_FEEDBACK)
    st.stop()

score_cards(workspace, scope, report)

with card("trend"):
    trend_card(workspace, scope, report)

left, right = st.columns(2)
with left, card("segments"):
    segments_card(workspace, scope)
with right, card("features"):
    features_card(report)

said = feedback_words(workspace, scope)
left, right = st.columns(2)
with left, card("themes"):
    themes_card(said)
with right, card("quotes"):
    quotes_card(workspace, said)
