"""Latency, throughput, errors and Apdex: the figures, their course, and by what they differ."""

from typing import Any, cast

import polars as pl
import streamlit as st

from metrics.periods import words as period_in_words
from pages.shared import dates, figures, words
from pages.shared.annotations import annotate_button
from pages.shared.cards import Base, card_frame, metric_card
from pages.shared.controls import show_days
from pages.shared.exhibits import affordances, affordances_around, details_button, exhibit
from pages.shared.palette import CATEGORIES
from pages.shared.states import card, empty
from pages.shared.tables import show_table
from queries import Workspace
from reports.markers import markers
from reports.performance import GroupBy, PerformanceQuestion, PerformanceReport, performance, routes
from reports.scope import Scope
from reports.service_days import known_requests, last_served

URL: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}
GROUPS: dict[str, str] = {"route": "Route", "app_version": "Version", "platform": "Platform"}
COURSES = {"error_rate": ("Error rate", "percent"), "per_minute": ("Requests a minute", "number"),
           "apdex": ("Apdex", "number")}  # fmt: skip
CHANGED = "p95 change (95% interval)"
QUANTILES = {"p50_ms": "p50", "p95_ms": "p95", "p99_ms": "p99"}
HEADINGS = {**{name: name for name in QUANTILES.values()}, CHANGED: CHANGED}
MOST_BARS = 20


def speed_cards(workspace: Workspace, scope: Scope) -> None:
    """The first part of the page."""
    report = performance(workspace, scope, _question(workspace))
    if report.now.requests is None:
        with card("no_requests"):
            _no_requests(workspace, scope, report.question)
        return
    _figures(report)
    with card("latency"):
        _latency(workspace, scope, report)
    with card("service_course"):
        _course(workspace, scope, report)
    with card("groups"):
        _groups(report)


def _no_requests(workspace: Workspace, scope: Scope, question: PerformanceQuestion) -> None:
    """Nothing in these days: the last ones that have requests are one click away."""
    last = dates.plain_day(known_requests(workspace).watermark)
    empty("No requests in these days", f"Requests are known, and complete, up to {last}.")
    served = last_served(workspace, scope.period.days, question.routes)
    if served is None:
        return
    near, year = served
    with st.container(horizontal=True, horizontal_alignment="center", gap="small"):
        st.button(
            f"Show {period_in_words(near)}",
            key="last_served",
            icon=":material/event_available:",
            type="primary",
            on_click=show_days,
            args=(near,),
        )
        st.button(
            "Show the year to then",
            key="year_served",
            icon=":material/calendar_month:",
            on_click=show_days,
            args=(year,),
        )


def _question(workspace: Workspace) -> PerformanceQuestion:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.multiselect(
            "Routes", routes(workspace), key="routes", placeholder="All routes", width=320, **URL
        )
        target = st.number_input(
            "T of the Apdex, ms",
            min_value=1,
            max_value=3_600_000,
            value=int(workspace.settings.service.apdex_ms),
            key="apdex_ms",
            width=160,
            **URL,
        )
        by = st.segmented_control(
            "By",
            GROUPS,
            default="route",
            required=True,
            format_func=GROUPS.__getitem__,
            key="service_by",
            **URL,
        )
    return PerformanceQuestion(cast("GroupBy", by), tuple(sorted(chosen)), float(target))


def _figures(report: PerformanceReport) -> None:
    served = report.now.requests or 0
    shown = (
        ("p50_ms", "p50, median", "milliseconds", "lower"),
        ("p95_ms", "p95", "milliseconds", "lower"),
        ("p99_ms", "p99", "milliseconds", "lower"),
        ("error_rate", "Error rate", "percent", "lower"),
        ("apdex", f"Apdex, T = {report.apdex_ms:g} ms", "number", "higher"),
        ("per_minute", "Requests a minute", "number", "higher"),
    )
    with st.grid(3, min_column_width=150, key="cards_service"):
        for name, label, unit, better in shown:
            with card_frame(f"service_{name}"):
                metric_card(
                    label,
                    report.change(name),
                    unit=unit,
                    better=better,
                    spark=report.series.rows.filter(pl.col("is_complete"))[name].to_list(),
                    base=Base(served, "requests"),
                )
                details_button(report.whole, key=f"service_{name}")


def _latency(workspace: Workspace, scope: Scope, report: PerformanceReport) -> None:
    st.header("Latency", anchor=False)
    exhibit(
        report.series,
        lambda rows: figures.time_series(
            [
                figures.Line(
                    label,
                    rows["starts_on"].to_list(),
                    rows[name].to_list(),
                    complete=rows["is_complete"].to_list(),
                    colour=CATEGORIES[at],
                )
                for at, (name, label) in enumerate(QUANTILES.items())
            ],
            unit="milliseconds",
            grain=scope.grain,
            markers=markers(workspace, scope.period),
        ),
        key="latency",
        alt=(
            f"Half of the requests took up to {words.full(report.now.p50_ms, 'milliseconds')}, "
            f"95 of 100 up to {words.full(report.now.p95_ms, 'milliseconds')}."
        ),
    )
    with affordances_around(report.series, key="latency"):
        annotate_button(workspace, scope.period, key="latency")


def _course(workspace: Workspace, scope: Scope, report: PerformanceReport) -> None:
    st.header("Errors, throughput, Apdex", anchor=False)
    view = st.segmented_control(
        "Show",
        COURSES,
        default="error_rate",
        required=True,
        format_func=lambda name: COURSES[name][0],
        key="service_view",
        label_visibility="collapsed",
        **URL,
    )
    label, unit = COURSES[view]
    exhibit(
        report.series,
        lambda rows: figures.time_series(
            [
                figures.Line(
                    label,
                    rows["starts_on"].to_list(),
                    rows[view].to_list(),
                    complete=rows["is_complete"].to_list(),
                )
            ],
            unit=unit,
            grain=scope.grain,
            markers=markers(workspace, scope.period),
            height=240,
        ),
        key="service_course",
        alt=f"{label} over the period: {words.full(getattr(report.now, view), unit)} in all.",
    )
    affordances(report.series, key="service_course")


def _groups(report: PerformanceReport) -> None:
    by = GROUPS[report.question.group_by]
    st.header(f"By {by.lower()}", anchor=False)
    exhibit(
        report.groups,
        lambda rows: figures.bar_list(
            rows["group_name"].to_list()[:MOST_BARS],
            rows["p95_ms"].to_list()[:MOST_BARS],
            unit="milliseconds",
            previous=rows["before_p95_ms"].to_list()[:MOST_BARS],
        ),
        key="groups",
        alt=f"p95 of {words.counted(report.groups.rows.height, by.lower())}, the slowest first",
    )
    st.caption("p95, the slowest first; the grey bar is the typical day compared with.")
    show_table(
        pl.DataFrame([_line(row, by) for row in report.groups.rows.iter_rows(named=True)]),
        key="groups_table",
        alt=f"Requests, errors and latencies by {by.lower()}",
        labels=HEADINGS,
    )
    affordances(report.groups, key="groups")


def _line(row: dict[str, Any], by: str) -> dict[str, str]:
    change, low, high = (words.change(row[name]) for name in ("p95_change", "low", "high"))
    ends = f" ({low} to {high})" if low and high else ""
    share, failed, requests = row["error_rate"], row["failed"], row["requests"]
    return {
        by: row["group_name"],
        "p50": words.full(row["p50_ms"], "milliseconds"),
        "p95": words.full(row["p95_ms"], "milliseconds"),
        "p99": words.full(row["p99_ms"], "milliseconds"),
        CHANGED: words.DASH if change is None else f"{change}{ends}",
        "Errors": f"{words.full(share, 'percent')} ({failed:,} of {requests:,})",
        "Apdex": words.full(row["apdex"]),
        "A minute": words.full(row["per_minute"]),
    }
