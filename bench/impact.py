"""`python -m bench.impact`: what the statistics of changes and releases cost.

Goal: 5,000 daily series tested for a shock and a drift in under 5 s on one core.
"""

import time
from collections.abc import Callable

import click
import numpy as np

from bench.calibration.impact.causes import planted
from bench.calibration.impact.worlds import dates
from bench.table import Table
from metrics.attribution import attribution
from metrics.brief import families
from metrics.impact import (
    Panel,
    collapsed,
    event_study,
    group_time_effects,
    placebo_in_space,
    synthetic_did,
)
from metrics.series import factored, interruption, paths, regressors, surprises

SERIES, METRICS, SEGMENTS = 5_000, 60, 80
DAYS = 91


def best(function: Callable[[], object], runs: int) -> float:
    """Seconds on the processor, the best of some runs."""
    times = []
    for _ in range(runs):
        started = time.process_time()
        function()
        times.append(time.process_time() - started)
    return min(times)


def parts() -> tuple[tuple[str, Callable[[], object], float | None], ...]:
    """Name, work, and the most seconds it may take."""
    rng = np.random.default_rng(1)
    days, values = dates(DAYS), rng.normal(5, 1, (SERIES, DAYS))
    segments = {str(s): float(p) for s, p in enumerate(rng.random(SEGMENTS))}
    totals = {str(metric): 0.5 for metric in range(METRICS)}
    of_metrics = dict.fromkeys(totals, segments)
    outcomes = rng.normal(size=(40, 56)).cumsum(axis=1)
    one_date = Panel(outcomes, np.where(np.arange(40) < 15, 42, -1))
    waves = Panel(outcomes, np.resize([30, 40, 50, -1], 40))
    slices, expected, actual = planted(1)
    week = np.full((1, 7), 1 / 7)
    return (
        (f"{SERIES:,} series: a day and a week", lambda: surprises(days, values), 5.0),
        (
            "one calendar factored",
            lambda: factored(days, regressors(days, 84), 84, week), None,
        ),
        ("one interruption", lambda: interruption(days, values[0], 84), None),
        ("2,000 paths of 28 days", lambda: paths(days, values[0], 28), None),
        (f"{METRICS} metrics × {SEGMENTS} segments selected",
         lambda: families(totals, of_metrics), None),
        (f"attribution over {len(slices)} segments",
         lambda: attribution(slices, expected=expected, actual=actual), None),
        ("collapsed differences, 15 of 40", lambda: collapsed(one_date), None),
        ("synthetic DiD with 200 placebos", lambda: synthetic_did(one_date), None),
        ("three waves, event study", lambda: event_study(group_time_effects(waves)), None),
        ("synthetic control, 39 placebos in space",
         lambda: placebo_in_space(outcomes[0], outcomes[1:], 42), None),
    )  # fmt: skip


@click.command()
@click.option("--runs", default=3, show_default=True)
def main(runs: int) -> None:
    """Time each part on the processor, best of some runs."""
    rows = [
        (name, f"{best(function, runs):.3f}", "" if goal is None else f"{goal:g}")
        for name, function, goal in parts()
    ]
    columns = ("what", "s", "goal, at most")
    click.echo(Table("Statistics of changes and releases, one core", columns, rows).markdown)


if __name__ == "__main__":
    main()
