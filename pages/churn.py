"""Who leaves, how much revenue goes with them, and who is next?"""

import streamlit as st

from pages.shared.churn.definitions import definitions_view
from pages.shared.churn.missing import no_subscriptions
from pages.shared.churn.question import (
    chosen_currency,
    chosen_months,
    chosen_rules,
    chosen_view,
)
from pages.shared.churn.revenue import revenue_view
from pages.shared.churn.risk import risk_view
from pages.shared.churn.survival import survival_view
from pages.shared.churn.usage import usage_view
from pages.shared.header import scope_of_page
from pages.shared.states import guarded
from pages.shared.workspaces import current
from reports.revenue_spans import paid_spans

workspace = current()
segment = scope_of_page(workspace).segment
paid = paid_spans(workspace, segment)
has_revenue = bool(paid.source.rows.height) or not segment.is_empty
view = chosen_view(has_revenue=has_revenue)

if view == "usage":
    with guarded():
        usage_view(workspace, segment)
elif not has_revenue:
    no_subscriptions()
else:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        rules = chosen_rules()
        months = chosen_months() if view == "revenue" else 0
        currency = chosen_currency(paid.currencies)
    with guarded():
        if view == "definitions":
            definitions_view(workspace, segment, rules, currency)
        elif view == "survival":
            survival_view(workspace, segment, rules, currency)
        elif view == "risk":
            risk_view(workspace, segment, rules, currency)
        else:
            revenue_view(workspace, segment, rules, months=months, currency=currency)
