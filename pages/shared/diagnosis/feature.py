"""One feature: the verdict in a sentence, the ladder beside its peers, and what to do next."""

from datetime import date

import streamlit as st

from metrics.periods import words as period_in_words
from pages.shared import plain
from pages.shared.diagnosis.address import choose_feature
from pages.shared.diagnosis.behind import evidence_card, group_words, mind_card, power_card
from pages.shared.diagnosis.decision import decision_card
from pages.shared.diagnosis.ladder import causes_figure, ladder_figure
from pages.shared.diagnosis.lift import lift_card
from pages.shared.diagnosis.logs import logs_card
from pages.shared.diagnosis.people import accounts_card, ladder_people
from pages.shared.diagnosis.voices import quotes_card, releases_card
from pages.shared.exhibits import affordances, affordances_around
from pages.shared.states import card, empty
from queries import Workspace
from reports.answer import Source
from reports.diagnosis_feature import FeatureDiagnosis, feature_diagnosis
from reports.diagnosis_groups import standing_out
from reports.scope import Scope

ADOPTION = "../adoption.py"  # from the main script
TOO_FEW = "No cause can be named"
MORE_FEATURES = (
    "How much healthy features differ is learned from the product's own, from eight on. The ladder "
    "and the tracking check stand without it."
)


def feature_view(workspace: Workspace, scope: Scope, name: str, *, weeks: int, until: date) -> None:
    """The screen of one feature."""
    st.button(
        "All features",
        key="all_verdicts",
        type="tertiary",
        icon=":material/arrow_back:",
        on_click=choose_feature,
        args=(None,),
    )
    report = feature_diagnosis(workspace, scope.segment, name, weeks=weeks, until=until)
    if report is None:
        empty(
            f"Nothing is known of a feature {plain.short(name)} in these weeks",
            "Choose more weeks, remove a filter, or open another one from the list.",
        )
        return
    with card("verdict"):
        _verdict(workspace, scope, report)
    left, right = st.columns([3, 2])
    with left, card("ladder"):
        _ladder(workspace, scope, report)
    with right, card("causes"):
        _causes(report)
    if report.found.tracking.problems:
        with card("logs"):
            logs_card(report)
    elif report.evidence is not None:
        _reasons(workspace, scope, report, report.evidence)
    _around(workspace, scope, report)


def _reasons(
    workspace: Workspace, scope: Scope, report: FeatureDiagnosis, evidence: Source
) -> None:
    """What speaks for the verdict, and what would speak against it."""
    with card("evidence"):
        evidence_card(evidence)
    left, right = st.columns(2)
    with left, card("mind"):
        mind_card(workspace, scope.segment, report)
    with right, card("power"):
        power_card(report)


def _around(workspace: Workspace, scope: Scope, report: FeatureDiagnosis) -> None:
    """Whom it touches, what they say and do, and what was done about it."""
    left, right = st.columns(2)
    with left, card("touched"):
        accounts_card(workspace, scope.segment, report)
    with right, card("quotes"):
        quotes_card(workspace, scope, report)
    with card("lift"):
        lift_card(workspace, scope.segment, report)
    left, right = st.columns([3, 2])
    with left, card("feature_action"):
        decision_card(workspace, scope.segment, report)
    with right, card("feature_releases"):
        releases_card(workspace, report)


def _verdict(workspace: Workspace, scope: Scope, report: FeatureDiagnosis) -> None:
    feature = report.found.feature
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small"
    ):
        st.header(plain.markdown(feature.label), anchor=False, width="content")
        st.page_link(ADOPTION, label="Adoption", icon=":material/rocket_launch:")
    st.caption(_facts(report))
    st.markdown(f"**{plain.paragraphs(report.sentence)}**")
    group = standing_out(workspace, scope.segment, report.found, report.period)
    for one in group_words(group):
        st.markdown(f":material/group: {plain.sentence(one)}")
    for one in report.actions:
        st.markdown(f":material/arrow_forward: {plain.sentence(one)}")
    if report.missing:
        unknown = plain.sentence(f"not known in this product: {', '.join(report.missing)}")
        st.caption(f":material/sensors_off: {unknown}.")


def _facts(report: FeatureDiagnosis) -> str:
    feature = report.found.feature
    parts = [f"Type: {feature.kind}", period_in_words(report.period)]
    rules = [f"{one.dimension} {', '.join(map(str, one.values))}" for one in feature.rules]
    if rules:
        parts.append(f"only for {'; '.join(rules)}")
    return plain.markdown(" · ".join(parts))


def _ladder(workspace: Workspace, scope: Scope, report: FeatureDiagnosis) -> None:
    st.header("How far people come", anchor=False)
    ladder_figure(report)
    with affordances_around(report.ladder, key="diagnosis_ladder"):
        ladder_people(workspace, scope.segment, report)


def _causes(report: FeatureDiagnosis) -> None:
    st.header("How likely each cause is", anchor=False)
    if report.causes is None:
        empty(TOO_FEW, MORE_FEATURES)
        return
    causes_figure(report, report.causes)
    affordances(report.causes, key="causes")
