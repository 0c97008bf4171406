"""The units behind a count of an experiment: exactly as many as it said, to take away."""

import streamlit as st

from pages.shared import plain, words
from pages.shared.downloads import download_buttons
from pages.shared.sql.opening import open_button
from pages.shared.states import guarded
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.experiment import ExperimentReport
from reports.experiment_people import Units, units_behind


def units_choice(
    workspace: Workspace,
    report: ExperimentReport,
    lists: dict[str, Units],
    segment: Segment,
    *,
    key: str,
) -> None:
    """Choose one of a figure's counts, and its list opens."""
    if not lists:
        return
    box, opened = f"units_of_{key}", f"units_opened_{key}"

    def open_chosen() -> None:
        st.session_state[opened] = st.session_state[box]
        st.session_state[box] = None

    st.selectbox(
        "Units behind a count",
        list(lists),
        index=None,
        format_func=plain.visible,
        key=box,
        placeholder="Units behind …",
        icon=":material/group:",
        label_visibility="collapsed",
        on_change=open_chosen,
        width=165,
    )
    whom = lists.get(st.session_state.pop(opened, None) or "")
    if whom:
        show = st.dialog("Units behind this count", width="large")(_units)
        show(workspace, report, whom, segment, key)


def _units(
    workspace: Workspace, report: ExperimentReport, whom: Units, segment: Segment, key: str
) -> None:
    with guarded(), st.spinner("Looking them up"):
        found = units_behind(workspace, report, whom, segment)
        number = words.counted(found.count, report.plan.unit)
        st.markdown(f"**{number}** · {plain.markdown(found.heading)}")
        show_table(found.units.rows, key=f"units_rows_{key}", alt=number)
        download_buttons(found.units.rows, name=f"units_{key}", key=f"units_download_{key}")
        with st.expander("Definition and SQL", key=f"units_behind_{key}"):
            st.markdown(plain.prose(found.units.definition))
            open_button(found.units, key=f"units_{key}")
            st.code(found.units.sql, language="sql", wrap_lines=True, height=360)
