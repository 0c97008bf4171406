"""What this experiment could see by now, and what it rules out."""

import streamlit as st

from pages.shared import figures, plain
from pages.shared.exhibits import affordances, exhibit
from pages.shared.states import empty
from queries import Workspace
from reports.experiment import ExperimentReport
from reports.experiment_power import power_now


def power_card(workspace: Workspace, report: ExperimentReport) -> None:
    """A sentence for each arm, and the chance to find each effect."""
    st.header("Power now", anchor=False)
    found = power_now(workspace, report)
    if found is None:
        empty("No effect can be measured yet", "Wait until units have been followed long enough.")
        return
    for said in found.sentences:
        st.markdown(plain.sentence(said))
    arms = found.chances.rows.partition_by("variant", maintain_order=True)
    exhibit(
        found.chances,
        lambda _: figures.chances(
            arms[0]["lift"].to_list(),
            [
                ("With the past as covariate", arms[0]["adjusted_chance"].to_list()),
                ("Without", arms[0]["plain_chance"].to_list()),
            ],
        ),
        key="power",
        alt=" ".join(found.sentences),
        missing="Nothing is known of the metric's spread yet",
        mend="Wait until units have been followed long enough.",
    )
    affordances(found.chances, key="power")
