"""Conversion by period of entry: so far, and fairly."""

import streamlit as st

from pages.shared import figures, words
from pages.shared.annotations import annotate_button
from pages.shared.exhibits import affordances_around, exhibit
from pages.shared.palette import PREVIOUS_PERIOD, THIS_PERIOD
from queries import Workspace
from reports.funnel import FunnelReport
from reports.funnel_trend import FunnelTrend, funnel_trend
from reports.markers import markers


def trend_card(workspace: Workspace, report: FunnelReport) -> None:
    """Two lines: everybody who entered, open while unripe, and those with the whole window."""
    st.header("Conversion over time", anchor=False)
    found = funnel_trend(workspace, report.scope, report.question)
    rows = found.periods.rows
    is_done = [ripe and whole for ripe, whole in rows.select("is_ripe", "is_whole").iter_rows()]
    days = rows["period_start"].to_list()
    exhibit(
        found.periods,
        lambda rows: figures.time_series(
            [
                figures.Line(
                    "Fair",
                    days,
                    rows["fair_share"].to_list(),
                    low=rows["fair_low"].to_list(),
                    high=rows["fair_high"].to_list(),
                    colour=THIS_PERIOD,
                ),
                figures.Line(
                    "So far",
                    days,
                    rows["share"].to_list(),
                    complete=is_done,
                    colour=PREVIOUS_PERIOD,
                    is_quiet=True,
                ),
            ],
            unit="percent",
            grain=report.scope.grain,
            markers=markers(workspace, report.scope.period),
            height=240,
        ),
        key="funnel_trend",
        alt=_takeaway(found),
        has_nothing=report.count == 0,
    )
    st.caption(_unripe(is_done, report))
    with affordances_around(found.periods, key="funnel_trend"):
        annotate_button(workspace, report.scope.period, key="funnel_trend")


def _unripe(is_done: list[bool], report: FunnelReport) -> str:
    grain = report.scope.grain
    if all(is_done):
        return f"Every {grain} has had its whole window."
    count = words.counted(len(is_done) - sum(is_done), grain)
    if report.question.path is not None:
        return (
            f"{count} drawn open: not whole, or its window reaches beyond these days, of which "
            "alone a path counts. The fair line leaves out whoever entered that late; with a "
            "window as long as these days nobody is left. Choose a shorter one, or a longer period."
        )
    return (
        f"{count} drawn open: not whole, or its window is not over. The fair line leaves out "
        "whoever entered too lately to tell."
    )


def _takeaway(found: FunnelTrend) -> str:
    ripe = found.periods.rows.filter("is_ripe", "is_whole").drop_nulls("fair_share")
    if ripe.is_empty():
        return "No period has had its whole window yet."
    first, last = ripe["fair_share"][0], ripe["fair_share"][-1]
    return (
        f"Fair conversion from {words.full(first, 'percent')} to {words.full(last, 'percent')} "
        f"over {len(ripe)} periods."
    )
