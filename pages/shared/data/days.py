"""Days covered: one cell per day, as a calendar."""

import polars as pl
import streamlit as st

from pages.shared import dates, figures, words
from pages.shared.exhibits import affordances, exhibit
from reports.data_health import DataHealthReport

LONGEST = 53 * 7  # days drawn; the data table has all of them


def days_card(report: DataHealthReport, *, starts_on_sunday: bool) -> None:
    """Events of each day; a pale or missing cell is a day to look into."""
    st.header("Days covered", anchor=False)
    exhibit(
        report.days,
        lambda rows: figures.calendar(
            rows["day"].to_list()[-LONGEST:],
            rows["events"].to_list()[-LONGEST:],
            noun="events",
            starts_on_sunday=starts_on_sunday,
        ),
        key="days",
        alt=_takeaway(report.days.rows),
        missing="No day has events yet",
        mend="Point `[tables.events]` of workspace.toml at your files, then build.",
    )
    if report.days.rows.height > LONGEST:
        st.caption(
            f"The last {LONGEST // 7} weeks of {words.counted(report.days.rows.height, 'day')}."
        )
    affordances(report.days, key="days")


def _takeaway(rows: pl.DataFrame) -> str:
    if rows.is_empty():
        return "No day has events yet."
    without = rows.filter(pl.col("events") == 0).height
    first, last = rows["day"][0], rows["day"][-1]
    return (
        f"{words.counted(rows.height, 'day')} from {dates.full_day(first)} to "
        f"{dates.full_day(last)}, {without} of them without events."
    )
