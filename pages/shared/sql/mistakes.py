"""What was wrong with a text: in words, at its place, with the nearest right name."""

import re
from collections.abc import Callable

import streamlit as st

from pages.shared import plain, states
from pages.shared.sql import tabs
from queries import TidemarkError
from queries.sandbox import Busy, Cancelled, Refused, SandboxError, StoppedByLimit
from store import EditorTab

WORD = re.compile(r"\"(?:[^\"]|\"\")*\"|\$?\w+(?:\.\w+)*|\S")
NEAR = 36  # characters shown before and behind a mistake
TITLES: tuple[tuple[type[Exception], str, str], ...] = (
    (Refused, "block", "Not let through"),
    (StoppedByLimit, "timer_off", "Stopped"),
    (Cancelled, "cancel", "Cancelled"),
    (Busy, "hourglass_disabled", "Not started"),
    (SandboxError, "error", "Not answered"),
)


def place_of_mistake(sql: str, error: Exception) -> tuple[int, int] | None:
    """First character of the wrong word, and the one behind it; None where nobody knows.

    Examples:
        >>> place_of_mistake("select a from b", SandboxError("no table b", position=14))
        (14, 15)
    """
    position = error.position if isinstance(error, SandboxError) else None
    if position is None or not 0 <= position <= len(sql):
        return None
    found = WORD.search(sql, position)
    if found is None or found.start() > position:
        return position, min(position + 1, len(sql))
    return found.span()


def line_and_column(sql: str, position: int) -> tuple[int, int]:
    r"""Both counted from 1.

    Examples:
        >>> line_and_column("a\nbc", 3)
        (2, 2)
    """
    before = sql[:position]
    return before.count("\n") + 1, position - (before.rfind("\n") + 1) + 1


def mistake(tab: EditorTab, sql: str, error: Exception) -> None:
    """The error as a message, its line with a mark below, and a way to mend it."""
    if not isinstance(error, TidemarkError):
        states.unexpected(error)
        return
    icon, title = next(
        ((icon, title) for kind, icon, title in TITLES if isinstance(error, kind)),
        ("error", "Not answered"),
    )
    place = place_of_mistake(sql, error)
    where = ""
    if place is not None:
        line, column = line_and_column(sql, place[0])
        where = f" · line {line}, column {column}"
    st.markdown(f":material/{icon}: **{title}**{where}")
    st.markdown(plain.sentence(error))
    if place is not None:
        st.code(_marked(sql, *place), language=None, wrap_lines=False)
    suggestion = error.suggestion if isinstance(error, SandboxError) else None
    if suggestion and place is not None and tab.sql == sql:
        st.button(
            f"Write {plain.markdown(suggestion)} instead",
            key="sql_mend",
            icon=":material/auto_fix_high:",
            on_click=_mender(tab.id, place, suggestion),
        )


def _marked(sql: str, start: int, end: int) -> str:
    """The line of the mistake, or what of it is near, with signs below."""
    last = sql.find("\n", start)
    last = len(sql) if last < 0 else last
    first = max(sql.rfind("\n", 0, start) + 1, start - NEAR)
    line = sql[first : min(last, start + NEAR)]
    width = max(1, min(end, first + len(line)) - start)
    return f"{line}\n{' ' * (start - first)}{'^' * width}"


def _mender(tab_id: str, place: tuple[int, int], right: str) -> Callable[[], None]:
    def mend() -> None:
        tab = tabs.tabs()[tab_id]
        start, end = place
        text = f"{tab.sql[:start]}{right}{tab.sql[end:]}"
        tabs.change(tab_id, sql=text, is_said_by_page=True)

    return mend
