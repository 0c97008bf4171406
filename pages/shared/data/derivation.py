"""Features from event names: try other rules, see what they would change, take the patch away."""

import polars as pl
import streamlit as st

from pages.shared import plain, words
from pages.shared.exhibits import affordances
from pages.shared.states import empty
from queries import Workspace
from reports.feature_derivation import DerivationReport, feature_derivation, rules_text

LONGEST = 20_000  # characters of rules
SHOWN = {
    "changed": "What changes",
    "without": "Without a feature",
    "overlaps": "Several rules match",
    "all": "All",
}


def derivation_card(workspace: Workspace) -> None:
    """The rules of workspace.toml, editable here; the file itself stays as it is."""
    st.header("Features from event names", anchor=False)
    st.caption(
        "Rules read feature and action from the names of events. Try others here: nothing is "
        "written. The patch below is for `workspace.toml`; build again after applying it."
    )
    text = st.text_area(
        "Rules",
        rules_text(workspace),
        key="derivation_rules",
        height=180,
        max_chars=LONGEST,
        label_visibility="collapsed",
    )
    report = feature_derivation(workspace, text or "")
    if report.problem:
        st.warning(plain.sentence(report.problem), icon=":material/rule:")
    _counts(report)
    _table(report)
    affordances(report.events, key="derivation")
    if report.patch:
        st.markdown("**The patch**")
        st.code(report.patch, language="diff", height=260)
        st.caption("Copy it, then in the workspace's folder: `patch -p1 < rules.patch`.")
    elif not report.problem:
        st.caption("These are the rules of `workspace.toml`: there is nothing to patch.")


def _counts(report: DerivationReport) -> None:
    figures = (
        ("Features", report.features),
        ("Names that change", report.changed),
        ("Without a feature", report.without),
        ("Several rules match", report.overlapping),
    )
    with st.grid(4, min_column_width=150, key="cards_derivation"):
        for label, value in figures:
            st.metric(label, words.full(value), border=True, height="stretch")
    if report.odd:
        st.caption(
            f":material/warning: {words.counted(report.odd, 'event name')} would have an action "
            "that is none of exposed, opened, started, completed, failed, abandoned."
        )


def _table(report: DerivationReport) -> None:
    chosen = st.segmented_control(
        "Shown",
        SHOWN,
        default="all",
        required=True,
        format_func=SHOWN.__getitem__,
        key="derivation_shown",
        label_visibility="collapsed",
    )
    kept = {
        "changed": pl.col("is_changed"),
        "without": pl.col("feature_then").is_null(),
        "overlaps": pl.col("matches") > 1,
        "all": pl.lit(value=True),
    }[chosen]
    rows = report.events.rows.filter(kept)
    if rows.is_empty():
        empty("No event name", "Choose another list.")
        return
    column = st.column_config
    st.dataframe(
        rows.drop("is_odd_action"),
        key="derivation_events",
        hide_index=True,
        width="stretch",
        height=300,
        placeholder="–",
        alt=f"{words.counted(rows.height, 'event name')} with feature and action, now and then",
        column_config={
            "event": column.TextColumn("Event", pinned=True),
            "times": column.NumberColumn("Times in 28 days", format="localized"),
            "feature_now": column.TextColumn("Feature now"),
            "action_now": column.TextColumn("Action now"),
            "feature_then": column.TextColumn("Feature then"),
            "action_then": column.TextColumn("Action then"),
            "matches": column.NumberColumn("Rules that match"),
            "is_changed": column.CheckboxColumn("Changes"),
        },
    )
