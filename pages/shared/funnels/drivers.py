"""What goes with converting: asked for, since it reads many events."""

import polars as pl
import streamlit as st

from pages.shared import plain, words
from pages.shared.exhibits import affordances
from pages.shared.states import empty
from pages.shared.tables import show_table
from queries import Workspace
from reports.funnel import FunnelReport
from reports.funnel_drivers import FunnelDrivers, funnel_drivers
from reports.funnel_question import span_words

CLEAR = 0.05
LABELS = {
    "event": "Event", "converted_with": "Converted with it", "converted_share": "Of converted",
    "failed_with": "Failed with it", "failed_share": "Of failed", "odds_ratio": "Odds ratio",
    "p_value": "p (Fisher)", "adjusted_p": "Adjusted p",
}  # fmt: skip
WHAT_IT_IS = (
    "Compares what those who converted and those who did not have done on the way. It finds "
    "questions for experiments, not causes."
)


def drivers_card(workspace: Workspace, report: FunnelReport) -> None:
    """Odds ratios of the events of most people, strongest first, once somebody asks."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.header("What goes with converting", anchor=False, width="content")
        is_asked = st.toggle(
            "Look for it",
            key="funnel_drivers",
            bind="query-params",
            persist_state="session",
        )
    if not is_asked:
        st.caption(WHAT_IT_IS)
        return
    found = funnel_drivers(workspace, report.scope, report.question)
    if found.events.is_empty:
        empty("Nobody did anything else on the way", "Choose a longer window or other steps.")
    else:
        st.markdown(_takeaway(found))
        show_table(_shown(found), key="funnel_drivers_table", alt=_takeaway(found), labels=LABELS)
    st.caption(f"{WHAT_IT_IS} {_time_at_hand(report)}")
    affordances(found.events, key="funnel_drivers")


def _time_at_hand(report: FunnelReport) -> str:
    """Why most events go with failing: who converts quickly has little time for others."""
    took = words.duration(report.median_seconds.value)
    window = span_words(report.question.window)
    return (
        f"Who converted was on the way for {took} (median), who did not for the whole window of "
        f"{window}: that alone lets most events go with failing."
    )


def _shown(found: FunnelDrivers) -> pl.DataFrame:
    small = (
        pl.col(name).map_elements(_p_words, return_dtype=pl.String)
        for name in ("p_value", "adjusted_p")
    )
    return found.events.rows.select(*LABELS).with_columns(*small)


def _p_words(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _takeaway(found: FunnelDrivers) -> str:
    clear = found.events.rows.filter(pl.col("adjusted_p") <= CLEAR)
    for sign, part in (
        ("more often done by those who converted", clear.filter(pl.col("odds_ratio") > 1)),
        ("more often done by those who did not", clear.filter(pl.col("odds_ratio") < 1)),
    ):
        if not part.is_empty():
            name, ratio = part.select("event", "odds_ratio").row(0)
            return (
                f"{words.counted(clear.height, 'event')} beyond chance; strongest: "
                f"{plain.markdown(name)}, {sign} (odds ratio {ratio:.2g})."
            )
    return "Nothing goes with converting beyond chance."
