"""What the change did: primary, secondary and guardrail metrics, with both intervals."""

import polars as pl
import streamlit as st

from pages.shared import figures, words
from pages.shared.downloads import download_buttons
from pages.shared.exhibits import affordances, exhibit
from pages.shared.experiments.units import units_choice
from pages.shared.experiments.words import lift
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.answer import Source
from reports.experiment import ExperimentReport
from reports.experiment_people import units_of_effects

ROLES = {"primary": "Primary", "secondary": "Secondary", "guardrail": "Guardrail"}


def effects_card(
    workspace: Workspace, report: ExperimentReport, effects: Source, segment: Segment
) -> None:
    """A line per metric and arm, then the same as a table with numerators and denominators."""
    st.header("Effects", anchor=False)
    exhibit(
        effects,
        lambda rows: figures.forest(
            [_name(row, is_alone=len(report.arms) == 1) for row in rows.iter_rows(named=True)],
            rows["lift"].to_list(),
            rows["low"].to_list(),
            rows["high"].to_list(),
            inner=(rows["fixed_low"].to_list(), rows["fixed_high"].to_list()),
            hovers=[_hover(row) for row in rows.iter_rows(named=True)],
        ),
        key="effects",
        alt="; ".join(arm.sentence for arm in report.arms),
        missing="Nobody has been followed for the whole window yet",
        mend="Wait until the first units have been exposed for as many days as the window has.",
    )
    st.caption(
        "Thin lines are valid for whoever looks every day, thick ones for one look at the end."
    )
    currency = workspace.settings.product.currency
    show_table(
        _table(effects.rows, currency),
        key="effects_table",
        alt="Values of each metric by arm, and their difference with and without the past",
    )
    affordances(effects, key="effects")
    units_choice(workspace, report, units_of_effects(workspace, report), segment, key="effects")
    with st.expander("Moments: all that the statistics were made of", key="moments"):
        st.caption(
            "One row per metric, variant, day of exposure and segment: units, means, covariances. "
            "They add up, and hold nobody's data."
        )
        download_buttons(
            report.moment_rows, name=f"moments_{report.plan.name}", key="download_moments"
        )


def _name(row: dict[str, object], *, is_alone: bool) -> str:
    who = "" if is_alone else f", {row['variant']}"
    return f"{row['label']}{who}"


def _hover(row: dict[str, object]) -> str:
    return f"{ROLES[str(row['role'])]}: {lift(_number(row, ''), *_ends(row, ''))}"


def _table(rows: pl.DataFrame, currency: str) -> pl.DataFrame:
    return pl.DataFrame([_line(row, currency) for row in rows.iter_rows(named=True)])


def _line(row: dict[str, object], currency: str) -> dict[str, str]:
    return {
        "Metric": str(row["label"]),
        "Role": ROLES[str(row["role"])],
        "Variant": str(row["variant"]),
        "Control": _value(row, "control", currency),
        "Treated": _value(row, "treated", currency),
        "Valid now": lift(_number(row, ""), *_ends(row, "")),
        "Fixed": lift(_number(row, ""), *_ends(row, "fixed_")),
        "Unadjusted": lift(_number(row, "plain_"), *_ends(row, "plain_")),
    }


def _value(row: dict[str, object], arm: str, currency: str) -> str:
    """'0.129 (433 of 3,361)'; of a quantile, '412 ms (of 3,361 values)'."""
    above, below, value = row[f"numerator_{arm}"], row[f"denominator_{arm}"], row[arm]
    if not isinstance(value, float) or not isinstance(below, float):
        return words.DASH
    unit = str(row["unit"])
    is_plain = unit in words.COUNTED or unit == "number"
    shown = f"{value:.3g}" if is_plain else words.full(value, unit, currency=currency)
    if not isinstance(above, float):
        return f"{shown} (of {words.counted(int(below), 'value')})"
    return f"{shown} ({words.full(above)} of {words.full(below)})"


def _number(row: dict[str, object], prefix: str) -> float | None:
    found = row[f"{prefix}lift"]
    return found if isinstance(found, float) else None


def _ends(row: dict[str, object], prefix: str) -> tuple[float | None, float | None]:
    low, high = row[f"{prefix}low"], row[f"{prefix}high"]
    return (low, high) if isinstance(low, float) and isinstance(high, float) else (None, None)
