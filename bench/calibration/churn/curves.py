"""Survival curves: do the intervals of a share, of a median and of a restricted mean cover?"""

from collections.abc import Iterator

import numpy as np

from bench.calibration.churn.lives import WORLDS, World
from bench.calibration.shares import SHOWN, Goal, Share
from bench.table import Table
from metrics.survival import kaplan_meier, restricted_mean

RUNS = 1_500
COVERS = Goal(0.935, 0.97, ".935 to .970")
MEDIANS = Goal(0.935, 1.0, "at least .935")  # in whole months an interval has to be too wide
AGES = (3.0, 12.0)
HORIZON = 12.0
FINE = np.linspace(0, HORIZON, 1201)


def tables(effort: float) -> Iterator[Table]:
    """Coverage by world and number of customers."""
    runs, rows = round(RUNS * effort), []
    for number, world in enumerate(WORLDS):
        for customers in (60, 400):
            rng = np.random.default_rng([21, number, customers])
            rows.append((f"{world.name}, {customers}", *_coverage(world, rng, customers, runs)))
    columns = ("customers", "share at 3 months", "at 12", "at 12, R's log", "median",
               "mean within 12 months")  # fmt: skip
    goals = f"goal {COVERS.text}; medians {MEDIANS.text}"
    yield Table(f"Survival curves: 95 % intervals ({goals})", columns, rows)


def _coverage(world: World, rng: np.random.Generator, customers: int, runs: int) -> tuple[str, ...]:
    median = world.scale * np.log(2) ** (1 / world.shape)
    median = np.ceil(median) if world.in_months else median
    hits, known = np.zeros(5), np.zeros(5)
    for _ in range(runs):
        seen, _ = world.draw(rng, customers)
        curve, like_r = kaplan_meier(seen), kaplan_meier(seen, transform="log")
        shares = [(curve.at(age), world.survival(age)) for age in AGES]
        shares.append((like_r.at(AGES[1]), world.survival(AGES[1])))
        pairs = [(one.low, true, one.high) for one, true in shares]
        pairs.append((curve.median_low, median, curve.median_high or np.inf))
        mean = restricted_mean(seen, HORIZON)
        pairs.append((mean.low, _mean(world), mean.high))
        for place, (low, true, high) in enumerate(pairs):
            if low is not None:
                known[place] += 1
                hits[place] += low <= true <= high
    found = [Share(int(hit), int(count)) for hit, count in zip(hits, known, strict=True)]
    goals = (COVERS, COVERS, SHOWN, MEDIANS, COVERS)
    return tuple(
        share.text(goal) if share.runs else "" for share, goal in zip(found, goals, strict=True)
    )


def _mean(world: World) -> float:
    if world.in_months:  # the curve steps at whole months
        return float(sum(world.survival(month) for month in range(int(HORIZON))))
    shares = np.array([world.survival(age) for age in FINE])
    return float(np.trapezoid(shares, FINE))
