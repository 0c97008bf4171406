"""One experiment: the verdict first, then whether it may be read, then what it did."""

import streamlit as st

from pages.shared import dates, plain, words
from pages.shared.experiments.address import choose
from pages.shared.experiments.effects import effects_card
from pages.shared.experiments.health import health_card
from pages.shared.experiments.words import ICONS
from pages.shared.states import card
from queries import Segment, Workspace
from reports.experiment import ExperimentReport, experiment


def experiment_view(workspace: Workspace, name: str, segment: Segment) -> None:
    """The page of one experiment."""
    st.button(
        "All experiments",
        key="all_experiments",
        type="tertiary",
        icon=":material/arrow_back:",
        on_click=choose,
        args=(None,),
    )
    with card("verdict"):
        report = experiment(workspace, name, segment)
        _verdict(report, segment)
    with card("health"):
        health_card(report)
    if report.effects is not None:
        with card("effects"):
            effects_card(workspace, report, report.effects)


def _verdict(report: ExperimentReport, segment: Segment) -> None:
    plan = report.plan
    st.header(plain.markdown(plan.name), anchor=False)
    for arm in report.arms:
        who = f"{plain.markdown(arm.variant)}: " if len(report.arms) > 1 else ""
        st.markdown(f"{ICONS[arm.verdict.status]} **{who}{plain.sentence(arm.sentence)}**")
    if not report.arms:
        st.markdown("Nobody has been exposed to two variants yet.")
    if plan.hypothesis:
        st.markdown(plain.sentence(plan.hypothesis))
    st.caption(_facts(report))
    if not segment.is_empty:
        st.caption(
            ":material/info: Only units with these attributes. Filters on events, such as "
            "platform, do not narrow an experiment: its units are people."
        )


def _facts(report: ExperimentReport) -> str:
    plan = report.plan
    until = "runs on" if plan.ended_at is None else f"to {dates.plain_day(plan.ended_at.date())}"
    parts = [
        f"{dates.plain_day(plan.started_at.date())} {until}",
        words.counted(plan.days, "day"),
        words.counted(plan.units, f"exposed {plan.unit}"),
        f"{plan.window_days} days followed",
    ]
    if plan.owner:
        parts.append(plain.markdown(plan.owner))
    return " · ".join(parts)
