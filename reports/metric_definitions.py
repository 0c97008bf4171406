"""How is each metric defined?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from queries import MetricDefinition, Workspace


def metric_definitions(workspace: Workspace) -> pl.DataFrame:
    """One row per metric: `metric, label, description, unit, better, kind, expression`."""
    return pl.DataFrame(
        [
            (
                name, metric.label, metric.description, metric.unit, metric.better, metric.kind,
                expression(metric),
            )
            for name, metric in workspace.metrics.items()
        ],
        schema=["metric", "label", "description", "unit", "better", "kind", "expression"],
        orient="row",
    )  # fmt: skip


def expression(metric: MetricDefinition) -> str:
    """What a metric computes, in one line near to SQL."""
    where = f" where {metric.where}" if metric.where else ""
    forms = {
        "count": f"count of {metric.table}{where}",
        "share": f"users{where} / users{f' where {metric.among}' if metric.among else ''}",
        "mean": f"mean of {metric.value}{where}",
        "ratio": f"sum({metric.numerator}) / sum({metric.denominator}){where}",
        "quantile": f"quantile {metric.q} of {metric.value}{where}",
        "active": f"users active in {metric.window_days} days",
        "retention": f"users back after {metric.after_days} days",
    }
    return forms[metric.kind]
