"""A result file judged by Tidemark: each metric's adjusted difference with its interval."""

import json
import sys
from pathlib import Path

from reports.flat_experiment import FlatQuestion, flat_experiment

path, *metrics = sys.argv[1:]
report = flat_experiment(Path(path), FlatQuestion("variant", "control", tuple(metrics), ("x",)))
found = {}
if report.effects is not None:
    for row in report.effects.iter_rows(named=True):
        scale = abs(row["base"])
        found[row["outcome"]] = [row[name] * scale for name in ("lift", "low", "high")]
print(json.dumps(found))
