"""The same ways as tables: every link with its users, visits and times, and every node."""

import polars as pl
import streamlit as st

from pages.shared import words
from pages.shared.cards import card_frame
from pages.shared.exhibits import affordances
from pages.shared.paths.flow_card import takeaway
from pages.shared.states import empty
from pages.shared.tables import show_table
from reports.paths import PathsReport

LABELS = {
    "place": "Place", "source": "From", "target": "To", "transitions": "Visits", "users": "Users",
    "median_seconds": "Median time", "mean_seconds": "Mean time", "node": "Node",
    "visits": "Visits", "goes_on": "Go on",
}  # fmt: skip
REST = "(all others)"


def way_figures(report: PathsReport) -> None:
    """How many go this way, and how many people they are."""
    with st.grid(4, min_column_width=150, key="cards_paths"):
        with card_frame("path_visits"):
            st.metric(
                f"{report.question.noun.capitalize()}s on this way", words.full(report.visits)
            )
        with card_frame("path_users"):
            st.metric("Users", words.full(report.users))


def links_card(report: PathsReport) -> None:
    """One row per link, the rest of each place last."""
    st.header("Links", anchor=False)
    if report.links.is_empty:
        empty("Nobody goes on", "Choose another beginning or a longer period.")
        return
    times = (
        pl.col(name).map_elements(words.duration, return_dtype=pl.String)
        for name in ("median_seconds", "mean_seconds")
    )
    names = (pl.col(name).fill_null(REST) for name in ("source", "target"))
    show_table(
        report.links.rows.with_columns(*names, *times),
        key="paths_links_table",
        alt=takeaway(report),
        labels=LABELS,
    )


def nodes_card(report: PathsReport) -> None:
    """One row per node."""
    st.header("Nodes", anchor=False)
    show_table(report.nodes.rows, key="paths_nodes_table", alt="Every node by place", labels=LABELS)
    affordances(report.nodes, key="paths_nodes")
