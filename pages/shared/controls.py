"""The controls that every page shares, kept in the address, and the scope they ask for.

Values come from the address, so they are anybody's: each is checked again before it is used. The
address has the words of the labels ("period=12w&grain=Week"), so a label is kept once it is used.
Defaults are relative ("28d"): a link without them means the same tomorrow.
"""

from dataclasses import replace
from datetime import date, timedelta
from typing import cast

import streamlit as st

from metrics.periods import (
    ComparisonMode,
    Grain,
    Period,
    comparison,
    days_ending,
    relative_period,
)
from pages.shared.filters import chosen_segment
from queries import Snapshot, Workspace
from reports.scope import Scope

PERIODS = {
    "7d": "7d",
    "28d": "28d",
    "90d": "90d",
    "12w": "12w",
    "12m": "12m",
    "custom": "Custom",
}
COMPARISONS = {
    "previous": "vs previous period",
    "year": "vs last year",
    "none": "No comparison",
}
GRAINS = {"auto": "Auto", "day": "Day", "week": "Week", "month": "Month"}

DEFAULT_PERIOD = "28d"
LONGEST_BY_DAY = 62  # days; a longer period is drawn by week unless asked otherwise
LONGEST_BY_WEEK = 200  # days; a longer one by month


def last_day_of(snapshot: Snapshot) -> date:
    """The day that relative periods end with: the last complete one, else the last there is."""
    return snapshot.watermark or snapshot.last_day or snapshot.built_at.date()


def period_controls(
    snapshot: Snapshot, *, has_comparison: bool = True, has_grain: bool = True
) -> None:
    """Which days, compared with which if with any, drawn how finely if over time."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.segmented_control(
            "Period",
            PERIODS,
            default=DEFAULT_PERIOD,
            required=True,
            format_func=PERIODS.__getitem__,
            key="period",
            bind="query-params",
            persist_state="session",
            label_visibility="collapsed",
        )
        if st.session_state.get("period") == "custom":
            _custom_days(snapshot)
        if has_comparison:
            st.selectbox(
                "Comparison",
                COMPARISONS,
                format_func=COMPARISONS.__getitem__,
                key="compare",
                bind="query-params",
                persist_state="session",
                label_visibility="collapsed",
                width=190,
            )
        if has_grain:
            _grain()


def _grain() -> None:
    """How finely figures over time are drawn."""
    st.segmented_control(
        "Drawn by",
        GRAINS,
        default="auto",
        required=True,
        format_func=GRAINS.__getitem__,
        key="grain",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )


def _custom_days(snapshot: Snapshot) -> None:
    last = last_day_of(snapshot)
    first = min(snapshot.first_day or last, last)
    st.date_input(
        "First and last day",
        value=(max(first, last - timedelta(days=27)), last),
        min_value=first,
        max_value=last,
        format="YYYY-MM-DD",
        key="days",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width=250,
    )


def chosen_scope(workspace: Workspace, snapshot: Snapshot) -> Scope:
    """What the controls ask for, with every value checked."""
    period = chosen_period(snapshot)
    mode = cast("ComparisonMode", _known("compare", COMPARISONS, "previous"))
    return Scope(
        period=period,
        comparison=comparison(period, mode),
        grain=chosen_grain(period),
        segment=chosen_segment(workspace),
    )


def chosen_period(snapshot: Snapshot) -> Period:
    """The days looked at, within the days that there are."""
    last = last_day_of(snapshot)
    name = _known("period", PERIODS, DEFAULT_PERIOD)
    if name == "custom":
        return _custom_period(last)
    return relative_period(name, last_day=last)


def _custom_period(last: date) -> Period:
    """First and last day as picked; while only one is picked, that day."""
    picked = st.session_state.get("days") or ()
    days = [day for day in (picked if isinstance(picked, tuple | list) else [picked]) if day]
    if not days:
        return days_ending(last, 28)
    end = min(max(days), last)
    return Period(min(*days, end), end + timedelta(days=1))


def chosen_grain(period: Period) -> Grain:
    """How finely to draw: as asked, else as fine as the period leaves readable."""
    name = _known("grain", GRAINS, "auto")
    if name != "auto":
        return cast("Grain", name)
    if period.days <= LONGEST_BY_DAY:
        return "day"
    return "week" if period.days <= LONGEST_BY_WEEK else "month"


def show_days(period: Period) -> None:
    """Set the controls to these days; for a button's `on_click`, before they are drawn."""
    st.session_state["period"] = "custom"
    st.session_state["days"] = (period.start, period.last_day)


def by_week_unless_asked(scope: Scope) -> Scope:
    """For figures that weekends turn upside down: by week where the reader left the choice."""
    return replace(scope, grain="week") if is_grain_left() and scope.grain == "day" else scope


def is_grain_left() -> bool:
    """Whether the reader leaves how finely to draw to the page."""
    return _known("grain", GRAINS, "auto") == "auto"


def _known(key: str, options: dict[str, str], default: str) -> str:
    value = st.session_state.get(key)
    return value if value in options else default
