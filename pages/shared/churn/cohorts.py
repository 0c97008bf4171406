"""The triangle of revenue: what the customers of each month still pay."""

from collections.abc import Iterator
from functools import partial

import polars as pl
import streamlit as st

from pages.shared import dates, figures, words
from pages.shared.churn.accounts import Listing, list_choice
from pages.shared.churn.question import URL
from pages.shared.exhibits import affordances_around, exhibit
from reports.revenue_cohorts import RevenueCohortsReport

MEASURES = {"grr_share": "GRR", "nrr_share": "NRR"}


def cohorts_card(report: RevenueCohortsReport) -> None:
    """Percent of the first revenue, by month of the first payment and month after it."""
    st.header("Revenue of the same customers", anchor=False)
    measure = st.segmented_control(
        "Measure",
        MEASURES,
        default="grr_share",
        required=True,
        format_func=MEASURES.__getitem__,
        key="churn_cohort_measure",
        label_visibility="collapsed",
        **URL,
    )
    exhibit(
        report.triangle,
        lambda rows: _figure(rows, measure, report.currency),
        key="revenue_cohorts",
        alt=f"{MEASURES[measure]} of the customers of each month.",
        missing="Nobody paid first in these months",
        mend="Choose more months or remove a filter.",
    )
    st.caption("Percent of what each first paid, at the end of each month. A hole is not over yet.")
    with affordances_around(report.triangle, key="revenue_cohorts"):
        list_choice(list(_lists(report)), key="revenue_cohorts", prompt="Accounts behind …")


def _lists(report: RevenueCohortsReport) -> Iterator[Listing]:
    """Every cohort and every month after it in which somebody pays, the latest cohort first."""
    rows = report.triangle.rows.sort("cohort", "month_number", descending=[True, False])
    for row in rows.iter_rows(named=True):
        month, age = dates.bucket(row["cohort"], "month"), row["month_number"]
        if age == 0:
            yield Listing(
                f"{month}, all: {row['customers']:,}", partial(report.accounts_of, row["cohort"])
            )
        if row["paying"]:
            yield Listing(
                f"{month}, paying in month {age}: {row['paying']:,}",
                partial(report.accounts_of, row["cohort"], age),
            )


def _figure(rows: pl.DataFrame, measure: str, currency: str) -> object:
    cohorts = rows.partition_by("cohort", maintain_order=True)
    spans = [f"Month {number}" for number in sorted(rows["month_number"].unique().to_list())]
    return figures.triangle(
        [_name(cohort) for cohort in cohorts],
        spans,
        [_padded(cohort[measure].to_list(), spans) for cohort in cohorts],
        hovers=[_padded(list(_hovers(cohort, measure, currency)), spans, "") for cohort in cohorts],
    )


def _padded(values: list, spans: list[str], fill: object = None) -> list:
    return [*values, *[fill] * len(spans)][: len(spans)]


def _name(cohort: pl.DataFrame) -> str:
    return f"{dates.bucket(cohort['cohort'][0], 'month')} · {words.compact(cohort['customers'][0])}"


def _hovers(cohort: pl.DataFrame, measure: str, currency: str) -> Iterator[str]:
    column = "kept" if measure == "grr_share" else "revenue"
    for row in cohort.iter_rows(named=True):
        who = f"{dates.bucket(row['cohort'], 'month')}, month {row['month_number']}"
        if row[measure] is None:
            yield f"{who}: not over yet"
            continue
        now, first = (
            words.full(row[name], "currency", currency=currency)
            for name in (column, "first_revenue")
        )
        paying = f"{row['paying']:,} of {row['customers']:,} pay"
        yield f"{who}<br>{now} of {first} · {words.full(row[measure], 'percent')}<br>{paying}"
