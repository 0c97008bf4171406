"""One experiment: the verdict first, then whether it may be read, then what it did."""

import streamlit as st

from pages.shared import dates, plain, words
from pages.shared.experiments.address import choose
from pages.shared.experiments.course import days_card, timeline_card
from pages.shared.experiments.decision import decision_card
from pages.shared.experiments.distribution import distribution_card
from pages.shared.experiments.effects import effects_card
from pages.shared.experiments.health import health_card
from pages.shared.experiments.power import power_card
from pages.shared.experiments.readings import readings_card
from pages.shared.experiments.segments import overlaps_card, segments_card
from pages.shared.experiments.words import ICONS
from pages.shared.header import snapshot_of_page
from pages.shared.states import card
from queries import Segment, Workspace
from reports.experiment import ExperimentReport, experiment
from reports.experiment_days import days_since

PARTS = {
    "results": "Results",
    "course": "Over time",
    "segments": "Segments",
    "distribution": "Distribution",
    "readings": "Other readings",
    "power": "Power",
    "decision": "Decision",
}


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
        _verdict(workspace, report, segment)
    if report.effects is None:
        with card("health"):
            health_card(workspace, report, segment)
        with card("decision"):
            decision_card(workspace, snapshot_of_page(workspace), report)
        return
    part = st.segmented_control(
        "Part",
        PARTS,
        default="results",
        required=True,
        format_func=PARTS.__getitem__,
        key="part",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    _part(workspace, report, segment, part)


def _part(workspace: Workspace, report: ExperimentReport, segment: Segment, part: str) -> None:
    if part == "results":
        with card("health"):
            health_card(workspace, report, segment)
        if report.effects is not None:
            with card("effects"):
                effects_card(workspace, report, report.effects, segment)
    elif part == "course":
        with card("timeline"):
            timeline_card(workspace, report, segment)
        with card("days_since"):
            days_card(workspace, report, segment)
    elif part == "segments":
        with card("segments"):
            segments_card(workspace, report, segment)
        with card("overlaps"):
            overlaps_card(workspace, report, segment)
    elif part == "distribution":
        with card("distribution"):
            distribution_card(workspace, report, segment)
    elif part == "readings":
        with card("readings"):
            readings_card(workspace, report, segment)
    elif part == "power":
        with card("power"):
            power_card(workspace, report)
    else:
        with card("decision"):
            decision_card(workspace, snapshot_of_page(workspace), report)


def _verdict(workspace: Workspace, report: ExperimentReport, segment: Segment) -> None:
    plan = report.plan
    st.header(plain.markdown(plan.name), anchor=False)
    for arm in report.arms:
        who = f"{plain.markdown(arm.variant)}: " if len(report.arms) > 1 else ""
        st.markdown(f"{ICONS[arm.verdict.status]} **{who}{plain.sentence(arm.sentence)}**")
    if not report.arms:
        st.markdown("Nobody has been exposed to two variants yet.")
    moving = days_since(workspace, report, segment)
    for said in moving.warnings if moving else ():
        st.markdown(f":material/trending_down: {plain.sentence(said)}")
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
        f"{plan.primary_days} days followed",
    ]
    if plan.owner:
        parts.append(plain.markdown(plan.owner))
    return " · ".join(parts)
