"""Retention as curves: the average by age, and one age over the cohorts."""

import polars as pl
import streamlit as st

from metrics.periods import Period
from pages.shared import figures, words
from pages.shared.annotations import annotate_button
from pages.shared.exhibits import affordances, affordances_around, exhibit
from pages.shared.palette import CATEGORIES, THIS_PERIOD, colour_of
from queries import Workspace
from reports.markers import markers
from reports.retention import RetentionReport

NO_COHORT = "No cohort is old enough yet"
WAIT = "Choose more cohorts or a shorter interval."


def average_card(report: RetentionReport) -> None:
    """The share that came back by interval, pooled over the cohorts that are old enough."""
    st.header("Average by age", anchor=False)
    exhibit(
        report.average,
        lambda rows: figures.retention_curves(
            _ages(rows, report.question.grain),
            [
                _curve(group, at, report.question.by is not None)
                for at, group in enumerate(_groups(rows))
            ],
            x_title=f"{report.question.grain}s after the start",
        ),
        key="average",
        alt=_takeaway(report),
        missing=NO_COHORT,
        mend=WAIT,
    )
    affordances(report.average, key="average")


def _ages(rows: pl.DataFrame, grain: str) -> list[str]:
    """'3' for "Week 3" below an axis that says weeks; other spans as they are."""
    spans = rows.unique("interval").sort("interval")["span"].to_list()
    return [span.removeprefix(f"{grain.capitalize()} ") for span in spans]


def _groups(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """The largest groups, as many as there are colours."""
    groups = rows.partition_by("segment", maintain_order=True)
    return sorted(groups, key=lambda group: -(group["users"][0] or 0))[: len(CATEGORIES)]


def _curve(rows: pl.DataFrame, at: int, is_split: bool) -> figures.Curve:  # noqa: FBT001
    name = rows["segment"][0]
    return figures.Curve(
        name,
        rows["share"].to_list(),
        rows["low"].to_list(),
        rows["high"].to_list(),
        rows["users"].to_list(),
        colour=colour_of(at, name) if is_split else THIS_PERIOD,
    )


def _takeaway(report: RetentionReport) -> str:
    known = report.average.rows.filter((pl.col("interval") > 0) & pl.col("share").is_not_null())
    if known.is_empty():
        return "No cohort is old enough yet."
    first, last = known.row(0, named=True), known.row(-1, named=True)
    return (
        f"{words.full(first['share'], 'percent')} come back in {first['span']}, "
        f"{words.full(last['share'], 'percent')} in {last['span']}."
    )


def over_cohorts_card(workspace: Workspace, period: Period, report: RetentionReport) -> None:
    """Is it getting better: retention at one interval, cohort by cohort, with its interval."""
    st.header("Over the cohorts", anchor=False)
    later = report.triangle.rows.filter(pl.col("interval") > 0).unique("interval").sort("interval")
    spans = dict(later.select("interval", "span").iter_rows())
    if not spans:
        exhibit(report.triangle, _nothing, key="over", alt=NO_COHORT, missing=NO_COHORT, mend=WAIT)
        return
    interval = st.selectbox(
        "At",
        list(spans),
        format_func=spans.__getitem__,
        key="at",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width=200,
    )
    source = report.triangle.showing(report.at_interval(interval))
    exhibit(
        source,
        lambda rows: figures.time_series(
            [
                figures.Line(
                    group["segment"][0],
                    group["cohort"].to_list(),
                    group["share"].to_list(),
                    low=group["low"].to_list() if report.question.by is None else None,
                    high=group["high"].to_list() if report.question.by is None else None,
                    colour=colour_of(at, group["segment"][0]),
                )
                for at, group in enumerate(_groups(rows))
            ],
            unit="percent",
            grain=report.question.grain,
            markers=markers(workspace, period),
            height=240,
        ),
        key="over",
        alt=f"Retention in {spans[interval]} for each cohort that is old enough.",
        missing=NO_COHORT,
        mend=WAIT,
    )
    with affordances_around(source, key="over"):
        annotate_button(workspace, period, key="over")


def _nothing(rows: pl.DataFrame) -> object:  # noqa: ARG001  (never drawn)
    return figures.time_series([])
