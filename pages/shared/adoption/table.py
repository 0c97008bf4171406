"""The feature table: how far people get with each feature, sortable by any of it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from pages.shared import plain, words
from pages.shared.adoption.address import choose_feature
from pages.shared.churn.accounts import Listing, list_choice
from pages.shared.exhibits import affordances_around
from queries import Workspace
from reports.adoption import AdoptionReport
from reports.adoption_people import FATES, RUNGS, people_of_feature
from reports.answer import Source
from reports.scope import Scope

# A ratio's column, its two numbers, what it is called, and what its two numbers are.
RATIOS = (
    ("breadth_share", "users", "active", "Breadth", "Users of active"),
    ("discovery_share", "exposed", "eligible", "Saw it", "of eligible"),
    ("trial_share", "tried_of_exposed", "exposed", "Tried it", "of those who saw it"),
    ("completion_share", "completed", "tried", "Completed it", "of those who tried"),
    ("adoption_share", "adopted", "newcomers", "Adopted in 28 days", "of newcomers"),
    ("abandonment_share", "tried_once", "tried_long_ago", "Gave up", "of first tries"),
    ("stickiness_share", "adopters_recent", "adopters", "Still use it", "of adopters"),
    ("feedback_share", "feedback_satisfied", "feedback_answers", "Satisfied", "of answers"),
)
NOT_IN_THE_TABLE = ("repeated", "habitual")
COUNTS = {name: said for name, said in (RUNGS | FATES).items() if name not in NOT_IN_THE_TABLE}
BEHIND = {
    "reach": "Reach",
    "use_days": "Use days",
    "newcomers": "Newcomers",
    "trend": "Course",
}


def table_card(workspace: Workspace, scope: Scope, report: AdoptionReport) -> None:
    """All features, the broadest first; a click on a heading sorts."""
    with st.container(
        horizontal=True,
        horizontal_alignment="distribute",
        vertical_alignment="center",
        gap="small",
    ):
        st.header("Features", anchor=False, width="content")
        _open(report)
    rows = report.reach.rows
    st.dataframe(
        _shown(rows),
        key="features",
        hide_index=True,
        width="stretch",
        placeholder="–",
        alt=_takeaway(rows),
        column_config=_columns(),
    )
    st.caption(
        "Each share stands before the two numbers that it is made of. A dash is what cannot be "
        "said: nobody to count, no such events, or fewer than half have adopted it yet."
    )
    _behind(workspace, scope, report)


def _open(report: AdoptionReport) -> None:
    labels = dict(report.reach.rows.select("feature", "label").iter_rows())

    def open_chosen() -> None:
        choose_feature(st.session_state["open_feature"])
        st.session_state["open_feature"] = None

    st.selectbox(
        "Open a feature",
        sorted(labels),
        index=None,
        format_func=lambda name: labels.get(name, name),
        key="open_feature",
        placeholder="Open a feature …",
        icon=":material/arrow_forward:",
        label_visibility="collapsed",
        on_change=open_chosen,
        width=220,
    )


def _shown(rows: pl.DataFrame) -> pl.DataFrame:
    """What the table shows: each share, then its two numbers in words."""
    columns: list[Any] = [pl.col("label"), pl.col("trend")]
    for share, part, whole, _, _ in RATIOS:
        pairs = rows.select(part, whole).iter_rows()
        columns += [pl.col(share), pl.Series(f"{share}_of", [_of(*pair) for pair in pairs])]
        if share == "breadth_share":
            columns.append(pl.col("days_per_week"))
        if share == "adoption_share":
            columns.append(pl.col("days_to_adopt"))
        if share == "stickiness_share":
            columns += [pl.col("days_per_active_week"), pl.col("depth_share")]
    return rows.select(*columns, "kind", "released_on")


def _of(part: int | None, whole: int | None) -> str | None:
    """'12 of 340'; None where there is no whole."""
    if part is None or not whole:
        return None
    few = " (few)" if words.is_few(whole) else ""
    return f"{part:,} of {whole:,}{few}"


def _columns() -> Mapping[str, Any]:
    column = st.column_config
    found: dict[str, Any] = {
        "label": column.TextColumn("Feature", width="medium", pinned=True),
        "trend": column.LineChartColumn("Tries", help="People who try it", y_min=0, width="small"),
        "days_per_week": column.NumberColumn("Days a week, a user", format="%.2f"),
        "days_to_adopt": column.NumberColumn("Days to adopt (median)", format="%.0f"),
        "days_per_active_week": column.NumberColumn("Days per active week", format="%.2f"),
        "depth_share": column.NumberColumn("Depth", format="percent"),
        "kind": column.TextColumn("Type"),
        "released_on": column.DateColumn("Released", format="D MMM YYYY"),
    }
    for share, _, _, name, of in RATIOS:
        found[share] = column.NumberColumn(name, format="percent")
        found[f"{share}_of"] = column.TextColumn(of)
    return found


def _takeaway(rows: pl.DataFrame) -> str:
    first = rows.row(0, named=True)
    share = words.full(first["breadth_share"], "percent")
    return (
        f"{words.counted(rows.height, 'feature')}. The broadest: {first['label']}, used by "
        f"{first['users']:,} of {first['active']:,} active users, {share}."
    )


def _behind(workspace: Workspace, scope: Scope, report: AdoptionReport) -> None:
    """The table joins four questions: the ways behind each of them."""
    which = st.segmented_control(
        "Behind the columns",
        BEHIND,
        default="reach",
        required=True,
        format_func=BEHIND.__getitem__,
        key="adoption_behind",
        label_visibility="collapsed",
    )
    source: Source = report.figures[which]
    for caveat in source.caveats:
        st.caption(f":material/info: {plain.sentence(caveat)}")
    with affordances_around(source, key=f"features_{which}"):
        list_choice(_lists(workspace, scope, report), key="features", prompt="People behind …")


def _lists(workspace: Workspace, scope: Scope, report: AdoptionReport) -> list[Listing]:
    """The people behind each count of the table."""
    return [
        Listing(
            f"{row['label']}, {words_of_count}: {row[column]:,}",
            partial(people_of_feature, workspace, scope, row["feature"], column),
            noun="user",
        )
        for row in report.reach.rows.iter_rows(named=True)
        for column, words_of_count in COUNTS.items()
        if row[column]
    ]
