"""What is wrong with the logs of a feature, with the numbers that say so."""

import streamlit as st

from pages.shared import plain, words
from reports.diagnosis_feature import FeatureDiagnosis

MENDED = "Choose weeks that end before a release, or begin after the repair: the signals return."


def logs_card(report: FeatureDiagnosis) -> None:
    """The problems, and the three shares of the check."""
    st.header("Can its logs be trusted?", anchor=False)
    check = report.found.tracking
    for problem in check.problems:
        st.markdown(f":material/warning: {plain.sentence(problem)}")
    if report.released:
        st.caption(f"Released in these weeks: {plain.markdown(', '.join(report.released))}")
    facts = (
        ("unexposed", "First tries without an exposure in their visit",
         words.full(check.unexposed, "percent"), "a problem above 5%"),
        ("per_session", "Exposures per day with one", words.full(check.exposures_per_session),
         f"the others {words.full(check.usual_exposures_per_session)}"),
        ("ends", "Ends per start", words.full(check.ends_per_start), "at most 1 if all is logged"),
    )  # fmt: skip
    with st.grid(3, min_column_width=165, gap="small", key="logs_facts"):
        for key, label, value, note in facts:
            with st.container(key=f"logs_{key}", gap="xsmall"):
                st.metric(label, value)
                st.caption(note)
    st.caption(MENDED)
