"""What was set aside, why, and some of it to look at."""

import streamlit as st

from pages.shared import plain, words
from pages.shared.exhibits import affordances
from pages.shared.tables import show_table
from queries import Workspace
from reports.data_health import DataHealthReport, quarantine_sample


def quarantine_card(workspace: Workspace, report: DataHealthReport) -> None:
    """Reasons with their counts; sample rows of the one chosen."""
    st.header("Set aside", anchor=False)
    rows = report.quarantine.rows
    if report.withheld:
        st.markdown(":material/visibility_off: Not shown, since they are about everybody.")
    elif rows.is_empty():
        st.markdown(":material/check_circle: Every row could be read.")
    else:
        show_table(
            rows, key="quarantine", alt=f"{words.full(int(rows['rows'].sum()))} rows set aside"
        )
        _sample(workspace, report)
    affordances(report.quarantine, key="quarantine")


def _sample(workspace: Workspace, report: DataHealthReport) -> None:
    pairs = list(dict.fromkeys(report.quarantine.rows.select("table", "reason").iter_rows()))
    labels = {f"{table}: {reason}": (table, reason) for table, reason in pairs}
    chosen = st.selectbox(
        "Some of the rows",
        list(labels),
        index=None,
        key="quarantine_sample",
        placeholder="Look at some of the rows …",
        label_visibility="collapsed",
        width=360,
    )
    if chosen:
        sample = quarantine_sample(workspace, *labels[chosen])
        st.caption(f"As they stood in the file: {plain.markdown(chosen)}")
        show_table(sample.rows, key="sample_rows", alt=f"Rows set aside: {chosen}")
