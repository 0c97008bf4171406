"""What people said about the feature, and which releases touched it."""

from dataclasses import replace

import streamlit as st

from pages.shared import dates, plain
from pages.shared.exhibits import affordances
from pages.shared.states import empty
from queries import Workspace
from reports.diagnosis_feature import FeatureDiagnosis
from reports.feature_happenings import releases_of
from reports.feedback_by_feature import quotes
from reports.scope import Scope

MOST_QUOTES = 6
MOST_RELEASES = 8


def quotes_card(workspace: Workspace, scope: Scope, report: FeatureDiagnosis) -> None:
    """The latest words about it in these weeks."""
    st.header("What people say", anchor=False)
    asked = replace(scope, period=report.period, comparison=None)
    said = quotes(workspace, asked, feature=report.found.feature.name, most=MOST_QUOTES)
    if said.hidden:
        st.caption(plain.sentence(said.hidden))
        return
    if said.rows.is_empty:
        empty("Nobody wrote about it in these weeks", "A table feedback with `feature` brings it.")
        return
    for row in said.rows.rows.iter_rows(named=True):
        score = "" if row["score"] is None else f", {row['scale'] or 'score'} {row['score']:g}"
        who = plain.markdown(f"{row['user_id']}{score}")
        st.markdown(plain.paragraphs(row["words"]))
        st.caption(f"{dates.full_day(row['said_at'].date())} · {who}")
    affordances(said.rows, key="quotes")


def releases_card(workspace: Workspace, report: FeatureDiagnosis) -> None:
    """Releases that name the feature, the latest first."""
    st.header("Releases that touched it", anchor=False)
    found = releases_of(workspace, report.found.feature)
    if not found:
        empty("No release names it", "The column `features` of the table releases names them.")
        return
    for one in found[:MOST_RELEASES]:
        inside = " · inside these weeks" if one.day in report.period else ""
        st.markdown(
            f"**{plain.markdown(one.name)}** {plain.markdown(one.title)}{plain.read_more(one.url)}"
        )
        st.caption(f"{dates.full_day(one.day)}{inside}")
