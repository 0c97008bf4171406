"""What was decided about an experiment: who, when, why, and how the verdict stood then."""

from typing import cast

import streamlit as st

from pages.shared import dates, plain
from pages.shared.controls import last_day_of
from pages.shared.removal import remove_button
from pages.shared.sign_in import viewer
from pages.shared.states import empty
from queries import Snapshot, Workspace
from reports.experiment import ExperimentReport
from store import Decision, store_of
from store.records import Choice

OUTCOMES = {"shipped": "Shipped", "not shipped": "Not shipped", "stopped": "Stopped"}


def decision_card(workspace: Workspace, snapshot: Snapshot, report: ExperimentReport) -> None:
    """Decisions, the latest first, and a form for one more."""
    st.header("Decision", anchor=False)
    name = report.plan.name
    found = store_of(workspace).decisions(name)
    may = viewer().may("annotate")
    if not found:
        empty(
            "Nobody has decided yet",
            "Write down what was decided and why; the verdict as it stands is kept with it."
            if may
            else "Somebody who may annotate can write down what was decided.",
        )
    for one in found:
        _shown(workspace, one, may=may)
    if may:
        _form(workspace, snapshot, report)


def _shown(workspace: Workspace, one: Decision, *, may: bool) -> None:
    with st.container(border=True, gap="xsmall", key=f"decision_{one.id}"):
        which = f": {plain.markdown(one.variant)}" if one.variant else ""
        st.markdown(f"**{OUTCOMES.get(one.outcome, one.outcome)}{which}**")
        st.markdown(plain.paragraphs(one.reason))
        if one.evidence:
            st.caption(f"The verdict then. {plain.sentence(one.evidence)}")
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            who = plain.markdown(one.author)
            st.caption(f"{dates.full_day(one.decided_on)} · {who}", width="content")
            if may and remove_button("this decision", key=f"decision_{one.id}"):
                store_of(workspace).delete_decision(
                    one.id, author=viewer().author, version=one.version
                )
                st.rerun()


def _form(workspace: Workspace, snapshot: Snapshot, report: ExperimentReport) -> None:
    with st.form("decide", clear_on_submit=True):
        with st.container(horizontal=True, gap="small"):
            outcome = st.selectbox(
                "Decision", OUTCOMES, format_func=OUTCOMES.__getitem__, key="decide_outcome"
            )
            variants = [arm.variant for arm in report.arms]
            variant = st.selectbox("Variant", variants, key="decide_variant")
            day = st.date_input("Day", last_day_of(snapshot), key="decide_day")
        reason = st.text_area("Why", key="decide_reason", max_chars=10_000, height=100)
        if st.form_submit_button("Write it down", key="decide"):
            store_of(workspace).decide(
                Decision(
                    experiment=report.plan.name,
                    outcome=cast("Choice", outcome),
                    variant=(variant or "") if outcome == "shipped" else "",
                    reason=reason.strip(),
                    evidence="; ".join(arm.sentence for arm in report.arms),
                    decided_on=day,
                ),
                author=viewer().author,
            )
            st.rerun()
