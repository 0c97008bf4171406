"""What do I tell leadership: where are we against our goals, what changed, what is at risk?"""

import streamlit as st

from pages.shared.leadership.goals import goals_card
from pages.shared.leadership.page import chosen_quarter, leadership_figures, leadership_rest
from pages.shared.states import card
from pages.shared.workspaces import current
from reports.leadership_kept import kept_leadership

EVERY = 2  # seconds between two looks while it is put together

workspace = current()
quarter = chosen_quarter(workspace)


def in_the_making() -> None:
    """Drawn again until the page has been made, then the whole page is."""
    if kept_leadership(workspace, quarter) is not None:
        st.rerun()
    st.markdown(":material/hourglass_top: **The quarter is being put together**")
    st.caption("Releases are judged and goals are foretold; once for each build.")


report = kept_leadership(workspace, quarter) if quarter else None

if quarter and report is None:
    with card("leadership"):
        st.fragment(in_the_making, run_every=EVERY)()
if report is not None:
    leadership_figures(report)

with card("goals"):
    goals_card(workspace, report.goals if report else None)

if report is not None:
    leadership_rest(workspace, report)
