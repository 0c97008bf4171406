"""Health before any result: the split, units in several variants, the time before the exposure."""

import streamlit as st

from pages.shared import plain, words
from pages.shared.exhibits import affordances
from pages.shared.experiments.units import units_choice
from pages.shared.experiments.words import GRADES
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.experiment import ExperimentReport
from reports.experiment_people import units_of_split

LABELS = {
    "by_variant": "Units by variant",
    "planned_share": "Planned share",
    "excess": "Units above the plan",
    "p_value": "p",
    "adjusted_p": "p, adjusted",
}


def health_card(workspace: Workspace, report: ExperimentReport, segment: Segment) -> None:
    """Each check in a line; what is broken stands first."""
    st.header("Can it be trusted?", anchor=False)
    for check in report.checks:
        name, said = plain.markdown(check.name), plain.sentence(check.words)
        st.markdown(f"{GRADES[check.grade]} **{name}.** {said}")
    show_table(
        report.split.rows,
        key="split",
        alt=f"Units of {words.counted(report.split.rows.height, 'variant')} and what was planned",
        labels=LABELS,
    )
    affordances(report.split, key="split")
    units_choice(workspace, report, units_of_split(report), segment, key="split")
    with st.expander("Where: the split by day and by what is known of units", key="split_places"):
        show_table(
            report.places.rows,
            key="places",
            alt="Split of each day and each value of a dimension, the most surprising first",
            labels=LABELS,
        )
        affordances(report.places, key="places")
