"""Many looks: error and power of each rule, in the same simulated experiments."""

from collections.abc import Callable, Iterator, Sequence
from math import inf, isinf

import numpy as np
from numpy.typing import NDArray

from bench.calibration.experiments.populations import POPULATIONS, Array, Population
from bench.calibration.shares import (
    AT_MOST_5,
    FIXED_ERROR,
    GROUP_SEQUENTIAL_ERROR,
    SHOWN,
    Goal,
    Share,
)
from bench.table import Table
from metrics.experiments import looks, mixture_critical, tuning
from metrics.experiments.distributions import as_rare

COUNTS = (1, 5, 14, 28, 200)
STEPS, STEP = 200, 50  # an arm grows by 50 units, 200 times
RUNS = 40_000
POOL = 20_000_000  # units drawn of each kind; experiments are made of their batches of 50
LEAST_POOL = 500_000
CHUNK = 2_000
DRIFT = 2.801585  # true effect in standard errors at the end: power .80 with one look

Rule = Callable[[Sequence[float]], list[float]]


def _naive(fractions: Sequence[float]) -> list[float]:
    return [1.959964] * len(fractions)


def _obrien_fleming(fractions: Sequence[float]) -> list[float]:
    return [inf if one.bound is None else one.bound for one in looks(fractions)]


def _pocock(fractions: Sequence[float]) -> list[float]:
    found = looks(fractions, spending="pocock")
    return [inf if one.bound is None else one.bound for one in found]


def _anytime(fractions: Sequence[float]) -> list[float]:
    planned = 2.0 * STEPS * STEP
    rho = tuning(planned)
    return [mixture_critical(planned * at, rho=rho) for at in fractions]


RULES: dict[str, tuple[Rule, Goal]] = {
    "naive": (_naive, SHOWN),
    "O'Brien-Fleming": (_obrien_fleming, GROUP_SEQUENTIAL_ERROR),
    "Pocock": (_pocock, GROUP_SEQUENTIAL_ERROR),
    "anytime": (_anytime, AT_MOST_5),
}


def tables(effort: float) -> Iterator[Table]:
    """Errors and power by data, looks and rule."""
    errors, powers = [], []
    for number, population in enumerate(POPULATIONS):
        rng = np.random.default_rng([21, number])
        runs = round(RUNS * effort)
        found = _crossed(population, rng, runs)
        for count in COUNTS:
            shares = [Share(found[count, rule, "error"], runs) for rule in RULES]
            goals = [goal for _, goal in RULES.values()]
            if count == 1:
                goals = [*[FIXED_ERROR] * 3, AT_MOST_5]
            texts = [share.text(goal) for share, goal in zip(shares, goals, strict=True)]
            errors.append((population.name, f"{count}", *texts))
            texts = [Share(found[count, rule, "power"], runs).text() for rule in RULES]
            powers.append((population.name, f"{count}", *texts))
    columns = ("data", "looks", *RULES)
    title = (
        f"one look {FIXED_ERROR.text}, group-sequential {GROUP_SEQUENTIAL_ERROR.text}, "
        f"anytime {AT_MOST_5.text}"
    )
    yield Table(f"Looks: chance of any false finding ({title})", columns, errors)
    yield Table("Looks: chance of finding what one look finds with .80", columns, powers)


def _crossed(
    population: Population, rng: np.random.Generator, runs: int
) -> dict[tuple[int, str, str], int]:
    """Experiments that crossed, by looks, rule, and whether there was an effect."""
    pool = _pool(population, rng, max(LEAST_POOL, round(POOL * runs / RUNS)))
    bounds = {
        (count, rule): (at, np.array(of(((at + 1) / STEPS).tolist())))
        for count in COUNTS
        for at in [np.rint(STEPS / count * np.arange(1, count + 1)).astype(int) - 1]
        for rule, (of, _) in RULES.items()
    }
    # With few units a bound is that of Student's t, as `effect` takes it.
    bounds = {key: (at, _for_few(bound, at)) for key, (at, bound) in bounds.items()}
    hits = dict.fromkeys(((*key, kind) for key in bounds for kind in ("error", "power")), 0)
    for start in range(0, runs, CHUNK):
        size = min(CHUNK, runs - start)
        control, treated = (_running(pool, rng, size) for _ in range(2))
        error = np.sqrt(control[1] + treated[1])
        error[error == 0] = inf  # nobody has bought yet: nothing can be said
        z = (treated[0] - control[0]) / error
        # The same effect in every experiment, of so many standard errors at the end.
        moved = z + DRIFT * float(np.sqrt(np.mean(error[:, -1] ** 2))) / error
        for (count, rule), (at, bound) in bounds.items():
            hits[count, rule, "error"] += int(np.sum(np.any(np.abs(z[:, at]) >= bound, axis=1)))
            hits[count, rule, "power"] += int(np.sum(np.any(moved[:, at] >= bound, axis=1)))
    return hits


def _for_few(bounds: Array, at: NDArray[np.int_]) -> Array:
    units = (2 * STEP * (at + 1) - 2).tolist()
    pairs = zip(bounds.tolist(), units, strict=True)
    return np.array([inf if isinf(z) else as_rare(z, df=df) for z, df in pairs])


def _pool(population: Population, rng: np.random.Generator, units: int) -> Array:
    """Sums over batches: of numerators y and denominators s, of yy, ys and ss."""
    parts = []
    for _ in range(units // (STEP * 10_000)):
        y, s = population.draw(rng, 10_000, STEP)
        s = np.broadcast_to(s, y.shape)
        parts.append(np.array([a.sum(axis=1) for a in (y, s, y * y, y * s, s * s)]))
    return np.concatenate(parts, axis=1)


def _running(pool: Array, rng: np.random.Generator, runs: int) -> tuple[Array, Array]:
    """Value and its variance after each step, by the delta method (a mean has s = 1)."""
    chosen = rng.integers(0, pool.shape[1], (runs, STEPS))
    y, s, yy, ys, ss = (np.cumsum(sums[chosen], axis=1) for sums in pool)
    n = STEP * np.arange(1.0, STEPS + 1)
    value = y / s
    spread = (yy - 2 * value * ys + value**2 * ss) / (n - 1)
    return value, spread / n / (s / n) ** 2
