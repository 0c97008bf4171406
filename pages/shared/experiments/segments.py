"""The effect by segment: whether there is any difference first, then the list."""

import streamlit as st

from pages.shared import figures, plain
from pages.shared.exhibits import affordances, exhibit
from pages.shared.experiments.units import units_choice
from pages.shared.experiments.words import lift
from pages.shared.states import empty
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.experiment import ExperimentReport
from reports.experiment_overlaps import overlaps
from reports.experiment_people import units_of_segments
from reports.experiment_segments import dimensions_of, segments

OVERLAPS = {
    "other": "Other experiment",
    "other_variant": "Its variant",
    "units": "Units in both",
    "p_value": "p",
    "adjusted_p": "p, adjusted",
    "assignment_p": "p of the assignment",
}
MOST_SHOWN = 20  # segments in the picture, the largest; the data table has all


def segments_card(workspace: Workspace, report: ExperimentReport, segment: Segment) -> None:
    """Choose a dimension and an arm; the test of any difference stands above the list."""
    st.header("Segments", anchor=False)
    offered = dimensions_of(report)
    if not offered or not report.arms:
        empty(
            "Nothing to cut by",
            "Further columns of exposures and of users, such as platform or country, cut here.",
        )
        return
    dimension, variant = _chosen(offered, [arm.variant for arm in report.arms])
    found = segments(workspace, report, dimension, variant, segment)
    if found is None:
        empty("No effect can be measured yet", "Wait until units have been followed long enough.")
        return
    st.markdown(f"**{plain.sentence(found.sentence)}**")
    exhibit(
        found.effects,
        lambda rows: figures.forest(
            rows["part"].head(MOST_SHOWN).to_list(),
            rows["shrunken"].head(MOST_SHOWN).to_list(),
            rows["low"].head(MOST_SHOWN).to_list(),
            rows["high"].head(MOST_SHOWN).to_list(),
            inner=(
                rows["shrunken_low"].head(MOST_SHOWN).to_list(),
                rows["shrunken_high"].head(MOST_SHOWN).to_list(),
            ),
            hovers=[_hover(row) for row in rows.head(MOST_SHOWN).iter_rows(named=True)],
        ),
        key="segments",
        alt=found.sentence,
    )
    st.caption(
        "Thin: the segment on its own. Thick, with the point: pulled towards the common effect by "
        "how much of its difference is luck."
    )
    affordances(found.effects, key="segments")
    lists = units_of_segments(workspace, report, found, variant)
    units_choice(workspace, report, lists, segment, key="segments")


def _chosen(dimensions: tuple[str, ...], variants: list[str]) -> tuple[str, str]:
    """Values from the address are anybody's, so an unknown one is the first."""
    with st.container(horizontal=True, gap="small"):
        dimension = st.selectbox(
            "Cut by", dimensions, key="cut", bind="query-params", persist_state="session", width=220
        )
        variant = variants[0]
        if len(variants) > 1:
            variant = st.selectbox(
                "Variant", variants, key="arm", bind="query-params", persist_state="session",
                width=220,
            )  # fmt: skip
    return dimension, variant


def _hover(row: dict[str, object]) -> str:
    alone, pulled = _lift(row, ""), _lift(row, "shrunken")
    units = f"{row['units_control']:,} and {row['units_treated']:,} units"
    return f"{row['part']}: alone {alone}, pulled {pulled}; {units}"


def _lift(row: dict[str, object], prefix: str) -> str:
    names = (prefix, f"{prefix}_low", f"{prefix}_high") if prefix else ("lift", "low", "high")
    value, low, high = (row[name] for name in names)
    return lift(*(one if isinstance(one, float) else None for one in (value, low, high)))


def overlaps_card(workspace: Workspace, report: ExperimentReport, segment: Segment) -> None:
    """Whether experiments of the same time touch each other."""
    st.header("With other experiments", anchor=False)
    found = overlaps(workspace, report, segment)
    if found is None:
        empty(
            "Nothing can be said of other experiments",
            "It needs a primary metric that is counted per unit.",
        )
        return
    for said in found.sentences:
        st.markdown(plain.sentence(said))
    if not found.pairs.is_empty:
        show_table(
            found.pairs.rows,
            key="overlaps",
            alt="Interaction with each experiment of the same time",
            labels=OVERLAPS,
        )
    affordances(found.pairs, key="overlaps")
