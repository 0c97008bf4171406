"""Groups of customers: false alarms of the tests of their curves, and what they can see."""

from collections.abc import Iterator

import numpy as np

from bench.calibration.churn.lives import WORLDS, World
from bench.calibration.shares import Goal, Share
from bench.table import Table
from metrics.survival import log_rank, restricted_mean_difference

RUNS = 1_200
ERRS = Goal(0.04, 0.065, ".040 to .065")
HORIZON = 12.0


def tables(effort: float) -> Iterator[Table]:
    """Error and power of log-rank and of the difference of restricted means."""
    runs, rows = round(RUNS * effort), []
    cases = [(world, sizes) for world in WORLDS for sizes in ((100, 100), (60, 240))]
    for number, (world, sizes) in enumerate(cases):
        rng = np.random.default_rng([31, number])
        same = [_p_values(world, rng, sizes, hazard=1.0) for _ in range(runs)]
        worse = [_p_values(world, rng, sizes, hazard=1.6) for _ in range(runs // 4)]
        rows.append((
            f"{world.name}, {sizes[0]} and {sizes[1]}",
            *(_share(same, place).text(ERRS) for place in range(3)),
            *(_share(worse, place).text() for place in (0, 2)),
        ))  # fmt: skip
    columns = ("groups", "log-rank errs", "Wilcoxon errs", "means differ: errs",
               "log-rank sees ratio 1.6", "means see it")  # fmt: skip
    yield Table(f"Two groups at p .05 (goal of errors {ERRS.text})", columns, rows)


def _p_values(
    world: World, rng: np.random.Generator, sizes: tuple[int, int], *, hazard: float
) -> tuple[float, float, float]:
    group = np.repeat([0, 1], sizes)
    seen, is_seen = world.draw(rng, len(group), hazard=np.where(group == 1, hazard, 1.0))
    group = group[is_seen]
    means = restricted_mean_difference(seen.only(group == 0), seen.only(group == 1), HORIZON)
    tests = (log_rank(seen, group), log_rank(seen, group, weights="wilcoxon"), means)
    first, second, third = (1.0 if test.p_value is None else test.p_value for test in tests)
    return first, second, third


def _share(p_values: list[tuple[float, float, float]], place: int) -> Share:
    return Share(sum(one[place] <= 0.05 for one in p_values), len(p_values))
