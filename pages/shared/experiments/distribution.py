"""The metric unit by unit: whole distributions, quantile effects, and A/A splits on these data."""

import polars as pl
import streamlit as st

from pages.shared import figures, plain, words
from pages.shared.exhibits import affordances, exhibit
from pages.shared.palette import PREVIOUS_PERIOD, colour_of
from pages.shared.states import empty
from pages.shared.tables import show_table
from queries import Segment, Workspace
from reports.experiment import ExperimentReport
from reports.experiment_distribution import distribution
from reports.experiment_health import p_words


def distribution_card(workspace: Workspace, report: ExperimentReport, segment: Segment) -> None:
    """Sentences first, the curves, then the quantiles."""
    st.header("Distribution", anchor=False)
    found = distribution(workspace, report, segment)
    if found is None:
        empty("No effect can be measured yet", "Wait until units have been followed long enough.")
        return
    for said in found.sentences:
        st.markdown(plain.sentence(said))
    metric = workspace.metrics[report.plan.primary or ""]
    counted = "values" if metric.kind == "quantile" else "units"
    currency = workspace.settings.product.currency
    arms = found.curves.rows.partition_by("variant", maintain_order=True)
    exhibit(
        found.curves,
        lambda _: figures.days_after(
            arms[0]["value"].to_list(),
            [(*_curve(rows), _colour(rows, at)) for at, rows in enumerate(arms)],
            x_title=f"Share of {counted} that have more than this",
            unit="percent",
            x_format="~g",
        ),
        key="distribution",
        alt=" ".join(found.sentences),
    )
    affordances(found.curves, key="distribution")
    show_table(
        pl.DataFrame(
            [
                _line(row, metric.unit, currency)
                for row in found.quantiles.rows.iter_rows(named=True)
            ]
        ),
        key="quantiles",
        alt="Quantiles of each arm and their difference",
    )
    affordances(found.quantiles, key="quantiles")


def _curve(rows: pl.DataFrame) -> tuple[str, list[float]]:
    return rows["variant"][0], rows["share"].to_list()


def _colour(rows: pl.DataFrame, at: int) -> str:
    return PREVIOUS_PERIOD if at == 0 else colour_of(at - 1, rows["variant"][0])


def _line(row: dict[str, object], unit: str, currency: str) -> dict[str, str]:
    def shown(name: str) -> str:
        value = _known(row, name)
        is_plain = unit in words.COUNTED or unit in ("number", "percent")
        if value is None or not is_plain:
            return words.full(value, unit, currency=currency)
        return f"{value:.4g}"

    low, high = shown("low"), shown("high")
    return {
        "Variant": str(row["variant"]),
        "Quantile": words.full(_known(row, "quantile"), "percent"),
        "Control": shown("control"),
        "Treated": shown("treated"),
        "Difference": shown("difference"),
        "95%": words.DASH if words.DASH in (low, high) else f"{low} to {high}",
        "p at every look": _p(_known(row, "anytime_p")),
    }


def _known(row: dict[str, object], name: str) -> float | None:
    value = row[name]
    return value if isinstance(value, float) else None


def _p(value: float | None) -> str:
    return words.DASH if value is None else p_words(value)
