"""The way that is followed, opened as a funnel."""

import streamlit as st

from pages.shared.funnels import along, asked
from reports.funnel_address import written
from reports.path_question import PathQuestion, way_as_funnel
from reports.paths import PathsReport

PAGE = "../funnels.py"  # from the main script


def funnel_button(report: PathsReport) -> None:
    """Leave for the Funnels page, which counts the same visits; or say what is missing."""
    why = report.question.why_no_funnel
    if st.button(
        "Make this a funnel",
        key="path_funnel",
        icon=":material/filter_alt:",
        disabled=why is not None,
        help=why or f"The Funnels page counts the same {report.visits:,}",
    ):
        open_as_funnel(report.question)


def open_as_funnel(question: PathQuestion) -> None:
    """Leave for the Funnels page; not from within a callback."""
    funnel = way_as_funnel(question)
    st.session_state[asked.KEY] = written(funnel.steps)
    asked.forget_widgets()
    along.look_along(funnel.path, funnel.window)
    st.switch_page(PAGE, query_params={})
