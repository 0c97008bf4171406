"""Who will do it again: two models of repeats, beside what was seen."""

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from pages.shared import plain, words
from pages.shared.churn.question import URL
from pages.shared.churn.remembered import remembered
from pages.shared.exhibits import affordances, exhibit
from pages.shared.figures.canvas import figure
from pages.shared.palette import GREEN, GREY, MUTED_TEXT, VERMILION
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.churn_buyers import BuyersReport, buyers_report
from reports.event_names import event_names

MOST_EVENTS = 300  # offered; those of most people first


def buyers_card(workspace: Workspace, segment: Segment) -> None:
    """Models that are fitted when somebody asks for them: it takes a moment."""
    st.header("Who will do it again", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        events = st.multiselect(
            "What is done again",
            event_names(workspace)[:MOST_EVENTS],
            key="churn_event",
            placeholder="Any qualifying event",
            width=320,
            **URL,
        )
        is_asked = st.toggle("Fit BG/NBD and MBG/NBD", key="churn_fit_buyers", **URL)
    if not is_asked:
        st.caption("Where nobody cancels: how many will come again, learned from habits.")
        return
    with st.spinner("Fitting"):
        report = remembered(buyers_report, workspace, segment, events=tuple(events))
    exhibit(
        report.test,
        _figure,
        key="buyers",
        alt=_takeaway(report),
        missing="No model",
        mend=plain.sentence(report.missing or "Choose another event."),
    )
    if not report.models.is_empty:
        st.markdown(plain.sentence(_takeaway(report)))
        show_table(report.models.rows, key="buyers_rows", alt="Fitted models")
    affordances(report.test, key="buyers")


def _figure(rows: pl.DataFrame) -> go.Figure:
    drawing = figure(height=280, showlegend=True, barmode="group")
    for name, column, colour in (
        ("Seen", "later_days", GREY),
        ("BG/NBD", "bg_days", VERMILION),
        ("MBG/NBD", "mbg_days", GREEN),
    ):
        drawing.add_bar(
            x=rows["repeats"].to_list(),
            y=rows[column].to_list(),
            name=name,
            marker={"color": colour},
            customdata=[words.full(base) for base in rows["people"]],
            hovertemplate="%{y:.2f} days each, of %{customdata} people",
        )
    title = {"text": "repeats before", "font": {"size": 12, "color": MUTED_TEXT}}
    drawing.update_xaxes(type="category", title=title)
    drawing.update_yaxes(rangemode="tozero")
    drawing.update_layout(margin_t=32)
    return drawing


def _takeaway(report: BuyersReport) -> str:
    if report.models.is_empty:
        return "No model of repeats."
    best = report.models.rows.row(1, named=True)
    off = best["test_error_share"]
    tested = "" if off is None else f" In the last quarter it was off by {words.change(off)}."
    return (
        f"{best['model']}: of {words.full(report.people)} people "
        f"{words.full(round(best['alive']))} are expected to come again, with "
        f"{words.full(round(best['expected_days']))} days in the next 28.{tested}"
    )
