"""The daily engine where nothing happened: a day, a week, two weeks after, and peeking."""

from collections.abc import Iterator

import numpy as np

from bench.calibration.impact.worlds import WORLDS, World, mean_engine, p_values
from bench.calibration.shares import SHOWN, Goal, Share
from bench.table import Table
from metrics.impact import READOUTS
from metrics.series import Floats

RUNS = 3_000
BEFORE = 84
AT_MOST_8 = Goal(0.0, 0.08, "at most .080")
COVERS = Goal(0.92, 1.0, "at least .920")


def tables(effort: float) -> Iterator[Table]:
    """False alarms by world; power and coverage; peeking."""
    runs = max(round(RUNS * effort), 20)
    yield _alarms(runs)
    yield _power(runs)
    yield _peeking(runs)


def _drawn(world: World, number: int, runs: int, days: int) -> Floats:
    return world.draw(np.random.default_rng([61, number]), runs, days)


def _alarms(runs: int) -> Table:
    rows, pooled = [], np.zeros(5)
    for number, world in enumerate(WORLDS):
        values = _drawn(world, number, runs, BEFORE + 28)
        found = [p_values(values[:, : BEFORE + span], BEFORE, span) for span in (1, 7, 14, 28)]
        # Day and week share no days here, which makes this the most alarms that both can give.
        found.append(2 * np.minimum(found[0], found[1]))
        hits = np.array([int((one < 0.05).sum()) for one in found])
        pooled += hits
        rows.append((world.name, *(Share(int(one), runs).text() for one in hits)))
    whole = len(WORLDS) * runs
    rows.append(("all six", *(Share(int(one), whole).text(AT_MOST_8) for one in pooled)))
    columns = ("noise", "a day", "a week", "14 days after", "28 days after", "day and week, 2·min")
    return Table(
        f"BMA-t, 84 days before: false alarms at .05 (goal over all six {AT_MOST_8.text})",
        columns, rows,
    )  # fmt: skip


def _power(runs: int) -> Table:
    rows, pooled = [], 0
    for number, world in enumerate(WORLDS):
        values = _drawn(world, 20 + number, runs, BEFORE + 7)
        engine = mean_engine(BEFORE, 7)
        predicted = engine.predict(values[:, :BEFORE])
        week = values[:, BEFORE:].mean(axis=1)[:, None]
        low, high = predicted.quantiles(0.025), predicted.quantiles(0.975)
        covered = int(((low <= week) & (week <= high)).sum())
        pooled += covered
        sd = float(np.std(values[:, :BEFORE] - values[:, :BEFORE].mean(axis=1)[:, None]))
        of_day = mean_engine(BEFORE, 1).predict(values[:, :BEFORE])
        shocked = of_day.p_values(values[:, BEFORE : BEFORE + 1] + 4 * sd)
        moved = predicted.p_values(week + 2 * sd)
        rows.append((
            world.name, Share(covered, runs).text(),
            Share(int((shocked < 0.05).sum()), runs).text(),
            Share(int((moved < 0.05).sum()), runs).text(),
        ))  # fmt: skip
    rows.append(("all six", Share(pooled, len(WORLDS) * runs).text(COVERS), "", ""))
    columns = (
        "noise", "95 % interval of a week covers", "finds a day 4 sd off", "finds a week 2 sd off",
    )  # fmt: skip
    return Table(f"BMA-t: coverage (goal over all six {COVERS.text}) and power", columns, rows)


def _peeking(runs: int) -> Table:
    rows = []
    # As in the measurement that the readouts' levels come from: four worlds.
    references = (0.015, 0.041, 0.042, 0.103)
    for number, world in enumerate(WORLDS[: len(references)]):
        values = _drawn(world, 40 + number, runs, BEFORE + 28)
        found = {day: p_values(values[:, : BEFORE + day], BEFORE, day) for day in range(1, 29)}
        daily = np.min(list(found.values()), axis=0) < 0.05
        naive = np.min([found[day] for day in READOUTS], axis=0) < 0.05
        spent = np.any([found[day] <= alpha for day, alpha in READOUTS.items()], axis=0)
        counts = [int(one.sum()) for one in (found[28] < 0.05, daily, naive, spent)]
        goal = Goal(0.0, references[number] + 0.02, "")
        texts = [Share(one, runs).text(SHOWN) for one in counts[:3]]
        rows.append((world.name, *texts, Share(counts[3], runs).text(goal)))
    columns = (
        "noise", "day 28 alone", "any of 28 days", "days 3, 7, 14, 28 at .05",
        "those four, error spent",
    )  # fmt: skip
    title = "Readouts: false alarms (goal of the last column: the reference .015, .041, .042, .103)"
    return Table(title, columns, rows)
