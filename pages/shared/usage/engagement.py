"""On how many days people come: L7 and L28."""

import polars as pl
import streamlit as st

from metrics.periods import days_ending
from pages.shared import figures, words
from pages.shared.cards import metric_card
from pages.shared.exhibits import affordances_around, exhibit
from pages.shared.people import Count, people_choice
from queries import Workspace
from reports.answer import Source
from reports.engagement import engagement
from reports.people import ActiveDays
from reports.scope import Scope

WINDOWS = {"7": 7, "28": 28}


def engagement_card(workspace: Workspace, scope: Scope) -> None:
    """The exact histogram of active days, in the last 7 or 28 complete days."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.header("Active days per user", anchor=False, width="content")
        chosen = st.segmented_control(
            "Window",
            list(WINDOWS),
            default="28",
            required=True,
            format_func=lambda days: f"L{days}",
            key="window",
            bind="query-params",
            persist_state="session",
            label_visibility="collapsed",
        )
    report = engagement(workspace, scope)
    days = WINDOWS[chosen]
    source = report.week if days == 7 else report.month
    mean = report.week_mean_days if days == 7 else report.month_mean_days
    with st.grid(2, min_column_width=105, key="cards_engagement"):
        metric_card(f"Mean active days of {days}", mean, unit="number")
        metric_card("On 21 days or more of 28", report.power_share, unit="percent")
    exhibit(
        source,
        lambda rows: figures.histogram(
            rows["active_days"].to_list(),
            rows["users"].to_list(),
            x_title=f"active days of {days}",
            shares=rows["share"].to_list(),
        ),
        key="engagement",
        alt=_takeaway(source.rows, days),
        has_nothing=mean.value is None,
    )
    with affordances_around(source, key="engagement"):
        people_choice(workspace, scope, _counts(source, scope, days), key=f"engagement_{days}")


def _counts(source: Source, scope: Scope, days: int) -> list[Count]:
    window = days_ending(scope.period.last_day, days)
    return [
        Count(
            f"{words.counted(row['active_days'], 'active day')}: {row['users']:,}",
            ActiveDays(window, row["active_days"]),
        )
        for row in source.rows.iter_rows(named=True)
        if row["users"]
    ]


def _takeaway(rows: pl.DataFrame, days: int) -> str:
    if rows.is_empty():
        return f"Nobody was active in the {days} days."
    once = rows.filter(pl.col("active_days") == 1).row(0, named=True)
    return (
        f"{words.full(once['share'], 'percent')} of the people active in the {days} days came on "
        "one day only."
    )
