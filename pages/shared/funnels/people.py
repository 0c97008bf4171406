"""The people behind each step: those who passed it, and those who dropped after it."""

from collections.abc import Iterator

import streamlit as st

from pages.shared import plain, words
from pages.shared.downloads import download_buttons
from pages.shared.sql.opening import open_button
from pages.shared.states import guarded
from pages.shared.tables import show_table
from queries import Workspace
from reports.funnel import FunnelReport
from reports.funnel_people import InFunnel, people_in_funnel
from reports.scope import Scope


def people_of_steps(workspace: Workspace, report: FunnelReport) -> None:
    """Choose a step's count, and its list opens."""
    choose_list(workspace, report.scope, dict(_lists(report)), key="funnel")


def choose_list(
    workspace: Workspace, scope: Scope, lists: dict[str, InFunnel], *, key: str
) -> None:
    """A box of counts by their labels; the chosen one's list opens."""
    if not lists:
        return
    box, opened = f"people_of_{key}", f"people_opened_{key}"

    def open_chosen() -> None:
        st.session_state[opened] = st.session_state[box]
        st.session_state[box] = None

    st.selectbox(
        "People behind a count",
        list(lists),
        index=None,
        format_func=plain.visible,
        key=box,
        placeholder="People behind …",
        icon=":material/group:",
        label_visibility="collapsed",
        on_change=open_chosen,
        width=165,
    )
    whom = lists.get(st.session_state.pop(opened, None) or "")
    if whom:
        st.dialog("People behind this count", width="large")(_people)(workspace, scope, whom, key)


def _lists(report: FunnelReport) -> Iterator[tuple[str, InFunnel]]:
    for step, name, count, dropped in report.steps.rows.select(
        "step", "name", "count", "dropped"
    ).iter_rows():
        if count:
            yield f"{step} {name}, passed: {count:,}", InFunnel(report.question, step)
        if dropped:
            whom = InFunnel(report.question, step, is_dropped=True)
            yield f"{step} {name}, dropped after: {dropped:,}", whom


def _people(workspace: Workspace, scope: Scope, whom: InFunnel, key: str) -> None:
    with guarded(), st.spinner("Looking them up"):
        found = people_in_funnel(workspace, scope, whom)
        number = words.counted(found.count, whom.question.counted)
        st.markdown(f"**{number}** · {plain.markdown(found.heading)}")
        show_table(found.people.rows, key=f"people_rows_{key}", alt=f"{number}")
        download_buttons(found.people.rows, name=f"people_{key}", key=f"people_download_{key}")
        with st.expander("Definition and SQL", key=f"people_behind_{key}"):
            st.markdown(plain.prose(found.people.definition))
            open_button(found.people, key=f"people_{key}")
            st.code(found.people.sql, language="sql", wrap_lines=True, height=360)
