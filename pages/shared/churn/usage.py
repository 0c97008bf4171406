"""Usage churn: when silence is final, and how many fall silent."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from metrics.periods import Period
from pages.shared import dates, figures, words
from pages.shared.annotations import annotate_button
from pages.shared.cards import Base, card_frame, metric_card
from pages.shared.churn.accounts import Listing, list_choice
from pages.shared.churn.buyers import buyers_card
from pages.shared.churn.question import URL
from pages.shared.churn.revenue import happened
from pages.shared.exhibits import affordances, affordances_around, details_button, exhibit
from pages.shared.figures.canvas import figure, note
from pages.shared.palette import MUTED_TEXT, THIS_PERIOD, VERMILION
from pages.shared.states import card
from queries import Segment, Workspace
from reports.churn_usage import UsageChurnReport, people_of_interval, usage_churn_report

HORIZONS = (7, 14, 28, 56)
LENGTHS = {"auto": "Threshold", "7": "7", "14": "14", "28": "28", "56": "56"}
STATES = ("new", "retained", "resurrected", "dormant")
TOO_YOUNG = "The data are too young for two intervals"
SHORTER = "Choose a shorter interval."


def usage_view(workspace: Workspace, segment: Segment) -> None:
    """Controls, figures and charts of churn without contracts."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        horizon = st.segmented_control(
            "Back within, days", HORIZONS, default=28, required=True, key="churn_horizon", **URL
        )
        length = st.segmented_control(
            "Interval, days",
            LENGTHS,
            default="auto",
            required=True,
            format_func=LENGTHS.__getitem__,
            key="churn_interval",
            help="How long a silence calls somebody gone; the threshold is where at most 10 % "
            "come back.",
            **URL,
        )
    days = None if length == "auto" else int(length)
    report = usage_churn_report(workspace, segment, horizon=int(horizon), days=days)
    usage_cards(report)
    left, right = st.columns(2)
    with left, card("curve"):
        curve_card(report)
    with right, card("usage_rate"):
        rate_card(workspace, report)
    with card("usage_states"):
        states_card(workspace, segment, report)
    with card("buyers"):
        buyers_card(workspace, segment)


def usage_cards(report: UsageChurnReport) -> None:
    """The rate, the threshold and both of its errors."""
    errors = report.errors
    base = None if report.active_before is None else Base(report.active_before, "active before")
    with st.grid(4, min_column_width=190, gap="small", key="cards_usage_churn"):
        with card_frame("usage_churn"):
            metric_card("Usage churn", report.churn, unit="percent", better="lower", base=base)
            st.caption(f"Silent for the last {report.days} days")
            details_button(report.intervals, key="usage_churn")
        with card_frame("usage_threshold"):
            st.metric("Gone after", _days(report.threshold))
            st.caption(
                f"At most 10 % come back within {report.horizon} days"
                if report.threshold
                else "More than 10 % come back after every silence seen"
            )
            details_button(report.curve, key="usage_threshold")
        with card_frame("usage_early"):
            st.metric("Called gone, came back", words.full(_early(report), "percent"))
            called = 0 if errors is None else errors.called
            st.caption(f"Of {words.full(called)} silences of more than {report.days} days so far")
            details_button(report.curve, key="usage_early")
        with card_frame("usage_late"):
            late = None if errors is None else errors.silent_gone
            st.metric("Silent, not called yet", words.full(late and round(late)))
            silent = 0 if errors is None else errors.silent
            st.caption(
                f"Expected not to come back, of {words.full(silent)} silent for 1 to "
                f"{report.days} days"
            )
            details_button(report.curve, key="usage_late")


def _days(days: int | None) -> str:
    return words.DASH if days is None else words.counted(days, "day")


def _early(report: UsageChurnReport) -> float | None:
    return None if report.errors is None else report.errors.returned.value


def curve_card(report: UsageChurnReport) -> None:
    """Of those silent for so many days, how many come back."""
    st.header("Who comes back after a silence", anchor=False)
    known = report.curve.showing(report.curve.rows.filter(pl.col("returns_share").is_not_null()))
    exhibit(
        known,
        lambda rows: _curve(
            rows["silent_days"].to_list(),
            rows["returns_share"].to_list(),
            rows["at_risk"].to_list(),
            threshold=report.threshold,
        ),
        key="curve",
        alt=(
            f"After {_days(report.threshold)} of silence at most 10 % come back "
            f"within {report.horizon} days."
            if report.threshold
            else "More than 10 % come back after every silence that can be seen."
        ),
        missing="No silence was long enough to look at",
        mend="Choose a shorter horizon, or wait for more days of data.",
    )
    affordances(known, key="curve")


def _curve(
    days: Sequence[int],
    shares: Sequence[float],
    bases: Sequence[int],
    *,
    threshold: int | None,
) -> go.Figure:
    drawing = figure(height=280)
    texts = [
        f"{words.full(share, 'percent')} of {words.full(base)} silences come back"
        for share, base in zip(shares, bases, strict=True)
    ]
    drawing.add_scatter(
        x=days,
        y=shares,
        mode="lines",
        line={"color": THIS_PERIOD, "width": 2.4},
        customdata=texts,
        hovertemplate="%{customdata}<extra></extra>",
    )
    drawing.add_hline(y=0.1, line={"color": MUTED_TEXT, "width": 1, "dash": "dot"})
    if threshold is not None:
        drawing.add_vline(x=threshold, line={"color": VERMILION, "width": 1.5, "dash": "dot"})
        drawing.add_annotation(
            note(f" {threshold} days", x=threshold, y=1, yref="paper", xanchor="left")
        )
    drawing.update_yaxes(rangemode="tozero", tickformat=".0%")
    title = {"text": "days of silence", "font": {"size": 12, "color": MUTED_TEXT}}
    drawing.update_xaxes(title=title, rangemode="tozero")
    return drawing


def rate_card(workspace: Workspace, report: UsageChurnReport) -> None:
    """The churn rate of each interval, with its interval of confidence."""
    st.header("Usage churn over time", anchor=False)
    known = report.intervals.showing(
        report.intervals.rows.filter(pl.col("churn_share").is_not_null())
    )
    period = _period(known.rows)
    exhibit(
        known,
        lambda rows: figures.time_series(
            [
                figures.Line(
                    "Usage churn",
                    rows["interval_start"].to_list(),
                    rows["churn_share"].to_list(),
                    low=rows["churn_low"].to_list(),
                    high=rows["churn_high"].to_list(),
                    colour=VERMILION,
                )
            ],
            unit="percent",
            markers=happened(workspace, period),
            height=280,
        ),
        key="usage_rate",
        alt=_takeaway(known.rows),
        missing=TOO_YOUNG,
        mend=SHORTER,
    )
    affordances(known, key="usage_rate")


def _period(rows: pl.DataFrame) -> Period | None:
    if rows.is_empty():
        return None
    return Period(rows["interval_start"][0], rows["interval_end"][-1])


def _takeaway(rows: pl.DataFrame) -> str:
    if rows.is_empty():
        return TOO_YOUNG
    last = rows.row(-1, named=True)
    return (
        f"In the interval from {dates.full_day(last['interval_start'])} "
        f"{words.full(last['churn_share'], 'percent')} fell silent: "
        f"{words.full(last['dormant_users'])} of {words.full(last['active_before'])}."
    )


def states_card(workspace: Workspace, segment: Segment, report: UsageChurnReport) -> None:
    """Who is new, stays, comes back and falls silent, and the people behind each count."""
    st.header("Fallen silent and come back", anchor=False)
    known = report.intervals.showing(
        report.intervals.rows.filter(pl.col("active_before").is_not_null())
    )
    period = _period(known.rows)
    exhibit(
        known,
        lambda rows: figures.lifecycle_bars(
            rows["interval_start"].to_list(),
            {state: rows[f"{state}_users"].to_list() for state in STATES},
            complete=[True] * rows.height,
            markers=happened(workspace, period),
        ),
        key="usage_states",
        alt=_takeaway(known.rows),
        missing=TOO_YOUNG,
        mend=SHORTER,
    )
    with affordances_around(known, key="usage_states"):
        listings = list(_listings(workspace, segment, report, known.rows))
        list_choice(listings, key="usage_states", prompt="People behind …")
        if period:
            annotate_button(workspace, period, key="usage_states")


def _listings(
    workspace: Workspace, segment: Segment, report: UsageChurnReport, rows: pl.DataFrame
) -> Iterator[Listing]:
    for row in rows.sort("interval_start", descending=True).iter_rows(named=True):
        start: date = row["interval_start"]
        for state in ("dormant", "resurrected", "new", "retained"):
            count = row[f"{state}_users"]
            if count:
                label = f"{state.capitalize()}, from {dates.plain_day(start)}: {count:,}"
                opened = partial(people_of_interval, workspace, segment, start, report.days, state)
                yield Listing(label, opened, "user")
