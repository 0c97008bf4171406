"""Funnels and churn: error rates and coverage of what compares groups, curves and drivers."""

from collections.abc import Iterator

from bench.calibration.churn import comparing, curves, drivers, groups, projections, risk
from bench.table import Table

PAGE = "churn-calibration.md"


def tables(effort: float = 1.0) -> Iterator[Table]:
    """All tables of the page, in its order."""
    for part in (groups, curves, comparing, drivers, projections, risk):
        yield from part.tables(effort)
