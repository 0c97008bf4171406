"""All features: which are used too little, why, and what a repair would bring."""

import polars as pl
import streamlit as st

from pages.shared import plain, words
from pages.shared.cards import card_frame
from pages.shared.diagnosis.address import choose_feature
from pages.shared.exhibits import affordances
from pages.shared.states import card, empty
from pages.shared.tables import show_table
from reports.diagnosis import DiagnosisReport

LABELS = {
    "feature": "Feature",
    "kind": "Type",
    "verdict": "Verdict",
    "confidence_share": "Confidence",
    "gain": "More with the habit",
    "habitual": "Have the habit",
    "eligible": "May use it",
    "habit_share": "Habit",
    "peers_share": "Peers",
    "bar_share": "Too little below",
    "too_little_share": "Surely too little",
}
NO_FEATURES = "No event names a feature yet"
NAME_FEATURES = (
    "Map a column to `feature` and one to `action`, or add `[[features]]` rules to "
    "workspace.toml, then build."
)
NOBODY = "Nobody was active in these weeks"
WIDEN = "Choose more weeks or remove a filter."


def nothing_card(*, has_features: bool) -> None:
    """Why there is nothing to diagnose, and what would mend it."""
    with card("no_features"):
        if has_features:
            empty(NOBODY, WIDEN)
        else:
            empty(NO_FEATURES, NAME_FEATURES)


def overview_view(report: DiagnosisReport) -> None:
    """Four counts, and one row for each feature."""
    _cards(report)
    with card("features"):
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            gap="small",
        ):
            st.header("Features", anchor=False, width="content")
            _open(report)
        rows = report.overview.rows
        show_table(rows, key="verdicts", alt=_takeaway(report), labels=LABELS)
        st.caption(
            "What needs a person comes first. The gain is an upper bound: as many more would have "
            "the habit if the narrow rung were as wide as the peers' median."
        )
        for caveat in report.overview.caveats:
            st.caption(f":material/info: {plain.sentence(caveat)}")
        _missing(report)
        affordances(report.overview, key="verdicts")


def _cards(report: DiagnosisReport) -> None:
    total = len(report.diagnosed.found)
    counts = (
        ("underused", "Used too little", report.underused, "surely below target or peers"),
        ("named", "With a likely cause", report.named, "at 70% or more"),
        ("ordinary", "Low, but ordinary", report.ordinary, "for their type"),
        ("untrusted", "Logs in doubt", report.untrusted, "so nothing is said of them"),
    )
    with st.grid(4, min_column_width=165, gap="small", key="cards_diagnosis"):
        for key, label, value, note in counts:
            with card_frame(f"diagnosis_{key}"):
                st.metric(label, words.full(value))
                st.caption(f"of {words.counted(total, 'feature')}, {note}")


def _open(report: DiagnosisReport) -> None:
    found = report.diagnosed.found

    def open_chosen() -> None:
        choose_feature(st.session_state["open_diagnosis"])
        st.session_state["open_diagnosis"] = None

    st.selectbox(
        "Open a feature",
        sorted(found),
        index=None,
        format_func=lambda name: found[name].feature.label if name in found else name,
        key="open_diagnosis",
        placeholder="Open a feature …",
        icon=":material/arrow_forward:",
        label_visibility="collapsed",
        on_change=open_chosen,
        width=220,
    )


def _missing(report: DiagnosisReport) -> None:
    if report.missing:
        unknown = plain.sentence(f"not known in this product: {', '.join(report.missing)}")
        st.caption(
            f":material/sensors_off: {unknown}. A feature's own page says which event would tell "
            "most."
        )


def _takeaway(report: DiagnosisReport) -> str:
    first = report.overview.rows.filter(pl.col("gain").is_not_null()).head(1)
    if first.is_empty():
        return f"{words.counted(len(report.diagnosed.found), 'feature')}, none with a likely cause"
    return f"{report.named} features with a likely cause, first of them {first['feature'][0]}"
