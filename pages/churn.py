"""Who leaves, how much revenue goes with them, and who is next?"""

import streamlit as st

from pages.shared.churn.missing import no_subscriptions
from pages.shared.churn.question import (
    chosen_currency,
    chosen_months,
    chosen_rules,
    chosen_view,
)
from pages.shared.churn.revenue import (
    month_card,
    movements_card,
    rates_card,
    reasons_card,
    revenue_cards,
)
from pages.shared.churn.usage import usage_view
from pages.shared.header import scope_of_page
from pages.shared.states import CARD_HEIGHT, card, guarded
from pages.shared.workspaces import current
from reports.revenue_bridge import revenue_report
from reports.revenue_spans import paid_spans

workspace = current()
segment = scope_of_page(workspace).segment
paid = paid_spans(workspace, segment)
has_revenue = bool(paid.source.rows.height) or not segment.is_empty
view = chosen_view(has_revenue=has_revenue)

if view != "usage" and not has_revenue:
    no_subscriptions()
elif view == "revenue":
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        months, rules = chosen_months(), chosen_rules()
        currency = chosen_currency(paid.currencies)
    with st.skeleton(height=CARD_HEIGHT):
        report = revenue_report(workspace, segment, rules=rules, months=months, currency=currency)
        revenue_cards(report)
    with card("movements"):
        movements_card(workspace, report)
    left, right = st.columns(2)
    with left, card("rates"):
        rates_card(report)
    with right, card("month"):
        month_card(report)
    with card("reasons"):
        reasons_card(report)
else:
    with guarded():
        usage_view(workspace, segment)
