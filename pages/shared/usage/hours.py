"""At what hours of the week people are active."""

import polars as pl
import streamlit as st

from pages.shared import figures, words
from pages.shared.dates import WEEKDAYS
from pages.shared.exhibits import affordances, exhibit
from queries import Workspace
from reports.active_hours import ActiveHoursReport, active_hours
from reports.scope import Scope

HOURS = range(24)
NAMED_HOURS = [f"{hour:02d}" if hour % 3 == 0 else "" for hour in HOURS]


def hours_card(workspace: Workspace, scope: Scope) -> None:
    """Mean active users of each local hour, by weekday."""
    st.header("Hours of the week", anchor=False)
    report = active_hours(workspace, scope)
    exhibit(
        report.hours,
        _figure,
        key="hours",
        alt=_takeaway(report),
        has_nothing=report.busiest is None,
    )
    zone = workspace.settings.product.time_zone
    st.caption(f"Mean number of people active in each hour, local time ({zone}).")
    affordances(report.hours, key="hours")


def _figure(rows: pl.DataFrame) -> object:
    by_hour = {
        (row[0], row[1]): row[2] for row in rows.select("weekday", "hour", "mean_users").iter_rows()
    }
    cells = [[by_hour.get((weekday, hour)) for hour in HOURS] for weekday in range(7)]
    hovers = [
        [
            f"{WEEKDAYS[weekday]} {hour:02d}:00–{hour:02d}:59: {words.full(value)} users on average"
            for hour, value in enumerate(row)
        ]
        for weekday, row in enumerate(cells)
    ]
    return figures.heatmap(WEEKDAYS, NAMED_HOURS, cells, unit="users", hovers=hovers)


def _takeaway(report: ActiveHoursReport) -> str:
    if report.busiest is None:
        return "Nobody was active in these days."
    weekday, hour = report.busiest
    return f"Most people are active on {WEEKDAYS[weekday]} between {hour:02d}:00 and {hour:02d}:59."
