"""The rest of what is known about the data, one table each."""

from collections.abc import Callable

import streamlit as st

from pages.shared import words
from pages.shared.exhibits import affordances
from pages.shared.tables import show_table
from reports.answer import Source
from reports.data_health import DataHealthReport

WITHHELD = ("files", "roll_ups")  # about everybody, so not for who sees a part


def _part(title: str, intro: str, name: str) -> Callable[[DataHealthReport], None]:
    def show(report: DataHealthReport) -> None:
        source: Source = report.figures[name]
        st.header(title, anchor=False)
        st.caption(report.withheld if report.withheld and name in WITHHELD else intro)
        show_table(
            source.rows,
            key=f"part_{name}",
            alt=f"{title}: {words.counted(source.rows.height, 'row')}",
        )
        affordances(source, key=f"part_{name}")

    return show


PARTS: dict[str, Callable[[DataHealthReport], None]] = {
    "Metrics": _part("Metrics", "Every metric, defined once and used everywhere.", "metrics"),
    "Columns": _part("Columns", "What each table may have, and what yours has.", "columns"),
    "Files": _part("Files", "What was read, file by file.", "files"),
    "Roll-ups": _part("Roll-ups", "What pages read instead of the events.", "roll_ups"),
}
