"""What the owner holds for the cause, what was done, and whether the rung has moved since."""

from typing import get_args

import streamlit as st

from pages.shared import dates, plain, words
from pages.shared.controls import last_day_of
from pages.shared.exhibits import affordances
from pages.shared.header import snapshot_of_page
from pages.shared.removal import remove_button
from pages.shared.sign_in import viewer
from pages.shared.states import empty
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.diagnosis_feature import FeatureDiagnosis
from reports.diagnosis_moved import Moved, moved_since
from reports.diagnosis_words import RUNG_WORDS, SUBCAUSE_RUNG
from store import FeatureAction, store_of
from store.records import Judgement

JUDGEMENTS: tuple[str, ...] = get_args(Judgement)
MOVED_LABELS = {
    "weeks": "Weeks", "first_day": "From", "did": "On the rung", "of": "Of", "share": "Share",
    "as_peers_share": "Had it moved as its peers",
}  # fmt: skip


def decision_card(workspace: Workspace, segment: Segment, report: FeatureDiagnosis) -> None:
    """What was recorded, the latest first, and a form for one more."""
    st.header("Verdict and action of the owner", anchor=False)
    found = store_of(workspace).feature_actions(report.found.feature.name)
    may = viewer().may("annotate")
    if not found:
        empty(
            "Nothing was recorded yet",
            "Record what was done from which day on; two weeks later this card says whether the "
            "rung has moved, against the other features."
            if may
            else "Somebody who may annotate can record what was done.",
        )
    for one in found:
        _shown(workspace, segment, one, may=may)
    if may:
        _form(workspace, report)


def _shown(workspace: Workspace, segment: Segment, one: FeatureAction, *, may: bool) -> None:
    with st.container(border=True, gap="xsmall", key=f"feature_action_{one.id}"):
        st.markdown(f"**{one.verdict.capitalize()}**: {RUNG_WORDS[one.rung].lower()}")
        st.markdown(plain.paragraphs(one.action))
        if one.evidence:
            st.caption(f"The diagnosis then. {plain.sentence(one.evidence)}")
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            who = plain.markdown(one.author)
            st.caption(f"From {dates.full_day(one.acted_on)} on · {who}", width="content")
            if may and remove_button("this action", key=f"feature_action_{one.id}"):
                store_of(workspace).delete_action(
                    one.id, author=viewer().author, version=one.version
                )
                st.rerun()
        _since(moved_since(workspace, segment, one.feature, one.rung, one.acted_on), one)


def _since(found: Moved, one: FeatureAction) -> None:
    move = found.move
    if move is None or found.source is None:
        st.caption(f":material/hourglass: {plain.sentence(found.why)}")
        return
    if move.net is None:
        st.markdown("Too few people, or too few other features, to say whether it moved.")
    else:
        interval = f"{words.points(move.low)} to {words.points(move.high)}"
        moved = "It has moved" if _is_clear(move.low, move.high) else "It has not surely moved"
        st.markdown(f"**{moved}**: {words.points(move.net)} against its peers ({interval})")
    show_table(
        found.source.rows, key=f"moved_{one.id}", alt="Before and after", labels=MOVED_LABELS
    )
    affordances(found.source, key=f"moved_{one.id}")


def _is_clear(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and (low > 0 or high < 0)


def _form(workspace: Workspace, report: FeatureDiagnosis) -> None:
    subcauses = report.found.verdict.subcauses
    rungs = list(RUNG_WORDS)
    likely = SUBCAUSE_RUNG[subcauses[-1]] if subcauses else rungs[0]
    causes = report.found.verdict.causes
    first = JUDGEMENTS.index(causes[-1]) if causes else len(JUDGEMENTS) - 1
    with st.form("record_action", clear_on_submit=True):
        with st.container(horizontal=True, gap="small"):
            judged = st.selectbox("Cause", JUDGEMENTS, index=first, key="action_verdict")
            rung = st.selectbox(
                "Rung to widen",
                rungs,
                index=rungs.index(likely),
                format_func=RUNG_WORDS.__getitem__,
                key="action_rung",
            )
            day = st.date_input(
                "From which day on", last_day_of(snapshot_of_page(workspace)), key="action_day"
            )
        done = st.text_area("What was done", key="action_text", max_chars=10_000, height=90)
        if st.form_submit_button("Record it", key="record"):
            store_of(workspace).record_action(
                FeatureAction(
                    feature=report.found.feature.name,
                    verdict=judged,  # type: ignore[arg-type]
                    rung=rung,  # type: ignore[arg-type]
                    action=done.strip(),
                    evidence=report.sentence,
                    acted_on=day,
                ),
                author=viewer().author,
            )
            st.rerun()
