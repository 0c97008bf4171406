"""The people on each rung, and the accounts that the cause touches."""

import streamlit as st

from pages.shared import words
from pages.shared.churn.accounts import Listing, list_choice
from pages.shared.exhibits import affordances
from pages.shared.states import empty
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.diagnosis_feature import FeatureDiagnosis
from reports.diagnosis_people import HEADINGS, Whom, accounts_on_rung, people_on_rung

ACCOUNT_LABELS = {"account_id": "Account", "people": "People", "last_day": "Last active"}


def ladder_people(workspace: Workspace, segment: Segment, report: FeatureDiagnosis) -> None:
    """Choose a rung, or those who stopped before it, and its people open."""
    list_choice(
        [
            Listing(
                f"{HEADINGS[rung].capitalize()}: {number:,}",
                lambda rung=rung: people_on_rung(  # type: ignore[misc]
                    workspace, segment, Whom(report.found.feature, rung, report.period)
                ),
                noun="user",
            )
            for rung, number in report.counts.items()
            if number
        ],
        key="diagnosis_ladder",
        prompt="People behind …",
    )


def accounts_card(workspace: Workspace, segment: Segment, report: FeatureDiagnosis) -> None:
    """Accounts of the people who stop where the cause bites."""
    st.header("Accounts it touches", anchor=False)
    rung = report.rung_touched
    if rung is None:
        empty("No cause is named", "Accounts are listed for a named cause.")
        return
    found = accounts_on_rung(workspace, segment, Whom(report.found.feature, rung, report.period))
    number = report.counts[rung]
    accounts = words.counted(found.rows.height, "account")
    st.markdown(f"{words.counted(number, 'user')} {HEADINGS[rung]}: they belong to **{accounts}**")
    if found.rows.is_empty():
        empty("None of them has an account", "Users with an `account_id` bring accounts here.")
        return
    show_table(found.rows, key="touched_rows", alt=accounts, labels=ACCOUNT_LABELS)
    affordances(found, key="touched")
