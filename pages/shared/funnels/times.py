"""How long it takes from one step to another."""

from itertools import combinations

import streamlit as st

from pages.shared import words
from pages.shared.exhibits import affordances_around, exhibit
from pages.shared.figures.durations import duration_bars
from pages.shared.funnels.people import choose_list
from pages.shared.states import empty
from queries import Workspace
from reports.funnel import FunnelReport
from reports.funnel_people import InFunnel
from reports.funnel_times import FunnelTimes, funnel_times

NOBODY = "Nobody has reached the later step"
WAIT = "Choose earlier steps, a longer window or a longer period."


def times_card(workspace: Workspace, report: FunnelReport) -> None:
    """The distribution of the time between two steps, with its median."""
    st.header("Time to convert", anchor=False)
    steps = len(report.question.steps)
    if steps == 1:
        empty("One step takes no time", "Add a second step.")
        return
    spans = {f"{a} → {b}": (a, b) for a, b in combinations(range(1, steps + 1), 2)}
    default = f"1 → {steps}"
    chosen = st.selectbox(
        "Between steps",
        list(spans),
        index=list(spans).index(default),
        key=f"funnel_span_{steps}",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width=140,
    )
    first, last = spans.get(chosen, (1, steps))
    found = funnel_times(workspace, report.scope, report.question, from_step=first, to_step=last)
    exhibit(
        found.bins,
        lambda rows: duration_bars(
            list(rows.iter_rows()), median=found.median, noun=report.question.counted
        ),
        key="funnel_times",
        alt=_takeaway(found, report),
        missing=NOBODY,
        mend=WAIT,
    )
    with affordances_around(found.bins, key="funnel_times"):
        if found.count:
            label = f"Step {first} to {last}: {found.count:,}"
            whom = InFunnel(report.question, last, from_step=first)
            choose_list(workspace, report.scope, {label: whom}, key="funnel_times")


def _takeaway(found: FunnelTimes, report: FunnelReport) -> str:
    if not found.count:
        return f"{NOBODY}."
    who = words.counted(found.count, report.question.counted)
    return (
        f"From step {found.from_step} to {found.to_step}, {who}: median "
        f"{words.duration(found.median)}, mean {words.duration(found.mean)}."
    )
