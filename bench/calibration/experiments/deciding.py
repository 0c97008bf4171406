"""What decides beside means: a quantile of many values a unit, and totals that are capped."""

from collections.abc import Callable, Iterator
from math import inf

import numpy as np
from numpy.typing import NDArray

from bench.calibration.shares import (
    AT_MOST_5,
    FIXED_ERROR,
    GROUP_SEQUENTIAL_ERROR,
    SHOWN,
    Goal,
    Share,
)
from bench.table import Table
from metrics.experiments import (
    Arm,
    capped,
    clustered_quantile_arm,
    difference,
    effect,
    looks,
    mean_arm,
    mixture_critical,
    moments,
    quantile_arm_of,
    tuning,
)

UNITS, LOOKS, RUNS = 2_000, 14, 4_000  # units an arm at the planned end
MOST_VALUES = 7  # a unit brings 1 to 7 values, 4 on average
ZEROS, CAP = 0.9, 0.99  # nine tenths buy nothing; totals are capped at this quantile

Looker = Callable[[int], Arm]
Draw = Callable[[np.random.Generator], tuple[Looker, Looker]]
Array = NDArray[np.float64]


def tables(effort: float) -> Iterator[Table]:
    """Errors of one look and of fourteen, where nothing happened."""
    runs = max(20, round(RUNS * effort))
    fractions = [(at + 1) / LOOKS for at in range(LOOKS)]
    planned = [inf if one.bound is None else one.bound for one in looks(fractions)]
    rho = tuning(2 * UNITS)
    always = [mixture_critical(2 * UNITS * at, rho=rho) for at in fractions]
    kinds: tuple[tuple[str, Draw, Goal], ...] = (
        ("90 % quantile of 4 alike values a unit", _alike, FIXED_ERROR),
        ("the same, values taken for independent", _as_if_alone, SHOWN),
        ("revenue capped at the 99 % quantile of both arms", _capped, FIXED_ERROR),
        ("the same, each arm at its own", _capped_alone, SHOWN),
    )
    rows = []
    for number, (name, draw, goal) in enumerate(kinds):
        rng = np.random.default_rng([25, number])
        once = by_plan = by_always = 0
        for _ in range(runs):
            z = [abs(one) for one in _statistics(*draw(rng))]
            once += z[-1] >= 1.959964
            by_plan += any(one >= bound for one, bound in zip(z, planned, strict=True))
            by_always += any(one >= bound for one, bound in zip(z, always, strict=True))
        held = goal is not SHOWN
        rows.append((
            name,
            Share(once, runs).text(goal),
            Share(by_plan, runs).text(GROUP_SEQUENTIAL_ERROR if held else SHOWN),
            Share(by_always, runs).text(AT_MOST_5 if held else SHOWN),
        ))  # fmt: skip
    title = (
        f"Quantiles and caps that decide, {UNITS:,} units an arm (one look {FIXED_ERROR.text}, "
        f"group-sequential {GROUP_SEQUENTIAL_ERROR.text}, anytime {AT_MOST_5.text})"
    )
    columns = ("what", "one look", "O'Brien-Fleming, 14 looks", "anytime, 14 looks")
    yield Table(title, columns, rows)


def _statistics(control: Looker, treated: Looker) -> Iterator[float]:
    for look in range(1, LOOKS + 1):
        units = UNITS * look // LOOKS
        yield effect(difference(control(units), treated(units))).statistic or 0.0


def _values(rng: np.random.Generator) -> tuple[Array, NDArray[np.int64]]:
    """Durations, those of a unit alike, and whose each is."""
    counts = rng.integers(1, MOST_VALUES + 1, UNITS)
    owners = np.repeat(np.arange(UNITS), counts)
    own = rng.normal(0.0, 0.6, UNITS)
    return np.exp(own[owners] + rng.normal(0.0, 0.6, owners.size)), owners


def _alike(rng: np.random.Generator) -> tuple[Looker, Looker]:
    def arm() -> Looker:
        values, owners = _values(rng)
        return lambda n: clustered_quantile_arm(values[owners < n], owners[owners < n], at=0.9)

    return arm(), arm()


def _as_if_alone(rng: np.random.Generator) -> tuple[Looker, Looker]:
    def arm() -> Looker:
        values, owners = _values(rng)
        return lambda n: quantile_arm_of(values[owners < n], at=0.9)

    return arm(), arm()


def _bought(rng: np.random.Generator) -> Array:
    return np.where(rng.random(UNITS) < ZEROS, 0.0, rng.lognormal(3.0, 1.2, UNITS))


def _capped(rng: np.random.Generator) -> tuple[Looker, Looker]:
    """The limit comes from both arms together, of all units, as on a page."""
    limited = capped(np.concatenate((_bought(rng), _bought(rng))), high=CAP).values
    control, treated = limited[:UNITS], limited[UNITS:]
    return lambda n: mean_arm(moments(control[:n])), lambda n: mean_arm(moments(treated[:n]))


def _capped_alone(rng: np.random.Generator) -> tuple[Looker, Looker]:
    def arm() -> Looker:
        limited = capped(_bought(rng), high=CAP).values
        return lambda n: mean_arm(moments(limited[:n]))

    return arm(), arm()
