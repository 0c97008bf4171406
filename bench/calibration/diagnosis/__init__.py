"""The diagnosis of under-used features: does it name what is planted, and only that?"""

from collections.abc import Iterator

from bench.calibration.diagnosis import lifts, verdicts
from bench.table import Table

PAGE = "diagnosis-calibration.md"


def tables(effort: float = 1.0) -> Iterator[Table]:
    """All tables of the page, in its order."""
    for part in (verdicts, lifts):
        yield from part.tables(effort)
