"""The triangle: each cohort by age, and the people of any of its cells."""

from collections.abc import Iterator
from datetime import date

import polars as pl
import streamlit as st

from pages.shared import dates, figures, words
from pages.shared.exhibits import affordances_around, exhibit
from pages.shared.people import Count, people_choice
from queries import Workspace
from reports.people import RetentionCell
from reports.retention import RetentionReport
from reports.scope import Scope

NO_COHORT = "Nobody started in these days"
START_EARLIER = "Choose more cohorts, another start event, or remove a filter."


def triangle_card(workspace: Workspace, scope: Scope, report: RetentionReport) -> None:
    """Shares of each cohort in percent; empty cells cannot be observed yet."""
    st.header("Cohorts", anchor=False)
    rows = _group(report)
    exhibit(
        report.triangle.showing(rows),
        lambda rows: _figure(rows, report),
        key="triangle",
        alt=f"Retention of {words.counted(report.cohorts, 'cohort')}, {report.criterion_words}",
        missing=NO_COHORT,
        mend=START_EARLIER,
    )
    st.caption(f"Percent of the cohort. A hole cannot be observed yet.{_small_cohorts(rows)}")
    with affordances_around(report.triangle, key="triangle"):
        people_choice(workspace, scope, list(_counts(rows, report)), key="triangle")


def _group(report: RetentionReport) -> pl.DataFrame:
    """The rows of one group; with a breakdown, of the one chosen."""
    rows = report.triangle.rows
    groups = rows["segment"].unique(maintain_order=True).to_list()
    if report.question.by is None or not groups:
        return rows
    chosen = st.selectbox(
        "Group", groups, key=f"group_{report.question.by}", label_visibility="collapsed", width=260
    )
    return rows.filter(pl.col("segment") == chosen)


def _figure(rows: pl.DataFrame, report: RetentionReport) -> object:
    spans = rows.unique("interval").sort("interval")["span"].to_list()
    cohorts = rows.partition_by("cohort", maintain_order=True)
    return figures.triangle(
        [_cohort_name(cohort["cohort"][0], cohort["users"][0], report) for cohort in cohorts],
        spans,
        [cohort["share"].to_list() for cohort in cohorts],
        hovers=[list(_hovers(cohort, report)) for cohort in cohorts],
    )


def _small_cohorts(rows: pl.DataFrame) -> str:
    sizes = rows.unique("cohort")["users"].to_list()
    few = sum(words.is_few(size) for size in sizes)
    if not few:
        return ""
    return f" {few} of {len(sizes)} cohorts have fewer than {words.FEW} people: read with care."


def _cohort_name(start: date, users: int, report: RetentionReport) -> str:
    day = (
        dates.bucket(start, "month") if report.question.grain == "month" else dates.short_day(start)
    )
    return f"{day} · {words.compact(users)}"


def _hovers(cohort: pl.DataFrame, report: RetentionReport) -> Iterator[str]:
    for row in cohort.iter_rows(named=True):
        who = f"{dates.bucket(row['cohort'], report.question.grain)}, {row['span']}"
        if row["share"] is None:
            yield f"{who}: cannot be observed yet"
            continue
        share, ends = words.full(row["share"], "percent"), words.interval(row["low"], row["high"])
        yield f"{who}<br>{row['returned']:,} of {row['users']:,} · {share} ({ends})"


def _counts(rows: pl.DataFrame, report: RetentionReport) -> Iterator[Count]:
    """Every cell with people in it, the latest cohort first."""
    grain, is_split = report.question.grain, report.question.by is not None
    for row in rows.sort("cohort", "interval", descending=[True, False]).iter_rows(named=True):
        if row["returned"]:
            label = f"{dates.bucket(row['cohort'], grain)}, {row['span']}: {row['returned']:,}"
            group = row["segment"] if is_split else None
            cell = RetentionCell(report.question, row["cohort"], row["interval"], group)
            yield Count(label, cell)
