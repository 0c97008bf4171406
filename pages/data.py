"""Can I trust the data: what was read, what was set aside, and up to which day?"""

import streamlit as st

from pages.shared.data.brief_audit import brief_audit_card
from pages.shared.data.days import days_card
from pages.shared.data.derivation import derivation_card
from pages.shared.data.log import log_card
from pages.shared.data.overview import overview_cards, tables_card
from pages.shared.data.parts import PARTS
from pages.shared.data.quarantine import quarantine_card
from pages.shared.sign_in import viewer
from pages.shared.states import card
from pages.shared.workspaces import current
from reports.ask_sql import seal_words
from reports.data_health import data_health

workspace = current()
report = data_health(workspace)

overview_cards(report)

with card("tables"):
    tables_card(report)

with card("days"):
    days_card(report, starts_on_sunday=workspace.settings.product.week_start == "sunday")

with card("quarantine"):
    quarantine_card(workspace, report)

with card("brief_audit"):
    brief_audit_card(workspace)

if viewer().may("configure"):
    if note := seal_words():
        st.info(note)
    with card("derivation"):
        derivation_card(workspace)
    with card("log"):
        log_card(workspace)

chosen = st.segmented_control(
    "More about",
    list(PARTS),
    default="Metrics",
    required=True,
    key="about",
    bind="query-params",
    persist_state="session",
    label_visibility="collapsed",
)
with card("part"):
    PARTS[chosen](report)
