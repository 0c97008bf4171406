"""How the effect developed: look by look, and by days since the exposure."""

import polars as pl
import streamlit as st

from pages.shared import dates, figures, plain
from pages.shared.exhibits import affordances, exhibit
from pages.shared.experiments.units import units_choice
from pages.shared.experiments.words import lift
from pages.shared.palette import PREVIOUS_PERIOD, THIS_PERIOD, colour_of
from pages.shared.states import empty
from queries import Segment, Workspace
from reports.experiment import ExperimentReport
from reports.experiment_days import days_since
from reports.experiment_people import units_of_looks
from reports.experiment_timeline import timeline

NOTHING = "Nobody has been followed for the whole window yet"
WAIT = "Wait until the first units have been exposed for as many days as the window has."


def timeline_card(workspace: Workspace, report: ExperimentReport, segment: Segment) -> None:
    """Each look with the band that is valid for all of them, and what became of early signs."""
    st.header("Look by look", anchor=False)
    found = timeline(workspace, report)
    if found is None:
        empty(NOTHING, WAIT)
        return
    for said in found.sentences:
        st.markdown(plain.sentence(said))
    arms = found.effects.rows.partition_by("variant", maintain_order=True)
    exhibit(
        found.effects,
        lambda _: figures.sequence([_course(rows, at, len(arms)) for at, rows in enumerate(arms)]),
        key="timeline",
        alt=" ".join(found.sentences),
        missing=NOTHING,
        mend=WAIT,
    )
    st.caption(
        "The band is valid at every look at once; between the dotted lines lies the interval of a "
        "single look."
    )
    affordances(found.effects, key="timeline")
    units_choice(
        workspace, report, units_of_looks(workspace, report, found), segment, key="timeline"
    )


def _course(rows: pl.DataFrame, at: int, arms: int) -> figures.Course:
    name = rows["variant"][0]
    return figures.Course(
        name,
        rows["on"].to_list(),
        rows["lift"].to_list(),
        rows["low"].to_list(),
        rows["high"].to_list(),
        rows["fixed_low"].to_list(),
        rows["fixed_high"].to_list(),
        colour_of(at, name) if arms > 1 else THIS_PERIOD,
        [
            f"{dates.short_day(row['on'])}: {lift(row['lift'], row['low'], row['high'])}, "
            f"{row['units']:,} units"
            for row in rows.iter_rows(named=True)
        ],
    )


def days_card(workspace: Workspace, report: ExperimentReport, segment: Segment) -> None:
    """What units did on each day after their exposure, both arms."""
    st.header("By days since the exposure", anchor=False)
    found = days_since(workspace, report, segment)
    if found is None:
        empty(
            "No course by days can be shown",
            "It needs a primary metric that is counted per unit, and an experiment longer than a "
            "week.",
        )
        return
    for said in found.sentences:
        st.markdown(plain.sentence(said))
    exhibit(
        found.days,
        lambda rows: figures.days_after(
            list(range(found.horizon)),
            [
                ("Control", _arms(rows)[0]["control"].to_list(), PREVIOUS_PERIOD),
                *(
                    (one["variant"][0], one["treated"].to_list(), _colour(one, at))
                    for at, one in enumerate(_arms(rows))
                ),
            ],
        ),
        key="days_since",
        alt=" ".join(found.sentences),
    )
    affordances(found.days, key="days_since")


def _arms(rows: pl.DataFrame) -> list[pl.DataFrame]:
    return rows.partition_by("variant", maintain_order=True)


def _colour(rows: pl.DataFrame, at: int) -> str:
    return colour_of(at, rows["variant"][0])
