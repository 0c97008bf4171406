"""The log of who did what, for administrators."""

import polars as pl
import streamlit as st

from pages.shared import words
from pages.shared.downloads import download_buttons
from pages.shared.states import empty
from pages.shared.tables import show_table
from queries import Workspace
from reports.audit_log import MOST_ENTRIES, AuditReport, audit_report

LABELS = {"at": "When (UTC)", "author": "Who", "action": "What", "subject": "Of what"}


def log_card(workspace: Workspace) -> None:
    """The latest entries, by person and by what was done, and all of them to take away."""
    st.header("Who did what", anchor=False)
    report = audit_report(workspace)
    if report.rows.is_empty():
        empty("Nothing has been done yet", "Who signs in, asks in SQL or takes rows away is noted.")
        return
    rows = _chosen(report)
    said = f"{words.full(rows.height)} of the log's entries"
    show_table(rows, key="log", alt=said, labels=LABELS)
    if report.is_cut:
        st.caption(f"The latest {words.full(MOST_ENTRIES)} entries; the store has all of them.")
    download_buttons(rows, name="log", key="log_download", subject="the log")


def _chosen(report: AuditReport) -> pl.DataFrame:
    """The entries that the controls leave."""
    with st.container(horizontal=True, gap="small"):
        who = _one_of("Who", report.authors, "log_who", "Everybody")
        what = _one_of("What", report.actions, "log_what", "Everything")
    rows = report.rows
    if who:
        rows = rows.filter(pl.col("author") == who)
    if what:
        rows = rows.filter(pl.col("action") == what)
    return rows


def _one_of(label: str, options: tuple[str, ...], key: str, everything: str) -> str | None:
    return st.selectbox(
        label,
        options,
        index=None,
        key=key,
        placeholder=everything,
        label_visibility="collapsed",
        width=240,
    )
