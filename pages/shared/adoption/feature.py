"""One feature: how far people get, how many over time, who they are, and what happened to it."""

import streamlit as st

from pages.shared import dates, figures, plain, words
from pages.shared.adoption.address import choose_feature
from pages.shared.adoption.releases import release_curves
from pages.shared.annotations import annotate_button
from pages.shared.churn.accounts import Listing, list_choice
from pages.shared.exhibits import affordances, affordances_around, exhibit
from pages.shared.figures.funnel import StepBar, funnel_steps
from pages.shared.palette import THIS_PERIOD
from pages.shared.states import card, empty
from queries import Workspace
from reports.adoption_accounts import account_adoption, accounts_of_feature
from reports.adoption_people import people_of_feature
from reports.adoption_releases import release_adoption
from reports.feature_happenings import Happening, experiments_of, releases_of
from reports.feature_page import FeatureReport, feature_page, feature_segments
from reports.feedback_by_feature import feedback_by_feature, quotes
from reports.markers import markers
from reports.scope import Scope

DIAGNOSIS = "../diagnosis.py"  # from the main script
MOST_QUOTES = 5
MOST_GROUPS = 12
NO_TRY = "Nobody tried it in these days"


def feature_view(workspace: Workspace, scope: Scope, name: str) -> None:
    """The page of one feature."""
    st.button(
        "All features",
        key="all_features",
        type="tertiary",
        icon=":material/arrow_back:",
        on_click=choose_feature,
        args=(None,),
    )
    report = feature_page(workspace, scope, name)
    if report is None:
        asked = plain.markdown(name)
        empty(f"No event names the feature {asked}", "Open another one from the list.")
        return
    _head(report)
    left, right = st.columns([3, 2])
    with left, card("ladder"):
        _ladder(workspace, scope, report)
    with right, card("adopting"):
        _adopting(report)
    with card("course"):
        _course(workspace, scope, report)
    left, right = st.columns(2)
    with left, card("segments"):
        _segments(workspace, scope, report)
    with right, card("happenings"):
        _happenings(workspace, report)
    with card("feature_releases"):
        found = release_adoption(workspace, scope.segment, feature=name)
        release_curves(found, key="feature_releases")
    left, right = st.columns(2)
    with left, card("feature_accounts"):
        _accounts(workspace, scope, report)
    with right, card("feature_feedback"):
        _feedback(workspace, scope, report)


def _head(report: FeatureReport) -> None:
    one = report.feature
    parts = [f"Type: {one.kind}"]
    if one.released_on:
        day = dates.full_day(one.released_on)
        parts.append(f"first used {day}" if one.is_dated_by_use else f"released {day}")
    if one.rules:
        rules = "; ".join(f"{rule.dimension}: {', '.join(map(str, rule.values))}"
                          for rule in one.rules)  # fmt: skip
        parts.append(f"only for {rules}")
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.subheader(plain.markdown(one.label), anchor=False, width="content")
        if st.button("Diagnosis", key="to_diagnosis", icon=":material/stethoscope:"):
            st.switch_page(DIAGNOSIS, query_params={"feature": one.name})
    st.caption(plain.markdown(" · ".join(parts)))


def _ladder(workspace: Workspace, scope: Scope, report: FeatureReport) -> None:
    st.header("How far people get", anchor=False)
    rows = report.ladder.rows
    exhibit(
        report.ladder,
        lambda rows: funnel_steps(
            [
                StepBar(
                    row["name"], row["people"], row["share"], row["low"], row["high"],
                    row["step_share"],
                )
                for row in rows.iter_rows(named=True)
            ]
        ),
        key="ladder",
        alt=_ladder_takeaway(report),
        has_nothing=not rows["eligible"].sum(),
        missing="Nobody could use it in these weeks",
    )  # fmt: skip
    period = report.ladder_period
    st.caption(f"{dates.full_day(period.start)} to {dates.full_day(period.last_day)}")
    lists = [
        Listing(
            f"{row['name']}: {row['people']:,}",
            lambda rung=row["rung"]: people_of_feature(
                workspace, scope.over(period), report.feature.name, rung
            ),
            noun="user",
        )
        for row in rows.iter_rows(named=True)
        if row["people"]
    ]
    with affordances_around(report.ladder, key="ladder"):
        list_choice(lists, key="ladder", prompt="People behind …")


def _ladder_takeaway(report: FeatureReport) -> str:
    steps = report.ladder.rows.select("name", "people").iter_rows()
    return ". ".join(f"{name}: {people:,}" for name, people in steps) + "."


def _adopting(report: FeatureReport) -> None:
    st.header("How soon it is adopted", anchor=False)
    rows = report.adopting.rows
    exhibit(
        report.adopting,
        lambda rows: figures.days_after(
            rows["day"].to_list(),
            [("Have adopted it", rows["share"].to_list(), THIS_PERIOD)],
            x_title="Days since they could use it",
            unit="percent",
        ),
        key="adopting",
        alt=f"{report.adopted:,} of {report.newcomers:,} have adopted it.",
        has_nothing=rows.is_empty(),
        missing="Nobody has adopted it yet",
        mend="Adopting takes two use days.",
    )
    median = report.days_to_adopt
    half = "Fewer than half have adopted it" if median is None else (
        f"Half have after {words.full(median)} days"
    )  # fmt: skip
    st.caption(
        f"{report.adopted:,} of {report.newcomers:,} have. {half}. "
        f"{report.tried_once:,} of {report.tried_long_ago:,} tried it once and gave up."
    )
    affordances(report.adopting, key="adopting")


def _course(workspace: Workspace, scope: Scope, report: FeatureReport) -> None:
    st.header("People who try it", anchor=False)
    exhibit(
        report.course,
        lambda rows: figures.time_series(
            [
                figures.Line(
                    report.feature.label,
                    rows["period_start"].to_list(),
                    rows["users"].to_list(),
                    complete=rows["is_complete"].to_list(),
                )
            ],
            unit="users",
            grain=scope.grain,
            markers=markers(workspace, scope.period),
        ),
        key="course",
        alt=f"People who try {report.feature.label} by {scope.grain}.",
        has_nothing=not report.course.rows["users"].sum(),
        missing=NO_TRY,
    )
    with affordances_around(report.course, key="course"):
        annotate_button(workspace, scope.period, key="course")


def _segments(workspace: Workspace, scope: Scope, report: FeatureReport) -> None:
    st.header("Who tries it", anchor=False)
    dimensions = list(workspace.dimensions)
    if not dimensions:
        empty("No dimension is declared", "Name columns under `[dimensions]` in workspace.toml.")
        return
    by = st.selectbox(
        "By",
        dimensions,
        format_func=lambda name: name.replace("_", " ").capitalize(),
        key="feature_by",
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
        width=200,
    )
    found = feature_segments(workspace, scope, report.feature.name, by=by)
    source = found.showing(found.rows.head(MOST_GROUPS))
    exhibit(
        source,
        lambda rows: figures.group_shares(
            rows["segment"].to_list(),
            rows["tried_share"].to_list(),
            rows["tried_low"].to_list(),
            rows["tried_high"].to_list(),
            hovers=[
                f"{tried:,} of {eligible:,} tried it, {habit:,} have the habit"
                for tried, eligible, habit in rows.select(
                    "tried", "eligible", "habitual"
                ).iter_rows()
            ],
        ),
        key="segments",
        alt=f"Share of those who could use it who tried it, by {by}.",
    )
    more = found.rows.height - source.rows.height
    smaller = f" {words.counted(more, 'smaller group')} not drawn." if more else ""
    st.caption(f"Tried it, of those who could, with 95 % intervals.{smaller}")
    affordances(source, key="segments")


def _happenings(workspace: Workspace, report: FeatureReport) -> None:
    st.header("What happened to it", anchor=False)
    one = report.feature
    found = (
        ("Releases", releases_of(workspace, one), "No release names it."),
        ("Experiments", experiments_of(workspace, one), "No experiment measures its events."),
    )
    for title, some, nothing in found:
        st.markdown(f"**{title}**")
        for happening in some:
            st.markdown(_line(happening))
        if not some:
            st.caption(nothing)


def _line(one: Happening) -> str:
    said = f"{dates.full_day(one.day)} · **{plain.markdown(one.name)}** · "
    return f"{said}{plain.markdown(one.title)}{plain.read_more(one.url)}"


def _accounts(workspace: Workspace, scope: Scope, report: FeatureReport) -> None:
    st.header("Accounts", anchor=False)
    found = account_adoption(workspace, scope)
    name = report.feature.name
    if found is None:
        empty("Nobody active in these days belongs to an account", "Map `account_id` of `users`.")
        return
    source = accounts_of_feature(workspace, scope, name)
    row = next(one for one in found.table.rows.iter_rows(named=True) if one["feature"] == name)
    share = words.full(row["one_share"], "percent")
    st.markdown(
        f"**{row['accounts_with_one']:,} of {row['accounts']:,}** accounts have a user ({share}), "
        f"**{row['accounts_with_several']:,}** have {found.least_users} or more."
    )
    st.dataframe(
        source.rows,
        key="feature_account_rows",
        hide_index=True,
        height=260,
        alt=f"{source.rows.height} accounts with users of {plain.short(report.feature.label)}",
        column_config={
            "account_id": st.column_config.TextColumn("Account"),
            "active_users": st.column_config.NumberColumn("Active"),
            "feature_users": st.column_config.NumberColumn("Use it"),
        },
    )
    affordances(source, key="feature_accounts")


def _feedback(workspace: Workspace, scope: Scope, report: FeatureReport) -> None:
    st.header("Feedback", anchor=False)
    name = report.feature.name
    scored = feedback_by_feature(workspace, scope.over(report.ladder_period)).get(name)
    if scored and scored.answers:
        share = words.full(scored.share, "percent")
        few = " Few answers: read with care." if words.is_few(scored.answers) else ""
        st.markdown(f"**{share}** satisfied: {scored.satisfied} of {scored.answers} answers.{few}")
    said = quotes(workspace, scope.over(report.ladder_period), feature=name, most=MOST_QUOTES)
    if said.hidden:
        st.caption(f":material/visibility_off: {said.hidden}")
    for row in said.rows.rows.iter_rows(named=True):
        st.markdown(f"> {plain.markdown(row['words'])}")
        score = "" if row["score"] is None else f" · {row['score']:g} ({row['scale']})"
        st.caption(f"{dates.full_day(row['said_at'].date())}{score}")
    if said.rows.is_empty and not (scored and scored.answers):
        st.caption("Nobody said anything about it in these weeks.")
    affordances(said.rows, key="feature_feedback")
