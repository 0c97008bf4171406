"""How the daily brief has behaved on this product's own history."""

import streamlit as st

from pages.shared import plain, words
from pages.shared.states import empty
from queries import Workspace
from reports.brief_audit import audit
from reports.brief_kept import kept_brief

WHAT = (
    "On past days on which nothing is known to have happened, 5 % of tests should be below .05. "
    "What was told is counted over the days replayed; votes are those of Today."
)


def brief_audit_card(workspace: Workspace) -> None:
    """Share of alarms on ordinary days, items told, and what readers thought of them."""
    st.header("Self-audit of the daily brief", anchor=False)
    brief = kept_brief(workspace)
    if brief is None:
        empty("The last build has not been analysed yet", "Open Today; it is done once a build.")
        return
    found = audit(workspace, brief)
    st.markdown(plain.sentence(found.words))
    figures = (
        ("p < .05 on ordinary days", words.full(found.found.placebo_share, "percent"),
         f"of {words.counted(found.days, 'test')}; 5 % are due"),
        ("Told", words.full(found.found.flagged_share, "percent"),
         f"{found.told:,} of {found.tested:,} series × days"),
        ("Votes: useful", words.full(found.found.useful, "percent"),
         f"of {words.counted(found.found.votes, 'vote')}"),
    )  # fmt: skip
    with st.grid(3, min_column_width=150, key="cards_brief_audit"):
        for label, value, base in figures:
            with st.container(border=True, key=f"audit_{label[:4].lower().strip()}"):
                st.metric(label, value)
                st.caption(base)
    st.caption(WHAT)
