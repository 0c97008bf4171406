"""All experiments: what needs a person first, and their effects beside each other."""

from typing import Literal

import polars as pl
import streamlit as st

from pages.shared import figures, plain, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.experiments.address import choose
from pages.shared.experiments.words import lift
from pages.shared.states import card, empty
from queries import Segment, Workspace
from reports.answer import Source
from reports.experiments import experiments

COLOURS: dict[str, Literal["red", "blue", "green", "gray"]] = {
    "No verdict: broken": "red",
    "Decision ready": "blue",
    "Healthy": "green",
    "Collecting": "gray",
    "Decided": "gray",
}
BRING = (
    "A table experiments (experiment, started_at) with a table exposures (experiment, unit_id, "
    "variant, exposed_at) brings this page to life; so does a file experiments/name.toml beside "
    "workspace.toml."
)


def experiment_list(workspace: Workspace, segment: Segment) -> None:
    """One card for each experiment, and one chart for all."""
    with card("experiments"):
        report = experiments(workspace, segment)
        if report.experiments.is_empty:
            empty("No experiment yet", BRING)
            return
        waiting = words.counted(report.waiting, "experiment")
        st.markdown(
            f"**{waiting}** {'waits' if report.waiting == 1 else 'wait'} for a decision or a repair"
        )
        with st.container(gap="small", key="experiment_cards"):
            for rows in report.experiments.rows.partition_by("experiment", maintain_order=True):
                _entry(rows)
    with card("primary_effects"):
        _effects(report.experiments)


def _entry(rows: pl.DataFrame) -> None:
    first = rows.row(0, named=True)
    name = first["experiment"]
    with st.container(border=True, key=f"experiment_{name}", gap="xsmall"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            with st.container(
                horizontal=True, vertical_alignment="center", gap="small", width="content"
            ):
                st.markdown(f"**{plain.markdown(name)}**", width="content")
                st.badge(first["status"], color=COLOURS[first["status"]])
            st.button(
                "Open",
                key=f"open_experiment_{name}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=choose,
                args=(name,),
            )
        for row in rows.iter_rows(named=True):
            if row["verdict"]:
                st.markdown(_said(row, is_named=rows.height > 1))
        st.caption(_facts(first))


def _said(row: dict[str, object], *, is_named: bool) -> str:
    who = f"{plain.markdown(row['variant'])}: " if is_named else ""
    return f"{who}{plain.sentence(row['verdict'])}"


def _facts(row: dict[str, object]) -> str:
    days, units = int(str(row["days"])), int(str(row["units"]))
    parts = [words.counted(days, "day"), words.counted(units, "unit")]
    if row["metric"]:
        parts.append(plain.markdown(row["metric"]))
    if row["owner"]:
        parts.append(plain.markdown(row["owner"]))
    return " · ".join(parts)


def _effects(source: Source) -> None:
    st.header("Effect on the primary metric", anchor=False)
    known = source.rows.filter(pl.col("lift").is_not_null())
    exhibit(
        source,
        lambda _: figures.forest(
            [f"{row['experiment']}, {row['variant']}" for row in known.iter_rows(named=True)],
            known["lift"].to_list(),
            known["low"].to_list(),
            known["high"].to_list(),
            hovers=[
                f"{row['metric']}: {lift(row['lift'], row['low'], row['high'])}"
                for row in known.iter_rows(named=True)
            ],
        ),
        key="primary_effects",
        alt=f"Lift of the primary metric of {words.counted(known.height, 'experiment')}",
        has_nothing=known.is_empty(),
        missing="No effect can be shown yet",
        mend="Units must have been followed for their whole window, and the split must hold.",
    )
    st.caption("Lines reach as far as the interval that is valid now, whoever looked how often.")
    affordances(source, key="primary_effects")
