"""Which feature is open, and over how many weeks: both stand in the address."""

from datetime import date

import streamlit as st

from pages.shared.controls import last_day_of
from queries import Snapshot
from reports.diagnosis import USUAL_WEEKS, WEEKS

KEY = "feature"  # the same as on Adoption, so that a feature stays open from one page to the other


def chosen_feature() -> str | None:
    """The feature that the address names; None: none, so all are listed."""
    return st.query_params.get(KEY) or None


def choose_feature(name: str | None) -> None:
    """Open a feature, or the list of all: for callbacks."""
    if name is None:
        st.query_params.pop(KEY, None)
    else:
        st.query_params[KEY] = name


def chosen_weeks() -> int:
    """How many complete weeks are read."""
    offered = {str(weeks): f"{weeks} weeks" for weeks in WEEKS}
    chosen = st.segmented_control(
        "Period",
        offered,
        default=str(USUAL_WEEKS),
        required=True,
        format_func=offered.__getitem__,
        key="weeks",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    return int(chosen) if chosen in offered else USUAL_WEEKS


def chosen_last_day(snapshot: Snapshot) -> date:
    """The last day that is read: an earlier one keeps a release out of the weeks."""
    last = last_day_of(snapshot)
    first = min(snapshot.first_day or last, last)
    chosen = st.date_input(
        "Last day",
        value=last,
        min_value=first,
        max_value=last,
        format="YYYY-MM-DD",
        key="until",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width=150,
    )
    return chosen if isinstance(chosen, date) else last
