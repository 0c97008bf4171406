"""One release: the verdict first, then what moved, then what speaks against it."""

import streamlit as st

from pages.shared import dates, plain, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.figures import time_series
from pages.shared.figures.line import Line
from pages.shared.performance.versions import version_changes_view
from pages.shared.releases.address import choose
from pages.shared.releases.evidence import evidence_cards
from pages.shared.releases.metrics import metrics_card
from pages.shared.releases.plan import plan_form
from pages.shared.releases.words import DIRECTIONS, GRADES, SAID, STANDINGS, effect
from pages.shared.sign_in import viewer
from pages.shared.states import card, empty
from queries import Workspace
from reports.release import release_report
from reports.release_answer import ReleaseReport
from reports.release_definitions import METHODS

PARTS = {
    "results": "What it did",
    "evidence": "How sure",
    "speed": "Speed by route",
    "plan": "Goals",
}


def release_view(workspace: Workspace, name: str) -> None:
    """The page of one release."""
    st.button(
        "All releases",
        key="all_releases",
        type="tertiary",
        icon=":material/arrow_back:",
        on_click=choose,
        args=(None,),
    )
    measure = _measure(workspace, name)
    with card("release_verdict"):
        report = release_report(workspace, name, measure=measure)
        if report is None:
            empty(f"There is no release {plain.markdown(name)}", "Open the list of all releases.")
            return
        _verdict(report, workspace.settings.product.currency)
    part = st.segmented_control(
        "Part",
        PARTS,
        default="results",
        required=True,
        format_func=PARTS.__getitem__,
        key="release_part",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    _part(workspace, report, part)


def _measure(workspace: Workspace, name: str) -> str | None:
    """The measure that the verdict is about; the release's own unless another is chosen."""
    own = release_report(workspace, name)
    rows = own.metrics.rows if own is not None else None
    if own is None or rows is None or "measure" not in rows.columns or rows.is_empty():
        return None
    names = dict(rows.select("measure", "label").iter_rows())
    primary = own.primary or next(iter(names))
    chosen = st.selectbox(
        "Judged by",
        [primary, *(one for one in names if one != primary)],
        format_func=lambda one: names.get(one, one),
        key=f"judged_by_{name}",
        width=360,
    )
    return None if chosen == primary else chosen


def _verdict(report: ReleaseReport, currency: str) -> None:
    release = report.release
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(plain.markdown(release.name), anchor=False, width="content")
        if report.verdict is not None:
            st.badge(f"Grade {report.verdict.grade}", color=GRADES[report.verdict.grade])
        else:
            st.badge(STANDINGS[report.standing], color="gray")
    if release.title != release.name:
        st.markdown(f"{plain.markdown(release.title)}{plain.read_more(release.url)}")
    sign = DIRECTIONS[report.verdict.direction] if report.verdict else ":material/hourglass_top:"
    st.markdown(f"{sign} **{plain.sentence(report.sentence)}**")
    for row in report.findings:
        if row["measure"] != report.primary:
            size = effect(row["effect"], row["form"], row["unit"], currency=currency)
            st.markdown(
                f":material/arrow_right: Also: {plain.markdown(row['label'])} {size} "
                f"(grade {row['grade']})"
            )
    for one in report.criteria:
        st.markdown(
            f"{SAID[one.said]} {one.role.capitalize()} {plain.markdown(one.label)}, "
            f"{words.change(one.target)}: **{one.said}**"
        )
    st.caption(_facts(report))


def _facts(report: ReleaseReport) -> str:
    release, window = report.release, report.window
    parts = [dates.full_day(release.released_on)]
    if report.shape is not None:
        parts.append(plain.sentence(report.shape.words).rstrip("."))
        parts.append(
            f"{words.counted(window.days_before, 'day')} before, {window.days_after} after"
        )
    if report.choice is not None:
        parts.append(f"method {report.choice.method}, at best grade {report.choice.grade}")
    if report.look_again is not None:
        parts.append(f"look again on {dates.plain_day(report.look_again)}")
    if window.next_release:
        parts.append(f"ends with {plain.markdown(window.next_release)}, of the same features")
    if window.season:
        parts.append(f"ends before {plain.markdown(window.season)}: a season is no release")
    if release.owner:
        parts.append(plain.markdown(release.owner))
    return " · ".join(parts)


def _part(workspace: Workspace, report: ReleaseReport, part: str) -> None:
    if part == "plan":
        with card("release_plan"):
            _plan(workspace, report)
    elif part == "evidence":
        evidence_cards(workspace, report)
    elif part == "speed":
        with card("release_versions"):
            _versions(report)
    else:
        with card("release_metrics"):
            metrics_card(workspace, report)
        with card("release_exposure"):
            _exposure(report)


def _exposure(report: ReleaseReport) -> None:
    st.header("Who had it", anchor=False)
    exhibit(
        report.exposure,
        lambda rows: time_series(
            [Line("Reached", rows["day"].to_list(), rows["share"].to_list())],
            unit="percent",
            height=220,
        ),
        key="exposure",
        alt="Share of the active people whom it had reached, by day.",
        has_nothing=not report.release.reached,
        missing="It is not known whom it has reached",
        mend="A table rollouts (release, unit_id, reached_at) says so.",
    )
    affordances(report.exposure, key="exposure")


def _versions(report: ReleaseReport) -> None:
    st.header("Speed and errors by route", anchor=False)
    if report.versions is None:
        empty(
            "No requests name its version",
            "A column app_version in the table requests, with the release's version, brings this.",
        )
        return
    version_changes_view(report.versions, key="release_version")


def _plan(workspace: Workspace, report: ReleaseReport) -> None:
    st.header("Goals and guardrails", anchor=False)
    if viewer().may("annotate"):
        plan_form(workspace, report.release)
    elif not report.criteria:
        empty("Nobody has set goals", "Somebody who may annotate can set them.")
    st.caption(plain.sentence(METHODS))
