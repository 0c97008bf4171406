"""NPS and CSAT: now, over time, by segment, by feature."""

from functools import partial

import polars as pl
import streamlit as st

from pages.shared import figures, plain, words
from pages.shared.annotations import annotate_button
from pages.shared.churn.accounts import Listing, list_choice
from pages.shared.exhibits import affordances, affordances_around, details_button, exhibit
from pages.shared.states import empty
from queries import Workspace
from reports.feedback import FeedbackReport, Scale, Scored, feedback_segments
from reports.feedback_words import answers_behind
from reports.markers import markers
from reports.scope import Scope

NAMES: dict[Scale, str] = {"nps": "NPS", "csat": "Satisfied"}
SIDES: dict[Scale, tuple[tuple[str, str, float, float], ...]] = {
    "nps": (
        ("Promoters", "good", 9, 10),
        ("Detractors", "bad", 0, 6),
    ),
    "csat": (
        ("Satisfied", "good", 4, 5),
        ("Not satisfied", "bad", 1, 3),
    ),
}
DIAGNOSIS = "../diagnosis.py"  # from the main script
MOST_GROUPS = 12
NO_ANSWERS = "Nobody answered on this scale in these days"


def said_score(value: float | None, scale: Scale) -> str:
    """'+12' in points, or '81.5%'."""
    if value is None or scale == "csat":
        return words.full(value, "percent")
    return f"{value:+.0f}"


def said_ends(low: float | None, high: float | None, scale: Scale) -> str:
    """The ends of the interval."""
    if low is None or high is None:
        return words.DASH
    return f"{said_score(low, scale)} to {said_score(high, scale)}"


def score_cards(workspace: Workspace, scope: Scope, report: FeedbackReport) -> None:
    """Both scores with their intervals and answers, and how much was said."""
    with st.grid(4, min_column_width=150, key="cards_feedback"):
        for one in (report.nps, report.csat):
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(NAMES[one.scale], said_score(one.value, one.scale))
                st.caption(_stands_on(one))
        for label, value, note in (
            ("Things said", report.said, "answers, and words without a score"),
            ("In their own words", report.with_words, "of these"),
        ):
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(label, words.compact(value))
                st.caption(note)
    for caveat in report.scores.caveats:
        st.caption(f":material/info: {plain.sentence(caveat)}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        details_button(report.scores, key="scores")
        list_choice(_lists(workspace, scope, report), key="scores", prompt="Answers behind …")


def _stands_on(one: Scored) -> str:
    few = " Few: read with care." if words.is_few(one.answers) else ""
    ends = said_ends(one.low, one.high, one.scale)
    return f"{ends} (95 %) · {words.counted(one.answers, 'answer')}.{few}"


def _lists(workspace: Workspace, scope: Scope, report: FeedbackReport) -> list[Listing]:
    """The answers behind each count."""
    return [
        Listing(
            f"{name}: {getattr(one, side):,}",
            partial(answers_behind, workspace, scope, one.scale, low, high),
            noun="answer",
        )
        for one in (report.nps, report.csat)
        for name, side, low, high in SIDES[one.scale]
        if getattr(one, side)
    ]


def chosen_scale(key: str) -> Scale:
    """NPS or CSAT."""
    chosen = st.segmented_control(
        "Scale",
        NAMES,
        default="nps",
        required=True,
        format_func=NAMES.__getitem__,
        key=key,
        bind="query-params",
        persist_state="session",
        label_visibility="collapsed",
    )
    return "csat" if chosen == "csat" else "nps"


def trend_card(workspace: Workspace, scope: Scope, report: FeedbackReport) -> None:
    """One score over time, with its interval, and what happened meanwhile."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.header("Over time", anchor=False, width="content")
        scale = chosen_scale("feedback_scale")
    rows = report.trend.rows.filter(pl.col("scale") == scale)
    source = report.trend.showing(rows)
    exhibit(
        source,
        lambda rows: figures.time_series(
            [
                figures.Line(
                    NAMES[scale],
                    rows["period_start"].to_list(),
                    rows["score"].to_list(),
                    complete=rows["is_complete"].to_list(),
                    low=rows["low"].to_list(),
                    high=rows["high"].to_list(),
                )
            ],
            unit="percent" if scale == "csat" else "number",
            grain=report.grains[scale],
            markers=markers(workspace, scope.period),
        ),
        key="feedback_trend",
        alt=_trend_takeaway(rows, scale),
        missing=NO_ANSWERS,
    )
    st.caption(
        f"{words.counted(int(rows['answers'].sum()), 'answer')}, by {report.grains[scale]}. Spans "
        "without an answer are left out; the band is the 95 % interval."
    )
    with affordances_around(source, key="feedback_trend"):
        annotate_button(workspace, scope.period, key="feedback_trend")


def _trend_takeaway(rows: pl.DataFrame, scale: Scale) -> str:
    whole = rows.filter(pl.col("is_complete"))
    if whole.is_empty():
        return f"{NO_ANSWERS}."
    first, last = whole["score"][0], whole["score"][-1]
    return f"{NAMES[scale]} from {said_score(first, scale)} to {said_score(last, scale)}."


def segments_card(workspace: Workspace, scope: Scope) -> None:
    """The score of each group, with its interval and answers."""
    st.header("By segment", anchor=False)
    dimensions = [name for name, one in workspace.dimensions.items() if one.level == "user"]
    if not dimensions:
        empty("No dimension of users is declared", "Name columns of `users` under `[dimensions]`.")
        return
    with st.container(horizontal=True, gap="small"):
        by = st.selectbox(
            "By",
            dimensions,
            format_func=lambda name: name.replace("_", " ").capitalize(),
            key="feedback_by",
            bind="query-params",
            persist_state="session",
            label_visibility="collapsed",
            width=180,
        )
        scale = chosen_scale("segment_scale")
    found = feedback_segments(workspace, scope, by=by, scale=scale)
    exhibit(
        found.showing(found.rows.head(MOST_GROUPS)),
        lambda rows: figures.group_scores(
            [
                f"{segment} ({answers:,})"
                for segment, answers in rows.select("segment", "answers").iter_rows()
            ],
            rows["score"].to_list(),
            rows["low"].to_list(),
            rows["high"].to_list(),
            hovers=[
                f"{row['segment']}: {said_score(row['score'], scale)} "
                f"({said_ends(row['low'], row['high'], scale)}), {row['answers']:,} answers"
                for row in rows.iter_rows(named=True)
            ],
            is_share=scale == "csat",
        ),
        key="feedback_segments",
        alt=f"{NAMES[scale]} by {by}, most answers first.",
        missing=NO_ANSWERS,
    )
    st.caption("In brackets: answers. Lines are 95 % intervals.")
    affordances(found, key="feedback_segments")


def features_card(report: FeedbackReport) -> None:
    """Satisfaction with each feature that people were asked about."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.header("By feature", anchor=False, width="content")
        _to_diagnosis(report)
    rows = report.features.rows
    if rows.is_empty():
        empty("No answer of these days names a feature", "Fill the column `feature` of `feedback`.")
        affordances(report.features, key="feedback_features")
        return
    column = st.column_config
    st.dataframe(
        rows.select(
            "label",
            pl.col("satisfied_share").round(2),
            pl.format("{} of {}", "satisfied", "answers").alias("satisfied_of"),
            pl.col("low", "high").round(2),
        ),
        key="feedback_by_feature",
        hide_index=True,
        height=330,
        placeholder="–",
        alt=f"Satisfaction with {words.counted(rows.height, 'feature')}",
        column_config={
            "label": column.TextColumn("Feature", pinned=True),
            "satisfied_share": column.NumberColumn("Satisfied", format="percent"),
            "satisfied_of": column.TextColumn("of answers"),
            "low": column.NumberColumn("95 % from", format="percent"),
            "high": column.NumberColumn("to", format="percent"),
        },
    )
    affordances(report.features, key="feedback_features")


def _to_diagnosis(report: FeedbackReport) -> None:
    labels = dict(report.features.rows.select("feature", "label").iter_rows())
    if not labels:
        return
    chosen = st.selectbox(
        "Diagnosis of a feature",
        sorted(labels),
        index=None,
        format_func=lambda name: labels.get(name, name),
        key="feedback_diagnosis",
        placeholder="Diagnosis of …",
        icon=":material/stethoscope:",
        label_visibility="collapsed",
        width=200,
    )
    if chosen:
        st.switch_page(DIAGNOSIS, query_params={"feature": chosen})
