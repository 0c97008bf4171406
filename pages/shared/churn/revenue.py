"""Recurring revenue: what it is, what moved it, at what rate it leaves, and why."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import polars as pl
import streamlit as st

from metrics.periods import Period
from metrics.revenue import Rules
from pages.shared import dates, figures, plain, words
from pages.shared.annotations import annotate_button
from pages.shared.cards import Base, card_frame, metric_card
from pages.shared.churn.accounts import Listing, list_choice
from pages.shared.churn.cohorts import cohorts_card
from pages.shared.churn.movement_figures import PARTS, month_parts, movement_bars
from pages.shared.exhibits import affordances, affordances_around, details_button, exhibit
from pages.shared.palette import BLUE, VERMILION
from pages.shared.states import CARD_HEIGHT, card
from queries import Segment, Workspace
from reports.answer import Source
from reports.churn_rules import rules_in_words
from reports.markers import Marker, markers
from reports.revenue_bridge import RevenueReport, revenue_report
from reports.revenue_cohorts import revenue_cohorts_report

NOT_YET = "Nobody paid in these months"
LATER = "Choose more months or remove a filter."
RATES = {
    "logo_churn": "Customers lost",
    "gross_churn": "Gross revenue churn",
    "net_churn": "Net revenue churn",
}


def revenue_view(
    workspace: Workspace, segment: Segment, rules: Rules, *, months: int, currency: str | None
) -> None:
    """The figures of the last month, what moved, at what rate it leaves, and why."""
    with st.skeleton(height=CARD_HEIGHT):
        report = revenue_report(workspace, segment, rules=rules, months=months, currency=currency)
        st.caption(plain.sentence(f"Counted so: {rules_in_words(rules)}."))
        revenue_cards(report)
    with card("movements"):
        movements_card(workspace, report)
    left, right = st.columns(2)
    with left, card("rates"):
        rates_card(report)
    with right, card("month"):
        month_card(report)
    with card("reasons"):
        reasons_card(report)
    with card("revenue_cohorts"):
        cohorts_card(
            revenue_cohorts_report(
                workspace, segment, rules=rules, months=months, currency=currency
            )
        )


def revenue_cards(report: RevenueReport) -> None:
    """Six figures of the last complete month."""
    start = Base(report.accounts_start, "accounts at the start")
    cards = (
        ("mrr", "MRR", report.revenue, {"unit": "currency", "currency": report.currency}),
        ("logo", "Customers lost", report.logo_churn, _share(better="lower", base=start)),
        ("gross", "Gross revenue churn", report.gross_churn, _share(better="lower", base=start)),
        ("nrr", "NRR, 12 months", report.nrr, _share(base=_year_base(report))),
        ("grr", "GRR, 12 months", report.grr, _share(base=_year_base(report))),
        ("quick", "Quick ratio", report.quick_ratio, _quick(report)),
    )
    rows = report.months.rows.filter(pl.col("is_complete"))
    sparks = {"mrr": "end", "logo": "logo_churn_share", "gross": "gross_churn_share"}
    if report.last_month:
        st.markdown(f"Rates of the last complete month, **{_month(report.last_month)}**")
    with st.grid(3, min_column_width=150, gap="small", key="cards_revenue"):
        for key, label, change, options in cards:
            source = report.retained if key in ("nrr", "grr") else report.months
            with card_frame(f"revenue_{key}"):
                spark = rows[sparks[key]].to_list() if key in sparks else ()
                metric_card(label, change, spark=spark, **options)
                details_button(source, key=f"revenue_{key}")


def _share(*, better: str = "higher", base: Base | None = None) -> dict[str, object]:
    return {"unit": "percent", "better": better, "base": base}


def _year_base(report: RevenueReport) -> Base | None:
    rows = report.retained.rows
    return Base(rows["accounts"][0], "accounts a year before") if rows.height else None


def _quick(report: RevenueReport) -> dict[str, object]:
    is_missing = report.last_month is not None and report.quick_ratio.value is None
    return {"unit": "number", "missing": "No losses: no ratio" if is_missing else None}


def movements_card(workspace: Workspace, report: RevenueReport) -> None:
    """The bridge month by month, and the accounts behind every bar."""
    st.header("What moved recurring revenue", anchor=False)
    period = _period(report)
    exhibit(
        report.months.showing(report.months.rows, *report.in_progress),
        lambda rows: movement_bars(
            rows["month"].to_list(),
            {name: rows[name].to_list() for name in PARTS},
            complete=rows["is_complete"].to_list(),
            currency=report.currency,
            markers=happened(workspace, period),
        ),
        key="movements",
        alt=_takeaway(report),
        missing=NOT_YET,
        mend=LATER,
    )
    with affordances_around(report.months, key="movements"):
        list_choice(list(_listings(report)), key="movements", prompt="Accounts behind …")
        if period:
            annotate_button(workspace, period, key="movements")


def happened(workspace: Workspace, period: Period | None) -> list[Marker]:
    """What happened in some months; single holidays would only crowd a chart of months."""
    if period is None:
        return []
    return [one for one in markers(workspace, period) if one.kind != "holiday"]


def _period(report: RevenueReport) -> Period | None:
    rows = report.months.rows
    return Period(rows["month"][0], rows["month_end"][-1]) if rows.height else None


def _takeaway(report: RevenueReport) -> str:
    rows = report.months.rows.filter(pl.col("is_complete"))
    if rows.is_empty():
        return "No month is complete yet."
    last = rows.row(-1, named=True)
    parts = ", ".join(
        f"{label.lower()} {_money(last[name], report)}"
        for name, (label, _) in PARTS.items()
        if last[name]
    )
    return (
        f"{_month(last['month'])}: from {_money(last['start'], report)} "
        f"to {_money(last['end'], report)}: {parts or 'nothing moved'}."
    )


def _money(amount: float, report: RevenueReport) -> str:
    return words.full(amount, "currency", currency=report.currency)


def _listings(report: RevenueReport) -> Iterator[Listing]:
    """Every bar of the chart, the latest month first."""
    rows = report.movements.rows
    groups = rows.group_by("month", "kind", maintain_order=True).agg(
        pl.len().alias("count"), pl.col("difference").sum()
    )
    noun = "account" if report.rules.mode == "net" else "movement"
    for month, kind, count, difference in groups.iter_rows():
        when = _month(month)
        title = f"{PARTS[kind][0]}, {when}"
        amount = words.compact(difference, "currency", currency=report.currency)
        label = f"{title}: {words.counted(count, noun)}, {amount}"

        def listed(month: date = month, kind: str = kind, title: str = title) -> Source:
            chosen = rows.filter((pl.col("month") == month) & (pl.col("kind") == kind))
            return _titled(report, title, chosen)

        yield Listing(label, listed, noun)


def _month(start: date) -> str:
    return dates.bucket(start, "month")


def _titled(report: RevenueReport, title: str, rows: pl.DataFrame) -> Source:
    return replace(report.movements, title=title, rows=rows)


def month_card(report: RevenueReport) -> None:
    """One month from start to end."""
    st.header("One month, start to end", anchor=False)
    rows = report.months.rows
    if rows.is_empty():
        exhibit(report.months, month_parts, key="month", alt=NOT_YET, missing=NOT_YET, mend=LATER)
        return
    offered = rows.sort("month", descending=True)["month"].to_list()
    chosen = st.selectbox(
        "Month",
        offered,
        index=offered.index(report.last_month) if report.last_month in offered else 0,
        format_func=_month,
        key="churn_month",
        label_visibility="collapsed",
        width=160,
    )
    row = rows.row(offered[::-1].index(chosen), named=True)
    source = report.months.showing(rows.filter(pl.col("month") == chosen))
    st.markdown(
        plain.sentence(
            f"{_money(row['start'], report)} at the start, {_money(row['end'], report)} at the end"
        )
    )
    shown = [name for name in PARTS if row[name] or name != "currency_effect"]
    exhibit(
        source,
        lambda _: month_parts(
            [PARTS[name][0] for name in shown],
            [row[name] for name in shown],
            colours=[PARTS[name][1] for name in shown],
            currency=report.currency,
        ),
        key="month",
        alt=f"From {_money(row['start'], report)} to {_money(row['end'], report)}.",
    )
    st.caption(
        f"{words.counted(row['accounts_start'], 'account')} at the start, "
        f"{row['accounts_lost']:,} of them lost, {row['accounts_end']:,} at the end."
    )
    affordances(source, key="month")


def rates_card(report: RevenueReport) -> None:
    """A rate over the complete months, with its interval."""
    st.header("Churn by month", anchor=False)
    name = st.segmented_control(
        "Rate",
        RATES,
        default="logo_churn",
        required=True,
        format_func=RATES.__getitem__,
        key="churn_rate",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    done = report.months.rows.filter(pl.col("is_complete"))
    source = report.months.showing(done)
    exhibit(
        source,
        lambda rows: figures.time_series(
            [
                figures.Line(
                    RATES[name],
                    rows["month"].to_list(),
                    rows[f"{name}_share"].to_list(),
                    low=rows[f"{name}_low"].to_list(),
                    high=rows[f"{name}_high"].to_list(),
                    colour=VERMILION if name != "net_churn" else BLUE,
                )
            ],
            unit="percent",
            grain="month",
            height=240,
        ),
        key="rates",
        alt=_rate_takeaway(done, name),
        missing="No month is complete yet",
        mend="The month in progress has no rate.",
    )
    affordances(source, key="rates")


def _rate_takeaway(done: pl.DataFrame, name: str) -> str:
    known = done.filter(pl.col(f"{name}_share").is_not_null())
    if known.is_empty():
        return "No month is complete yet."
    top = known.row(known[f"{name}_share"].arg_max() or 0, named=True)
    share = words.full(top[f"{name}_share"], "percent")
    return f"{RATES[name]} was highest in {_month(top['month'])}: {share}."


def reasons_card(report: RevenueReport) -> None:
    """Why accounts left, by the revenue that went with them."""
    st.header("Why accounts left", anchor=False)
    exhibit(
        report.reasons,
        lambda rows: figures.bar_list(
            [f"{row['reason']} · {row['accounts']:,}" for row in rows.iter_rows(named=True)],
            rows["revenue_lost"].to_list(),
            unit="currency",
            currency=report.currency,
            colours=VERMILION,
        ),
        key="reasons",
        alt="Revenue lost in the complete months by the reason given.",
        missing="Nobody left in these months",
        mend="Choose more months.",
    )
    st.caption("MRR lost in the complete months shown, and how many accounts.")
    affordances(report.reasons, key="reasons")
