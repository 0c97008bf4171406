"""When is a limit crossed: do the chances that are promised come true?"""

from collections.abc import Iterator

import numpy as np

from bench.calibration.impact.worlds import WORLDS, dates
from bench.table import Table
from metrics.series import paths
from metrics.service import capacity_dates

RUNS = 300
BEFORE, HORIZON = 84, 28


def tables(effort: float) -> Iterator[Table]:
    """Promised and realised chances of crossing, by world."""
    runs, rows = max(round(RUNS * effort), 3), []
    days = dates(BEFORE + HORIZON)
    for number, world in enumerate(WORLDS[:4]):
        values = world.draw(np.random.default_rng([69, number]), runs, BEFORE + HORIZON)
        promised, crossed, safe = [], [], 0
        for run, series in enumerate(values):
            known, coming = series[:BEFORE], series[BEFORE:]
            limit = float(known.mean() + 2.5 * known.std())
            futures = paths(days[:BEFORE], known, HORIZON, scale="value", count=500, seed=run)
            found = capacity_dates(days[BEFORE:], futures, limit)
            promised.append(found.crossed)
            crossed.append(bool((coming > limit).any()))
            until = 0 if found.safe_until is None else int(
                (found.safe_until - days[BEFORE]).astype(int)
            ) + 1  # fmt: skip
            safe += not (coming[:until] > limit).any()
        rows.append((
            world.name, f"{np.mean(promised):.3f}",
            f"{np.mean(crossed):.3f} ± {np.std(crossed) / np.sqrt(runs):.3f}",
            f"{safe / runs:.3f}",
        ))  # fmt: skip
    columns = (
        "noise", "promised chance of crossing within 28 days", "crossed",
        "not crossed before the day that was called safe with 95 %",
    )  # fmt: skip
    yield Table("Capacity: whole paths against what came", columns, rows)
