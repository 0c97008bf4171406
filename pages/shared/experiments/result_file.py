"""A result file of one's own: one row per unit, analysed where it lies in memory, kept nowhere."""

from typing import Any

import polars as pl
import streamlit as st

from pages.shared import figures, plain, words
from pages.shared.downloads import download_buttons
from pages.shared.experiments.words import GRADES, lift
from pages.shared.figures.canvas import CONFIG
from pages.shared.states import card
from pages.shared.tables import show_table
from queries.flat_results import read_flat
from reports.experiment_health import p_words
from reports.flat_experiment import (
    FlatQuestion,
    FlatReport,
    flat_experiment,
    guessed_question,
)

LARGEST = 100  # megabytes of a file


def result_file() -> None:
    """Upload, say what the columns are, read the result."""
    with card("result_file", height=120):
        st.header("A result file", anchor=False)
        given = st.file_uploader(
            "CSV or Parquet, one row per unit: which variant it saw, and its outcomes",
            type=["csv", "parquet"],
            key="result_file",
            max_upload_size=LARGEST,
        )
        st.caption("It is read in memory and kept nowhere.")
        if given is None:
            return
        table = read_flat(given.getvalue(), given.name)
        st.markdown(f"{words.counted(table.height, 'unit')}, {len(table.columns)} columns")
        question = _question(table)
    if question is not None:
        with card("result_of_file"):
            _result(flat_experiment(table, question), question)


def _question(table: pl.DataFrame) -> FlatQuestion | None:
    """What the columns are: guessed, then as the reader says."""
    guess = guessed_question(table)
    names = table.columns
    numbers = [
        name for name, kind in table.schema.items() if kind.is_numeric() or kind == pl.Boolean
    ]
    with st.grid(2, min_column_width=240, key="file_columns"):
        variant = st.selectbox(
            "Variant", names, index=names.index(guess.variant) if guess else None,
            key="file_variant",
        )  # fmt: skip
        values = _values(table, variant)
        control = st.selectbox(
            "Control", values, key=f"file_control_{variant}",
            index=values.index(guess.control) if guess and guess.control in values else 0,
        )  # fmt: skip
        outcomes = st.multiselect(
            "Outcomes", numbers, default=list(guess.outcomes) if guess else [], key="file_outcomes"
        )
        covariates = st.multiselect(
            "Known before the exposure", [one for one in numbers if one not in outcomes],
            key="file_covariates", placeholder="None",
        )  # fmt: skip
    if not (variant and control and outcomes):
        st.caption("Choose the variant, the control and at least one outcome.")
        return None
    return FlatQuestion(variant, control, tuple(outcomes), tuple(covariates))


def _values(table: pl.DataFrame, variant: str | None) -> list[str]:
    if variant is None:
        return []
    return sorted(str(one) for one in table[variant].drop_nulls().unique().to_list())[:100]


def _result(report: FlatReport, question: FlatQuestion) -> None:
    st.header("Result", anchor=False)
    grade = "bad" if report.is_broken else "good"
    told = "The split is broken, so no effect is shown" if report.is_broken else "The split holds"
    st.markdown(f"{GRADES[grade]} **{told}** (chi-square p = {p_words(report.split_p)}).")
    show_table(report.arms, key="file_arms", alt="Units of each variant and means of its outcomes")
    if report.effects is None:
        return
    rows = report.effects
    st.plotly_chart(
        figures.forest(
            [f"{row['outcome']}, {row['variant']}" for row in rows.iter_rows(named=True)],
            rows["lift"].to_list(),
            rows["low"].to_list(),
            rows["high"].to_list(),
            hovers=[
                lift(row["lift"], row["low"], row["high"]) for row in rows.iter_rows(named=True)
            ],
        ),
        key="chart_file_effects",
        config=CONFIG,
        alt=_takeaway(rows, question),
        width="stretch",
    )
    for caveat in report.caveats:
        st.caption(f":material/info: {plain.sentence(caveat)}")
    show_table(
        pl.DataFrame([_line(row) for row in rows.iter_rows(named=True)]),
        key="file_effects",
        alt="Effects of each outcome and variant, with and without the past",
    )
    download_buttons(rows, name="effects", key="download_file_effects")


def _line(row: dict[str, Any]) -> dict[str, str]:
    return {
        "Outcome": row["outcome"],
        "Variant": row["variant"],
        "Control": _value(row["control"]),
        "Treated": _value(row["treated"]),
        "Effect": lift(row["lift"], row["low"], row["high"]),
        "p": p_words(row["p_value"]),
        "p, Holm": p_words(row["raised_p"]),
        "Unadjusted": lift(row["plain_lift"], row["plain_low"], row["plain_high"]),
        "t": _value(row["statistic"]),
    }


def _value(value: float | None) -> str:
    return words.DASH if value is None else f"{value:.4g}"


def _takeaway(rows: pl.DataFrame, question: FlatQuestion) -> str:
    said = (
        f"{row['outcome']} of {row['variant']}: {lift(row['lift'], row['low'], row['high'])}"
        for row in rows.iter_rows(named=True)
    )
    return f"Against {question.control}: {'; '.join(said)}"
