"""The funnel itself: the figures at a glance, its bars, and a table of its steps."""

import polars as pl
import streamlit as st

from pages.shared import plain, words
from pages.shared.cards import Base, card_frame, metric_card
from pages.shared.exhibits import affordances_around, exhibit
from pages.shared.figures.funnel import StepBar, funnel_steps
from pages.shared.funnels.people import people_of_steps
from pages.shared.tables import show_table
from queries import Workspace
from reports.funnel import FunnelReport

NOBODY = "Nobody entered in these days"
CHANGE_STEPS = "Choose another first step, a longer period, or remove a filter."
SHOWN = ("step", "name", "count", "dropped", "step_share", "share", "low", "high", "median_seconds")
LABELS = {
    "step": "Step", "name": "Name", "count": "Reached", "dropped": "Dropped after",
    "step_share": "Of the step before", "share": "Of all", "low": "From", "high": "To",
    "median_seconds": "Median seconds",
}  # fmt: skip


def funnel_cards(report: FunnelReport) -> None:
    """Who entered, who converted, the conversion, and how long it took."""
    noun, of = report.question.counted, report.question.names
    with st.grid(4, min_column_width=150, key="cards_funnel"):
        with card_frame("funnel_entered"):
            metric_card("Entered", report.entered)
            st.caption(plain.markdown(of[0]))
        with card_frame("funnel_converted"):
            metric_card("Converted", report.converted)
            st.caption(plain.markdown(of[-1]))
        with card_frame("funnel_conversion"):
            base = Base(report.entered.value or 0, f"{noun}s who entered")
            metric_card("Conversion", report.conversion, unit="percent", base=base)
            ends = words.interval(report.interval.low, report.interval.high)
            st.caption(f"95 % interval {ends}")
        with card_frame("funnel_time"):
            metric_card("Median time", report.median_seconds, unit="seconds", better="lower")
            st.caption("from entry to the last step")


def steps_card(workspace: Workspace, report: FunnelReport) -> None:
    """One bar per step, the table of the same, and the people behind each count."""
    st.header("Steps", anchor=False)
    exhibit(
        report.steps,
        lambda rows: funnel_steps(
            [StepBar(*one) for one in rows.select(
                "name", "count", "share", "low", "high", "step_share", "compared_share"
            ).iter_rows()],
            noun=report.question.counted,
        ),
        key="funnel_steps",
        alt=_takeaway(report),
        missing=NOBODY,
        mend=CHANGE_STEPS,
        has_nothing=report.count == 0,
    )  # fmt: skip
    if report.count:
        _table(report)
    with affordances_around(report.steps, key="funnel_steps"):
        people_of_steps(workspace, report)


def _table(report: FunnelReport) -> None:
    rows = report.steps.rows.select(SHOWN).with_columns(
        pl.col("median_seconds").map_elements(words.duration, return_dtype=pl.String)
    )
    show_table(rows, key="funnel_table", alt=_takeaway(report), labels=LABELS | {
        "median_seconds": "Median time from the step before"
    })  # fmt: skip


def _takeaway(report: FunnelReport) -> str:
    entered, converted = report.entered.value or 0, report.converted.value or 0
    if not entered:
        return f"{NOBODY}."
    noun = words.counted(int(entered), report.question.counted)
    share = words.full(report.conversion.value, "percent")
    worst = _largest_loss(report)
    return f"Of {noun} who entered, {converted:,} converted ({share}).{worst}"


def _largest_loss(report: FunnelReport) -> str:
    lost = report.steps.rows.filter(pl.col("dropped").fill_null(0) > 0).sort(
        "dropped", descending=True
    )
    if lost.is_empty():
        return ""
    row = lost.row(0, named=True)
    return f" Most drop after step {row['step']}, {plain.short(row['name'])}: {row['dropped']:,}."
