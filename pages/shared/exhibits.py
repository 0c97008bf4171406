"""A figure with all that it takes to follow it: definition, rows, SQL, and up to which day."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl
import streamlit as st

from pages.shared import dates, plain, words
from pages.shared.downloads import download_buttons
from pages.shared.figures.canvas import CONFIG
from pages.shared.sql.opening import open_button
from pages.shared.states import empty, guarded
from pages.shared.tables import show_table
from reports.answer import Source

if TYPE_CHECKING:
    import plotly.graph_objects as go

Draw = Callable[[pl.DataFrame], "go.Figure"]

VIEWS = {"definition": "Definition", "data": "Data", "sql": "SQL"}
NOTHING = "Nothing in these days for these people"
WIDEN = "Choose a longer period or remove a filter."


def exhibit(
    source: Source,
    draw: Draw,
    *,
    key: str,
    alt: str,
    missing: str = NOTHING,
    mend: str = WIDEN,
    has_nothing: bool = False,
) -> None:
    """A chart of the source's rows, or why there is none.

    Args:
        source: Where the figure comes from.
        draw: Makes the figure of the rows; not called when there are none.
        key: A name of its own on the page.
        alt: The takeaway in a sentence, for who cannot see the chart.
        missing: What is missing when there are no rows.
        mend: What would bring them.
        has_nothing: There are rows, but only of zeros.
    """
    if source.is_empty or has_nothing:
        empty(missing, mend)
    else:
        st.plotly_chart(
            draw(source.rows), key=f"chart_{key}", config=CONFIG, alt=alt, width="stretch"
        )
    for caveat in source.caveats:
        st.caption(f":material/info: {plain.sentence(caveat)}")


def affordances(source: Source, *, key: str) -> None:
    """One line below a figure: the day up to which it is complete, and three ways behind it."""
    with affordances_around(source, key=key):
        pass


@contextmanager
def affordances_around(source: Source, *, key: str) -> Iterator[None]:
    """The same line, with what is drawn inside between the day and the ways."""
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap="small",
        key=f"behind_{key}",
    ):
        st.caption(f"As of {dates.plain_day(source.as_of)}", width="content")
        yield
        with st.container(horizontal=True, gap="small", width="content"):
            for view, label in VIEWS.items():
                if st.button(label, key=f"{view}_{key}", type="tertiary"):
                    show_behind(source, view, key=key)
            open_button(source, key=key)


def details_button(source: Source, *, key: str) -> None:
    """The way behind a card's figure, where three buttons have no room."""
    if st.button("Details", key=f"details_{key}", type="tertiary", icon=":material/info:"):
        show_behind(source, "definition", key=key)


def show_behind(source: Source, view: str, *, key: str) -> None:
    """Open what is behind a figure: its definition, its rows, its SQL."""
    st.dialog(plain.markdown(source.title), width="large")(_behind)(source, view, key)


def _behind(source: Source, view: str, key: str) -> None:
    with guarded():
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            chosen = st.segmented_control(
                "View",
                VIEWS,
                default=view,
                required=True,
                format_func=VIEWS.__getitem__,
                key=f"view_{view}_{key}",
                label_visibility="collapsed",
            )
            open_button(source, key=f"behind_{key}")
        {"definition": _definition, "data": _data, "sql": _sql}[chosen](source, key)
        st.caption(_provenance(source))


def _definition(source: Source, key: str) -> None:  # noqa: ARG001  (the views share one form)
    st.markdown(plain.prose(source.definition))
    for caveat in source.caveats:
        st.markdown(f"- {plain.sentence(caveat)}")


def _data(source: Source, key: str) -> None:
    show_table(source.rows, key=f"rows_{key}", alt=f"Rows behind {source.title}")
    download_buttons(source.rows, name=key, key=f"download_{key}")


def _sql(source: Source, key: str) -> None:  # noqa: ARG001
    if not source.sql:
        st.markdown("The last build says this of itself: no SQL was asked.")
        return
    st.code(source.sql, language="sql", wrap_lines=True, height=_code_height(source.sql))
    if source.parameters:
        lines = [f"${name} = {value!s}" for name, value in source.parameters.items()]
        st.caption("Values of its parameters")
        st.code("\n".join(lines), language=None)


def _code_height(text: str) -> int:
    """Pixels that show the whole text, up to where scrolling is better."""
    return min(360, 40 + 22 * (text.count("\n") + 1))


def _provenance(source: Source) -> str:
    rows = words.counted(source.rows.height, "row")
    took = words.duration(source.seconds)
    snapshot = plain.markdown(source.snapshot_id)
    return (
        f"{rows} · complete to {dates.full_day(source.as_of)} · asked in {took} · build {snapshot}"
    )
