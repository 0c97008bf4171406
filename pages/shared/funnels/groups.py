"""The funnel by the values of a dimension: each against all others."""

from collections.abc import Iterator

import polars as pl
import streamlit as st

from pages.shared import plain, words
from pages.shared.exhibits import affordances_around, exhibit
from pages.shared.figures.funnel import GroupLine, group_differences
from pages.shared.filters import add_filter
from pages.shared.funnels.people import choose_list
from pages.shared.tables import show_table
from queries import Workspace
from reports.funnel import FunnelReport
from reports.funnel_groups import FunnelGroups, funnel_groups
from reports.funnel_people import InFunnel

MOST_BARS = 8
COUNTED = ("segment", "entered", "converted", "share")
MOVED = ("difference", "difference_low", "difference_high")
CLEAR = 0.05
LABELS = {
    "segment": "Group", "entered": "Entered", "converted": "Converted", "share": "Conversion",
    "low": "From", "high": "To", "difference": "Against the others, pp",
    "difference_low": "From, pp", "difference_high": "To, pp", "adjusted_p": "Adjusted p",
    "reached": "At each step", "verdict": "Verdict",
}  # fmt: skip


def groups_card(workspace: Workspace, report: FunnelReport) -> None:
    """Conversion of each group, its difference to the others, and its people."""
    by = str(report.question.by)
    st.header(f"By {plain.markdown(by.replace('_', ' '))}", anchor=False)
    found = funnel_groups(workspace, report.scope, report.question)
    exhibit(
        found.groups,
        lambda rows: group_differences(
            [
                GroupLine(*one, difference=moved)
                for *one, moved in zip(
                    *(rows[name].head(MOST_BARS) for name in COUNTED),
                    rows.head(MOST_BARS).select(*MOVED).iter_rows(),
                    strict=True,
                )
            ],
            noun=report.question.counted,
        ),
        key="funnel_groups",
        alt=_takeaway(found),
    )
    if not found.groups.is_empty:
        show_table(_shown(found), key="funnel_groups_table", alt=_takeaway(found), labels=LABELS)
        st.caption(_how(found))
    with affordances_around(found.groups, key="funnel_groups"):
        lists = dict(_lists(found, report))
        choose_list(workspace, report.scope, lists, key=f"funnel_groups_{by}")
        _narrow(found, by)


def _shown(found: FunnelGroups) -> pl.DataFrame:
    """Differences in percentage points, and in words whether chance explains them."""
    return found.groups.rows.select(
        "segment", "entered", "converted", "share", "low", "high",
        *(pl.col(name).map_elements(words.points, return_dtype=pl.String) for name in MOVED),
        pl.col("adjusted_p").map_elements(_p_words, return_dtype=pl.String),
        pl.struct("difference", "adjusted_p", "entered")
        .map_elements(_verdict, return_dtype=pl.String).alias("verdict"),
        "reached",
    )  # fmt: skip


def _p_words(p: float | None) -> str | None:
    if p is None:
        return None
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _verdict(row: dict[str, float | None]) -> str:
    if row["adjusted_p"] is None or row["difference"] is None:
        return "not compared"
    if row["adjusted_p"] > CLEAR:
        return "within chance"
    few = ", few people" if words.is_few(row["entered"]) else ""
    return f"{'↑ better' if row['difference'] > 0 else '↓ worse'} than the others{few}"


def _how(found: FunnelGroups) -> str:
    few = sum(words.is_few(size) for size in found.groups.rows["entered"])
    more = f" {few} groups have fewer than {words.FEW} people." if few else ""
    return (
        "Each group against all others together, with its interval; p adjusted for the number of "
        f"groups (Holm).{more}"
    )


def _lists(found: FunnelGroups, report: FunnelReport) -> Iterator[tuple[str, InFunnel]]:
    question, last = report.question, len(report.question.steps)
    for group, entered, converted in found.groups.rows.select(
        "segment", "entered", "converted"
    ).iter_rows():
        yield f"{group}, entered: {entered:,}", InFunnel(question, 1, group=group)
        if converted and last > 1:
            yield f"{group}, converted: {converted:,}", InFunnel(question, last, group=group)


def _narrow(found: FunnelGroups, by: str) -> None:
    """Look at one group only: its filter joins the chips."""
    key = f"funnel_narrow_{by}"

    def narrow() -> None:
        add_filter(by, st.session_state[key])
        st.session_state[key] = None

    st.selectbox(
        "Look only at",
        found.groups.rows["segment"].to_list(),
        index=None,
        format_func=plain.visible,
        key=key,
        placeholder="Look only at …",
        icon=":material/filter_alt:",
        label_visibility="collapsed",
        on_change=narrow,
        width=160,
    )


def _takeaway(found: FunnelGroups) -> str:
    rows = found.groups.rows
    if rows.is_empty():
        return "Nobody entered in these days."
    clear = rows.filter(pl.col("adjusted_p") <= CLEAR)
    if clear.is_empty():
        return f"No group of {rows.height} converts clearly better or worse than the others."
    names = ", ".join(
        f"{plain.short(name)} {words.points(moved)}"
        for name, moved in clear.select("segment", "difference").head(3).iter_rows()
    )
    return f"Clearly different from the others: {names}."
