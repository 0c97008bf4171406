"""Experiments: error rates, power and coverage of the tests and intervals of experiments."""

from collections.abc import Iterator

from bench.calibration.experiments import (
    adjusting,
    deciding,
    fixed,
    lifting,
    looking,
    many,
    reading,
    splits,
    stopping,
)
from bench.table import Table

PAGE = "experiment-calibration.md"


def tables(effort: float = 1.0) -> Iterator[Table]:
    """All tables of the page, in its order."""
    for part in (fixed, lifting, looking, stopping, deciding, adjusting, splits, many, reading):
        yield from part.tables(effort)
