"""The data at a glance: how much there is, how fresh, and each table."""

from datetime import date

import polars as pl
import streamlit as st

from pages.shared import dates, plain, words
from pages.shared.exhibits import affordances
from pages.shared.tables import show_table
from reports.data_health import DataHealthReport

COLUMNS = [
    "table",
    "rows",
    "quarantined",
    "watermark",
    "first_day",
    "last_day",
    "files",
    "row_means",
]


def overview_cards(report: DataHealthReport) -> None:
    """Complete to which day, how many rows, how many set aside, when built."""
    figures = (
        ("Complete to", _day(report.watermark)),
        ("Rows read", _total(report, "rows")),
        ("Rows set aside", _total(report, "quarantined")),
        ("Built", dates.age(report.built_at)),
    )
    with st.grid(4, min_column_width=150, key="cards_data"):
        for label, value in figures:
            st.metric(label, plain.markdown(value), border=True, height="stretch")
    if report.withheld:
        st.caption(f":material/visibility_off: {report.withheld}")


def _day(day: date | None) -> str:
    """Short, to fit a card; the head of the page says the year."""
    return words.DASH if day is None else dates.short_day(day)


def _total(report: DataHealthReport, column: str) -> str:
    rows = report.tables.rows
    if report.withheld:
        return words.DASH
    return words.compact(int(rows[column].sum()) if column in rows.columns else 0)


def tables_card(report: DataHealthReport) -> None:
    """Each table that is there; then those that are not, and what would bring them to life."""
    st.header("Tables", anchor=False)
    rows = report.tables.rows
    there = rows.filter(pl.col("missing").is_null())
    show_table(
        there.select(column for column in COLUMNS if column in there.columns),
        key="tables",
        alt=f"{words.counted(there.height, 'table')} with rows",
        labels={"row_means": "One row is", "quarantined": "Set aside", "watermark": "Complete to"},
    )
    for name, missing in (
        rows.filter(pl.col("missing").is_not_null()).select("table", "missing").iter_rows()
    ):
        st.caption(f":material/add_circle: **{plain.markdown(name)}**: {plain.sentence(missing)}")
    affordances(report.tables, key="tables")
