"""What the viewer has asked before: a click opens it again."""

import streamlit as st

from pages.shared import dates, plain, words
from pages.shared.sign_in import viewer
from pages.shared.sql import tabs
from pages.shared.workspaces import whole
from store import Run, store_of

SHOWN = 30
LONGEST_LINE = 60  # characters
ICONS = {
    "answered": ":material/check:",
    "failed": ":material/error:",
    "stopped": ":material/timer_off:",
    "cancelled": ":material/cancel:",
}


def history() -> None:
    """The latest first, with when, how long and how many rows."""
    runs = store_of(whole()).history(viewer().author, limit=SHOWN)
    if not runs:
        st.caption("What you run is listed here.")
    for run in runs:
        with st.container(gap=None):
            st.button(
                plain.markdown(first_line(run.sql)),
                key=f"sql_again_{run.id}",
                type="tertiary",
                icon=ICONS[run.outcome],
                on_click=_open,
                args=(run,),
            )
            st.caption(_facts(run))


def first_line(sql: str) -> str:
    """The first line that says something: of a question of ours, the question."""
    lines = (line.strip().removeprefix("--").strip() for line in sql.splitlines())
    line = next((line for line in lines if line), "An empty text")
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def _facts(run: Run) -> str:
    parts = [dates.age(run.at)]
    if run.seconds is not None:
        parts.append(words.duration(run.seconds))
    if run.rows is not None:
        parts.append(words.counted(run.rows, "row"))
    if run.outcome != "answered":
        parts.append(run.outcome)
    return " · ".join(parts)


def _open(run: Run) -> None:
    tabs.add("", run.sql, run.parameters)
