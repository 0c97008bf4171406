"""Accounts at risk: the model's making, how good it is, and the list."""

from dataclasses import replace

import streamlit as st

from metrics.changes import change
from metrics.revenue import Rules
from pages.shared import plain, words
from pages.shared.cards import Base, card_frame, metric_card
from pages.shared.churn.movement_figures import month_parts
from pages.shared.churn.risk_figures import reliability_plot
from pages.shared.downloads import download_buttons
from pages.shared.exhibits import affordances, exhibit
from pages.shared.palette import BLUE, VERMILION
from pages.shared.states import card, failed
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports import churn_definitions
from reports.answer import Source
from reports.churn_risk import STEPS, RiskNumbers, Trained
from reports.churn_risk_kept import is_due, kept_model, start_training, training_of
from reports.made_once import Making
from reports.revenue_spans import paid_spans

EVERY = 1.0  # seconds between two looks at a training


def risk_view(workspace: Workspace, segment: Segment, rules: Rules, currency: str | None) -> None:
    """The model that is kept, or the one in the making."""
    running = training_of(workspace, segment, rules, currency)
    if running is not None and not running.done.is_set():
        _in_the_making(running)
        return
    if running is not None and running.failure is not None:
        with st.container(border=True, key="card_risk_failed"):
            failed(running.failure)
    found = kept_model(workspace, segment, rules, currency)
    may_run = running is None or running.error is None
    if found is not None and may_run and is_due(workspace, found):
        _in_the_making(start_training(workspace, segment, rules, currency))
        return
    if found is None:
        with st.container(border=True, key="card_risk_none"):
            st.header("No model yet", anchor=False)
            st.markdown(
                "It learns from older two-week landmarks of some accounts who leaves 8 to 35 days "
                "later, and is judged on later landmarks of the others. It runs in the background."
            )
            _train_button(workspace, segment, rules, currency, "Train the model")
        return
    _trained(workspace, found, paid_spans(workspace, segment, currency=currency).source)
    _train_button(workspace, segment, rules, currency, "Train anew")


def _train_button(
    workspace: Workspace, segment: Segment, rules: Rules, currency: str | None, label: str
) -> None:
    st.button(
        label,
        key="churn_train",
        icon=":material/model_training:",
        on_click=start_training,
        args=(workspace, segment, rules, currency),
    )


def _in_the_making(running: Making[Trained]) -> None:
    with st.container(border=True, key="card_risk_training"):
        st.header("The model is being trained", anchor=False)
        st.fragment(_progress, run_every=EVERY)(running)
        st.caption("It goes on when you leave the page, and is kept when it is done.")


def _progress(running: Making[Trained]) -> None:
    """Drawn again each second until it is over, then the whole page is."""
    if running.done.is_set():
        st.rerun()
    share = running.step / len(STEPS)
    st.progress(share, f"{STEPS[running.step]} · step {running.step + 1} of {len(STEPS)}")


def _trained(workspace: Workspace, found: Trained, spans: Source) -> None:
    numbers = found.numbers
    definition = churn_definitions.RISK
    snapshot = workspace.snapshot
    st.caption(plain.sentence(_provenance(numbers)))
    if snapshot is not None and snapshot.id != numbers.snapshot_id:
        st.caption(":material/update: The data have been built anew since: train it anew.")
    if numbers.has_drifted:
        st.warning("The accounts are no longer like those it learned from: train it anew.")
    scores = replace(
        spans, title="Accounts at risk", definition=definition, rows=found.scores, caveats=()
    )
    judged = replace(
        spans, title="Scores and what happened", definition=definition, rows=found.bins, caveats=()
    )
    _cards(numbers)
    with card("at_risk"):
        st.header("Accounts at risk, by expected loss", anchor=False)
        st.caption(
            "What goes with a high score, in log odds: associated with leaving, not the reason."
        )
        show_table(scores.rows, key="at_risk_list", alt="Accounts at risk")
        download_buttons(scores.rows, name="accounts_at_risk", key="at_risk_download")
        affordances(scores, key="at_risk")
    left, right = st.columns(2)
    with left, card("reliability"):
        st.header("Scores and what happened", anchor=False)
        exhibit(
            judged,
            lambda rows: reliability_plot(
                rows["predicted_share"].to_list(),
                rows["left_share"].to_list(),
                rows["left_low"].to_list(),
                rows["left_high"].to_list(),
                rows["accounts"].to_list(),
            ),
            key="reliability",
            alt=_calibration(numbers),
            missing="Nobody was judged",
            mend="Later landmarks of other accounts are needed.",
        )
        affordances(judged, key="reliability")
    with right, card("reasons_of"):
        _made_of(found, scores)


def _provenance(numbers: RiskNumbers) -> str:
    return (
        f"Trained {numbers.trained_at.replace('T', ' ')[:16]} UTC on landmarks from "
        f"{numbers.first_landmark} to {numbers.last_landmark}: {words.full(numbers.rows)} to learn "
        f"from, {words.full(numbers.leavers)} left; {words.full(numbers.judged)} to judge on. "
        f"Scores are of the evening of {numbers.scored_on}."
    )


def _calibration(numbers: RiskNumbers) -> str:
    return (
        f"Brier score {numbers.brier or 0:.4f}, against {numbers.base_brier or 0:.4f} of telling "
        "everybody the base rate."
    )


def _cards(numbers: RiskNumbers) -> None:
    judged = Base(numbers.judged, "landmarks judged")
    cards = (
        ("base", "Leave within 8 to 35 days", numbers.base_rate, "percent"),
        ("lift", "Lift of the top tenth", numbers.lift, "number"),
        ("auc", "A leaver scores higher", numbers.auc, "percent"),
    )
    with st.grid(4, min_column_width=165, gap="small", key="cards_risk"):
        for key, label, value, unit in cards:
            with card_frame(f"risk_{key}"):
                metric_card(label, change(value, None), unit=unit, base=judged)
        with card_frame("risk_brier"):
            st.metric("Brier score", "–" if numbers.brier is None else f"{numbers.brier:.4f}")
            st.caption(f"{numbers.base_brier or 0:.4f} by telling everybody the base rate")
            st.caption(
                f"{numbers.boosted_brier or 0:.4f} by boosted trees, "
                + ("which would be better" if numbers.is_boosting_worth_it else "not better")
            )


def _made_of(found: Trained, scores: Source) -> None:
    """The exact parts of one account's score."""
    st.header("What a score is made of", anchor=False)
    accounts = found.scores["account_id"].to_list()
    if not accounts:
        st.caption("Nobody pays today.")
        return
    chosen = st.selectbox(
        "Account", accounts, key="churn_account", label_visibility="collapsed", width=220
    )
    mine = found.parts.filter(found.parts["account_id"] == chosen).sort("adds", descending=True)
    exhibit(
        scores.showing(mine),
        lambda rows: month_parts(
            rows["attribute"].to_list(),
            rows["adds"].to_list(),
            colours=[VERMILION if one > 0 else BLUE for one in rows["adds"]],
            currency="",
            unit="number",
        ),
        key="made_of",
        alt=f"Parts of the score of {chosen}.",
    )
    score = found.scores.filter(found.scores["account_id"] == chosen)["risk_share"][0]
    st.caption(
        f"Log odds: {found.numbers.base:.2f} of the average account learned from, and these. "
        f"Together {words.full(score, 'percent')}."
    )
