"""Impact: do the daily engine, the brief, attribution and release methods keep their promises?"""

from collections.abc import Iterator

from bench.calibration.impact import (
    causes,
    engine,
    feedback,
    forecasts,
    morning,
    panels,
    real,
)
from bench.table import Table

PAGE = "impact-calibration.md"


def tables(effort: float = 1.0) -> Iterator[Table]:
    """All tables of the page, in its order."""
    for part in (engine, real, morning, causes, panels, forecasts, feedback):
        yield from part.tables(effort)
