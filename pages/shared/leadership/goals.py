"""Goals: where they stand, and where they are set."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, cast

import streamlit as st

from pages.shared import plain
from pages.shared.controls import last_day_of
from pages.shared.exhibits import details_button
from pages.shared.header import snapshot_of_page
from pages.shared.removal import remove_button
from pages.shared.sign_in import viewer
from pages.shared.states import empty
from queries import Workspace
from reports.goals import WORDS, GoalReport, metrics_with_goals
from store import Goal, store_of
from store.records import Direction

COLOURS: dict[str, Literal["green", "orange", "gray", "blue"]] = {
    "met": "green", "on track": "green", "open": "blue", "off track": "orange",
    "missed": "orange", "cannot tell": "gray",
}  # fmt: skip
QUARTER = timedelta(days=91)
PERCENT = 100


def goals_card(workspace: Workspace, found: Sequence[GoalReport] | None) -> None:
    """Each goal with its verdict, once it is known; a form for one more for those who may write."""
    st.header("Goals", anchor=False)
    may = viewer().may("annotate")
    if found is None:
        st.caption("Goals are being foretold.")
    elif not found:
        empty(
            "No goal is set",
            "A goal says where a metric should be, and by when; Today and this page follow it.",
        )
    for one in found or ():
        _shown(workspace, one, may=may)
    if may:
        with st.popover("Set a goal", icon=":material/flag:"):
            _form(workspace)


def _shown(workspace: Workspace, one: GoalReport, *, may: bool) -> None:
    with st.container(border=True, gap="xsmall", key=f"goal_{one.goal.id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(WORDS[one.standing], color=COLOURS[one.standing])
            st.markdown(f"**{plain.markdown(one.label)}**", width="content")
            if one.goal.owner:
                st.caption(plain.markdown(one.goal.owner), width="content")
        st.markdown(plain.sentence(one.sentence))
        with st.container(horizontal=True, gap="small"):
            if one.source is not None:
                details_button(one.source, key=f"goal_{one.goal.id}")
            if may and remove_button("this goal", key=f"goal_{one.goal.id}"):
                store_of(workspace).delete_goal(
                    one.goal.id, author=viewer().author, version=one.goal.version
                )
                st.rerun()


def _form(workspace: Workspace) -> None:
    known = metrics_with_goals(workspace)
    last = last_day_of(snapshot_of_page(workspace))
    with st.form("goal_form", border=False, clear_on_submit=True):
        metric = st.selectbox(
            "Metric", list(known), format_func=lambda name: known[name][0], key="goal_metric"
        )
        direction = st.segmented_control(
            "Should be", ["higher", "lower"], default="higher", required=True,
            format_func={"higher": "At least", "lower": "At most"}.__getitem__,
            key="goal_direction",
        )  # fmt: skip
        target = st.number_input(
            "Target, over 28 days (shares in percent)", value=None, key="goal_target"
        )
        until = st.date_input(
            "By", last + QUARTER, min_value=last, format="YYYY-MM-DD", key="goal_until"
        )
        owner = st.text_input("Owner", max_chars=320, key="goal_owner")
        is_sent = st.form_submit_button("Set it", key="goal_set")
    if not is_sent:
        return
    if target is None:
        st.warning("A target is a number: write one.")
        return
    is_share = known[metric][1] == "percent"
    store_of(workspace).set_goal(
        Goal(
            metric=metric,
            target=as_fraction(target) if is_share else target,
            direction=cast("Direction", direction),
            from_day=last,
            until_day=until,
            owner=owner.strip(),
        ),
        author=viewer().author,
    )
    st.rerun()


def as_fraction(percent: float) -> float:
    """What people write as percent, as the metrics count it."""
    return percent / PERCENT
