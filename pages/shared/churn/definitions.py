"""The switchboard: how one month looks to different tools, and what leads from one to another."""

from datetime import date

import polars as pl
import streamlit as st

from metrics.revenue import PRESETS, Rules
from pages.shared import dates, plain, words
from pages.shared.churn.movement_figures import month_parts
from pages.shared.churn.question import URL
from pages.shared.exhibits import affordances, exhibit
from pages.shared.palette import BLUE, GREEN, VERMILION
from pages.shared.states import card, empty
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.churn_rules import rules_in_words
from reports.revenue_reconciliation import (
    ReconciliationReport,
    complete_months,
    reconciliation_report,
)

FIGURES = {
    "churn": "Churn",
    "gross_churn_share": "Gross revenue churn",
    "logo_churn_share": "Customers lost",
    "net_churn_share": "Net revenue churn",
    "new": "New",
    "reactivation": "Reactivation",
    "expansion": "Expansion",
    "contraction": "Contraction",
    "start": "Start",
    "end": "End",
}
NO_MONTH = "No month is complete yet"
WAIT = "Two ways of counting are compared over a complete month."


def definitions_view(
    workspace: Workspace, segment: Segment, rules: Rules, currency: str | None
) -> None:
    """Compare the rules in use with a tool's."""
    tools = list(PRESETS)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        tool = st.selectbox("Compare with", tools, index=1, key="churn_tool", width=200, **URL)
        months = complete_months(workspace, segment, currency=currency)
        month = st.selectbox("Month", months, format_func=_month, key="churn_tool_month", width=160)
        figure = st.selectbox(
            "Figure", list(FIGURES), format_func=FIGURES.__getitem__, key="churn_figure",
            width=220, **URL,
        )  # fmt: skip
    second = PRESETS[tool]
    st.caption(plain.sentence(f"From: {rules_in_words(rules)}."))
    st.caption(plain.sentence(f"To {tool}: {rules_in_words(second)}."))
    report = reconciliation_report(
        workspace, segment, first=rules, second=second, month=month, currency=currency
    )
    with card("reconciliation"):
        lines_card(report, figure, tool)
    with card("presets"):
        presets_card(report)
    with card("migrations"):
        migrations_card(report)


def _month(month: date) -> str:
    return dates.bucket(month, "month")


def lines_card(report: ReconciliationReport, figure: str, tool: str) -> None:
    """The bridge between two ways of counting, for one figure, and for all in a table."""
    st.header(f"{FIGURES[figure]}: from this page to {tool}", anchor=False)
    unit = "percent" if figure.endswith("_share") else "currency"
    exhibit(
        report.lines,
        lambda rows: month_parts(
            rows["line"].to_list(),
            rows[figure].to_list(),
            colours=[BLUE, *[VERMILION] * max(0, rows.height - 2), GREEN][: rows.height],
            currency=report.currency,
            unit=unit,
        ),
        key="reconciliation",
        alt=_takeaway(report.lines.rows, figure, tool, unit, report.currency),
        missing=NO_MONTH,
        mend=WAIT,
    )
    show_table(report.lines.rows, key="reconciliation_rows", alt="Effect of each choice")
    affordances(report.lines, key="reconciliation")


def _takeaway(rows: pl.DataFrame, figure: str, tool: str, unit: str, currency: str) -> str:
    if rows.is_empty():
        return NO_MONTH
    first, last = (
        words.full(rows[figure][at], unit, currency=currency) for at in (0, rows.height - 1)
    )
    return f"{FIGURES[figure]} is {first} here and {last} as {tool} counts."


def presets_card(report: ReconciliationReport) -> None:
    """The figures of the month under each preset."""
    st.header("The same month as four tools count it", anchor=False)
    if report.presets.is_empty:
        empty(NO_MONTH, WAIT)
    else:
        show_table(report.presets.rows, key="presets_rows", alt="Figures under each preset")
    affordances(report.presets, key="presets")


def migrations_card(report: ReconciliationReport) -> None:
    """Pairs of a churn and a new that look like one customer."""
    st.header("Churn that may be none", anchor=False)
    if report.migrations.is_empty:
        empty(
            "No churn and new account look like one customer",
            "Found by a shared `account_key`, such as an e-mail domain, in the subscriptions.",
        )
    else:
        count = words.counted(report.migrations.rows.height, "pair")
        st.markdown(f"**{count}** to look at: flagged, not taken out of any number.")
        show_table(report.migrations.rows, key="migrations_rows", alt=count)
    affordances(report.migrations, key="migrations")
