"""Planning an experiment: from a metric of this workspace to units, days and what it would see."""

from typing import Any, cast

import polars as pl
import streamlit as st

from pages.shared import figures, plain, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.palette import PREVIOUS_PERIOD, THIS_PERIOD
from pages.shared.states import card
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.experiment_designs import Design
from reports.experiment_planner import Need, PlannerQuestion, PlannerReport, planner

DESIGNS = {
    "planned": "Looked at daily, planned end",
    "open": "Looked at daily, open end",
    "fixed": "One look at the end",
}
URL: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


def planner_view(workspace: Workspace, segment: Segment) -> None:
    """Controls, the need in units and days, and the smallest effect by day."""
    with card("planner"):
        st.header("Plan an experiment", anchor=False)
        question = _question(workspace)
        report = planner(workspace, question, segment)
        _needs(workspace, report, question)
    with card("planner_curve"):
        _curve(report)
    with card("planner_designs"):
        _designs(report)


def _question(workspace: Workspace) -> PlannerQuestion:
    # Whoever takes part was active, so that "active" is 1 for everybody.
    names = [name for name, one in workspace.metrics.items() if one.kind != "active"]
    with st.grid(3, min_column_width=220, key="planner_controls"):
        metric = st.selectbox(
            "Metric", names, format_func=lambda name: workspace.metrics[name].label,
            key="plan_metric", **URL,
        )  # fmt: skip
        lift = st.number_input(
            "Smallest effect worth finding, %", 0.1, 500.0, 10.0, key="plan_lift", **URL
        )
        window = st.number_input("Days followed", 1, 56, 7, key="plan_window", **URL)
        design = st.selectbox(
            "Looks", DESIGNS, format_func=DESIGNS.__getitem__, key="plan_design", **URL
        )
        arms = st.number_input("Variants", 2, 10, 2, key="plan_arms", **URL)
        traffic = st.number_input("Users who take part, %", 1, 100, 100, key="plan_traffic", **URL)
    return PlannerQuestion(
        metric=metric,
        lift=lift / 100,
        window_days=int(window),
        design=cast("Design", design),
        arms=int(arms),
        traffic=traffic / 100,
    )


def _needs(workspace: Workspace, report: PlannerReport, question: PlannerQuestion) -> None:
    label = plain.markdown(workspace.metrics[question.metric].label)
    if report.plain is None or report.adjusted is None:
        st.markdown(f"{label} does not vary between users, so no experiment can be planned on it.")
        return
    is_quantile = workspace.metrics[question.metric].kind == "quantile"
    if is_quantile:
        st.markdown(f"**{_need(report.plain)}**")
    else:
        st.markdown(f"**{_need(report.adjusted)}** with the past as covariate")
        st.markdown(f"{_need(report.plain)} without it")
    product = workspace.settings.product
    unit = workspace.metrics[question.metric].unit
    is_plain = unit in words.COUNTED or unit == "number"
    value = report.value or 0.0
    shown = f"{value:.3g}" if is_plain else words.full(value, unit, currency=product.currency)
    past = (
        f"{label} is {shown} among {report.units:,} users followed"
        if is_quantile
        else f"{label} is {shown} per user followed ({report.units:,} users); the past takes away "
        f"{words.full(_explained(report), 'percent')} of its variance"
    )
    st.caption(f"{past}; these looks cost {report.inflation:.2f} times the units of a single one.")


def _explained(report: PlannerReport) -> float | None:
    return None if report.variance_ratio is None else 1 - report.variance_ratio


def _need(need: Need) -> str:
    when = "not within twelve weeks" if need.days is None else words.counted(need.days, "day")
    return f"{need.units:,} users, {when}"


def _curve(report: PlannerReport) -> None:
    st.header("Smallest effect by day", anchor=False)
    exhibit(
        report.curve,
        lambda rows: figures.days_after(
            rows["day"].to_list(),
            [
                ("With the past", rows["adjusted"].to_list(), THIS_PERIOD),
                ("Without", rows["plain"].to_list(), PREVIOUS_PERIOD),
            ],
            x_title="Days since the start",
            unit="percent",
        ),
        key="planner",
        alt="The smallest effect that would be found with a chance of 80%, by day",
        has_nothing=report.curve.rows["plain"].is_null().all(),
        missing="Nobody was active, or the metric does not vary",
        mend="Choose another metric or remove a filter.",
    )
    affordances(report.curve, key="planner")


def _designs(report: PlannerReport) -> None:
    st.header("What looking costs", anchor=False)
    show_table(
        pl.DataFrame([_design(row) for row in report.designs.rows.iter_rows(named=True)]),
        key="designs",
        alt="Units and days that each way to look needs, and the bounds of its looks",
    )
    st.caption(
        "A result counts where it is so many standard errors from none. A bound that is the same "
        "at each look stops sooner where an effect is large, and costs more where it is small."
    )
    affordances(report.designs, key="designs")


def _design(row: dict[str, Any]) -> dict[str, str]:
    return {
        "Looks": row["design"],
        "Bound at the first": _bound(row["first_bound"]),
        "Bound at the end": _bound(row["last_bound"]),
        "Units over a single look": f"{row['inflation']:.2f}",
        "Users": words.DASH if row["units"] is None else f"{row['units']:,}",
        "Days": words.DASH if row["days"] is None else f"{row['days']}",
    }


def _bound(value: float | None) -> str:
    return "cannot stop" if value is None else f"{value:.2f}"
