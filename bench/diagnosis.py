"""How long does it take to count what a diagnosis needs, and to make one?"""

import time
from pathlib import Path

from bench.pages import nothing_kept
from bench.table import Table
from metrics.diagnosis import diagnose
from queries import Segment, open_workspace
from reports.diagnosis import USUAL_WEEKS, period_of
from reports.diagnosis_counts import feature_counts

FEATURES, PEOPLE = 60, 1_000_000  # of the product that the goal speaks of
SECONDS, MILLISECONDS = 10, 10  # goals: all signals of it; the model, a feature


def speed(folder: Path) -> Table:
    """All signals of all features, and the model, with nothing remembered.

    Raises:
        ValueError: The workspace has no features or nobody was active.
    """
    with nothing_kept(folder):
        workspace = open_workspace(folder)
        period = period_of(workspace, USUAL_WEEKS)
        start, busy = time.perf_counter(), time.process_time()
        counted = feature_counts(workspace, Segment(), period)
        seconds, of_cores = time.perf_counter() - start, time.process_time() - busy
    if counted.counts is None:
        raise ValueError(f"{folder} has no features that anybody could use")
    start = time.perf_counter()
    diagnose(counted.counts)
    each = (time.perf_counter() - start) * 1000 / len(counted.features)
    larger = FEATURES * PEOPLE / (len(counted.features) * counted.people)
    size = f"{len(counted.features)} features × {counted.people:,} people"
    rows = [
        (f"all signals, {size}", f"{seconds:.1f}", f"{of_cores:.1f}", ""),
        (f"by proportion, {FEATURES} × {PEOPLE:,}", f"{seconds * larger:.0f}",
         f"{of_cores * larger:.0f}", f"{SECONDS} s"),
        ("the model, a feature", f"{each / 1000:.4f}", "", f"{MILLISECONDS / 1000:.3f} s"),
    ]  # fmt: skip
    heads = ("diagnosis", "s", "s of all cores", "goal, at most")
    return Table(f"Diagnosis over {USUAL_WEEKS} weeks, nothing remembered", heads, rows)
