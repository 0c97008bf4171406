"""The controls of the Churn page: which question, over how many months, counted how."""

from typing import Any

import streamlit as st

from metrics.revenue import PRESETS, Rules
from reports.churn_rules import CHOICES, in_words

VIEWS = {
    "revenue": "Revenue",
    "survival": "How long",
    "risk": "At risk",
    "usage": "Usage",
    "definitions": "Definitions",
}
MODES = {"net": "Net", "event": "Every movement"}
OWN = "Own rules"
MONTHS = (6, 12, 24, 36)
DEFAULT_MONTHS = 12

URL: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def chosen_view(*, has_revenue: bool) -> str:
    """Which question the page answers; without subscriptions, first that of usage."""
    default = "revenue" if has_revenue else "usage"
    return st.segmented_control(
        "Question",
        VIEWS,
        default=default,
        required=True,
        format_func=VIEWS.__getitem__,
        key="churn_view" if has_revenue else "churn_view_usage",
        label_visibility="collapsed",
        **URL,
    )


def chosen_months() -> int:
    """How many complete months are shown."""
    return int(
        st.segmented_control(
            "Complete months",
            MONTHS,
            default=DEFAULT_MONTHS,
            required=True,
            key="churn_months",
            **URL,
        )
    )


def chosen_rules() -> Rules:
    """How movements are counted: as a preset, or by switches of one's own."""
    preset = st.selectbox("Counted like", [*PRESETS, OWN], key="churn_preset", width=170, **URL)
    if preset == OWN:
        with st.popover("Rules", icon=":material/tune:", key="churn_rules"):
            return Rules(**{name: _switch(name) for name in CHOICES})
    if preset != "Tidemark":
        return PRESETS[preset]
    mode = st.segmented_control(
        "Counted",
        MODES,
        default="net",
        required=True,
        format_func=MODES.__getitem__,
        key="churn_mode",
        help="Net compares each account's start and end of the month; "
        "every movement adds up all changes in between.",
        **URL,
    )
    return Rules(mode="event" if mode == "event" else "net")


def _switch(name: str) -> Any:
    """One choice; its value in words in the address."""
    options = list(CHOICES[name].options)
    return st.selectbox(
        CHOICES[name].label,
        options,
        index=options.index(getattr(Rules(), name)),
        format_func=lambda value: in_words(name, value),
        key=f"churn_{name}",
        **URL,
    )


def chosen_currency(currencies: tuple[str, ...]) -> str | None:
    """The currency of the amounts, where there are several."""
    if len(currencies) < 2:
        return None
    return st.selectbox("Currency", currencies, key="churn_currency", width=120, **URL)
