"""Do experiments that ran at the same time touch each other?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from metrics.experiments import Moments, assignment_independence, interaction
from metrics.multiplicity import adjusted_p_values
from reports import experiment_definitions
from reports.answer import Report, Source, source
from reports.experiment_contrast import is_ratio
from reports.experiment_distribution import asked_of_units
from reports.experiment_health import p_words
from reports.experiment_plan import plans

if TYPE_CHECKING:
    from collections.abc import Mapping

    from queries import Segment, Workspace
    from reports.experiment import ExperimentReport

CLEARLY = 0.05  # adjusted p-value below which two experiments are said to touch each other
UNLIKE = 0.001  # p-value below which their assignments are said to hang together

Cells = dict[tuple[str, str], Moments]


@dataclass(frozen=True, slots=True)
class OverlapsReport(Report):
    """The primary metric by what units saw in other experiments.

    Attributes:
        pairs: One row per (other, other_variant, variant), treated ones only: `other,
            other_variant, variant, units` (in both), `interaction` (difference of the effects with
            and without the other change, in the metric's unit), `low, high` (95 %), `p_value,
            adjusted_p` (Holm), `assignment_p` (that both were assigned independently).
        sentences: The same in words.
    """

    pairs: Source
    sentences: tuple[str, ...]


def overlaps(
    workspace: Workspace, report: ExperimentReport, segment: Segment | None = None
) -> OverlapsReport | None:
    """Every other experiment of the same time, each pair of treated arms.

    Returns:
        None where results are withheld, or for a ratio, whose parts are not compared cell by cell.
    """
    primary = report.plan.primary
    if report.moments is None or primary not in workspace.metrics:
        return None
    metric = workspace.metrics[primary]
    if is_ratio(metric) or metric.kind == "quantile":
        return None
    answer = asked_of_units(workspace, report, primary, segment, query="experiment_overlaps")
    controls = {plan.name: plan.control for plan in plans(workspace)[1]}
    rows: list[tuple[object, ...]] = []
    for own in answer.rows.partition_by("other", maintain_order=True):
        name = own["other"][0]
        rows += _rows(name, _cells(own), report.split_of.variants, controls.get(name))
    adjusted = adjusted_p_values([row[7] for row in rows])  # type: ignore[misc]
    table = pl.DataFrame(
        [(*row[:8], p, row[8]) for row, p in zip(rows, adjusted, strict=True)],
        schema=SCHEMA,
        orient="row",
    )
    found = source(
        answer,
        title=f"{metric.label}, with other experiments",
        definition=experiment_definitions.OVERLAPS,
    )
    return OverlapsReport(found.showing(table), tuple(_sentences(table)))


def _cells(rows: pl.DataFrame) -> Cells:
    return {
        (row["variant"], row["other_variant"]): Moments(row["units"], row["mean"], row["variance"])
        for row in rows.iter_rows(named=True)
    }


def _rows(
    name: str, cells: Mapping[tuple[str, str], Moments], variants: tuple[str, ...],
    control: str | None,
) -> list[tuple[object, ...]]:  # fmt: skip
    others = sorted({other for _, other in cells}, key=lambda one: (one != control, one))
    table = [
        [cells.get((one, other), Moments(0, None, None)).n for other in others] for one in variants
    ]
    independence = assignment_independence(table)
    rows: list[tuple[object, ...]] = []
    for treated in variants[1:]:
        for other in others[1:]:
            square = [
                cells.get((one, two), Moments(0, None, None))
                for one, two in (
                    (variants[0], others[0]), (treated, others[0]), (variants[0], other),
                    (treated, other),
                )
            ]  # fmt: skip
            found = interaction(
                neither=square[0], first_only=square[1], second_only=square[2], both=square[3]
            )
            reach = None if found.standard_error is None else 1.96 * found.standard_error
            ends: tuple[float | None, float | None] = (None, None)
            if found.effect is not None and reach is not None:
                ends = (found.effect - reach, found.effect + reach)
            rows.append((
                name, other, treated, sum(one.n for one in square), found.effect, *ends,
                found.p_value, independence,
            ))  # fmt: skip
    return rows


def _sentences(table: pl.DataFrame) -> list[str]:
    if table.is_empty():
        return ["No other experiment ran at the same time with the same units."]
    said = []
    for row in table.iter_rows(named=True):
        who = f"{row['variant']} with {row['other']} ({row['other_variant']})"
        if row["assignment_p"] is not None and row["assignment_p"] < UNLIKE:
            said.append(
                f"{who}: the two were not assigned independently (p = "
                f"{p_words(row['assignment_p'])}), so that their effects cannot be told apart."
            )
        if row["adjusted_p"] is None:
            said.append(f"{who}: too few units are in both.")
        elif row["adjusted_p"] < CLEARLY:
            said.append(
                f"{who}: the effect is another one with the other change (p = "
                f"{p_words(row['adjusted_p'])}): it holds for the mix that was tested."
            )
        else:
            said.append(
                f"{who}: no sign that they touch each other (p = {p_words(row['adjusted_p'])})."
            )
    return said


SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "other": pl.String, "other_variant": pl.String, "variant": pl.String, "units": pl.Int64,
    "interaction": pl.Float64, "low": pl.Float64, "high": pl.Float64, "p_value": pl.Float64,
    "adjusted_p": pl.Float64, "assignment_p": pl.Float64,
}  # fmt: skip
