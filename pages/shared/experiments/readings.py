"""The primary metric read in other ways: by method, and how sure one may be of it."""

import polars as pl
import streamlit as st

from pages.shared import figures, plain
from pages.shared.exhibits import affordances, exhibit
from pages.shared.experiments.words import lift
from pages.shared.states import empty
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.experiment import ExperimentReport
from reports.experiment_reading import reading
from reports.experiment_segments import dimensions_of


def readings_card(workspace: Workspace, report: ExperimentReport, segment: Segment) -> None:
    """A line per method, then what Bayes, past experiments and the looks say."""
    st.header("Read in other ways", anchor=False)
    offered = dimensions_of(report)
    dimension = ""
    if offered:
        dimension = st.selectbox(
            "Strata", offered, key="strata", bind="query-params", persist_state="session", width=220
        )
    found = reading(workspace, report, dimension, segment)
    if found is None:
        empty("No effect can be measured yet", "Wait until units have been followed long enough.")
        return
    is_alone = len(report.arms) == 1
    rows = found.methods.rows
    known = rows.filter(pl.col("lift").is_not_null())
    exhibit(
        found.methods,
        lambda _: figures.forest(
            [_name(row, is_alone=is_alone) for row in known.iter_rows(named=True)],
            known["lift"].to_list(),
            known["low"].to_list(),
            known["high"].to_list(),
            hovers=[_hover(row) for row in known.iter_rows(named=True)],
        ),
        key="readings",
        alt=f"The lift of the primary metric by {known['method'].n_unique()} methods",
        has_nothing=known.is_empty(),
        missing="Nothing is known of the effect yet",
        mend="Wait until units have been followed long enough.",
    )
    st.caption(
        "Intervals of one look, at 95%, but for that of any time; the interval that is valid now "
        "stands in Results."
    )
    show_table(
        pl.DataFrame([_line(row, is_alone=is_alone) for row in rows.iter_rows(named=True)]),
        key="readings_table",
        alt="The lift by each method, with its interval",
    )
    affordances(found.methods, key="readings")
    st.subheader("How sure may one be?", anchor=False)
    for said in found.sentences:
        st.markdown(plain.sentence(said))


def _name(row: dict[str, object], *, is_alone: bool) -> str:
    return str(row["method"]) if is_alone else f"{row['method']}, {row['variant']}"


def _line(row: dict[str, object], *, is_alone: bool) -> dict[str, str]:
    line = {"Method": str(row["method"]), "Lift": _lift(row), "Note": str(row["note"])}
    return line if is_alone else {"Variant": str(row["variant"])} | line


def _hover(row: dict[str, object]) -> str:
    return f"{row['method']}: {_lift(row)}"


def _lift(row: dict[str, object]) -> str:
    values = (row[name] for name in ("lift", "low", "high"))
    return lift(*(one if isinstance(one, float) else None for one in values))
