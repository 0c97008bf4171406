"""Cox models: coverage of hazard ratios, false alarms, and the check that ratios hold."""

from collections.abc import Iterator

import numpy as np

from bench.calibration.churn.lives import WORLDS, World
from bench.calibration.shares import Goal, Share
from bench.table import Table
from metrics.survival import Lifetimes, cox

RUNS = 500
CUSTOMERS = 300
RATIO = 1.5
COVERS = Goal(0.93, 0.97, ".930 to .970")
ERRS = Goal(0.035, 0.07, ".035 to .070")


def tables(effort: float) -> Iterator[Table]:
    """Error and coverage by world."""
    runs, rows = round(RUNS * effort), []
    for number, world in enumerate(WORLDS):
        rng = np.random.default_rng([41, number])
        found = np.array([_one(world, rng) for _ in range(runs)])
        shares = [Share(int(column.sum()), runs) for column in found.T]
        rows.append((
            world.name, shares[0].text(COVERS), shares[1].text(ERRS), shares[2].text(ERRS),
            shares[3].text(),
        ))  # fmt: skip
    columns = ("world", f"interval covers ratio {RATIO}", "useless attribute: p below .05",
               "check of ratios: false alarm", "check sees a ratio that turns")  # fmt: skip
    title = f"Cox, {CUSTOMERS} customers (goals {COVERS.text}; {ERRS.text})"
    yield Table(title, columns, rows)


def _one(world: World, rng: np.random.Generator) -> tuple[bool, bool, bool, bool]:
    matters = rng.integers(0, 2, CUSTOMERS).astype(float)
    useless = rng.normal(size=CUSTOMERS)
    seen, is_seen = world.draw(rng, CUSTOMERS, hazard=RATIO**matters)
    fit = cox(seen, {"matters": matters[is_seen], "useless": useless[is_seen]})
    driver, other = fit.drivers
    return (
        driver.low <= RATIO <= driver.high,
        other.p_value <= 0.05,
        (fit.proportionality.p_value or 1.0) <= 0.05,
        _turning(world, rng),
    )


def _turning(world: World, rng: np.random.Generator) -> bool:
    """Young: three times the risk; old: a third. Is it noticed?"""
    group = rng.integers(0, 2, CUSTOMERS)
    shape = np.where(group == 1, world.shape * 0.5, world.shape * 1.5)
    stays = world.scale * rng.exponential(1, CUSTOMERS) ** (1 / shape)
    known = rng.uniform(0, world.seen, CUSTOMERS)
    if world.in_months:
        stays, known = np.ceil(stays), np.floor(known) + 1
    fit = cox(Lifetimes(np.minimum(stays, known), stays <= known), {"group": group.astype(float)})
    return (fit.proportionality.p_value or 1.0) <= 0.05
