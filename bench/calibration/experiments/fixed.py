"""One look: error rate and power of the test of a difference, and of the tests of shares."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Literal

import numpy as np

from bench.calibration.experiments.populations import POPULATIONS, Population, Samples, sampled
from bench.calibration.shares import AT_MOST_5, FIXED_ERROR, SHOWN, Goal, Share, significant
from bench.table import Table
from metrics.experiments import moments, rank_test, skew_check, split_p_values
from metrics.proportion_tests import share_test
from metrics.proportions import Contrast, share_difference, share_interval
from metrics.rates import Rate, rate

UNITS = 1_000
RUNS = 40_000
DRIFT = 2.801585  # true effect in standard errors: power .80 with one look
ABOUT_95 = Goal(0.945, 0.965, ".945 to .965")

Test = Literal["auto", "z", "likelihood", "boschloo", "fisher"]
INTERVALS: dict[str, Callable[..., Rate | Contrast]] = {
    "one share: Wilson": lambda a, _: rate(*a),
    "one share: exact": lambda a, _: share_interval(*a),
    "one share: Jeffreys": lambda a, _: share_interval(*a, method="jeffreys"),
    "difference: Newcombe": share_difference,
    "difference: score": partial(share_difference, method="score"),
}


def tables(effort: float) -> Iterator[Table]:
    """Welch's test, tests of shares, intervals of shares."""
    yield _welch(effort)
    yield _share_tests(effort)
    yield _share_intervals(effort)


def _welch(effort: float) -> Table:
    rows, runs = [], round(RUNS * effort)
    for number, population in enumerate(POPULATIONS):
        rng = np.random.default_rng([1, number])
        control = sampled(population, rng, samples=runs, units=UNITS)
        treated = sampled(population, rng, samples=runs, units=UNITS)
        small = sampled(population, rng, samples=runs, units=UNITS // 4)
        error = float(np.sqrt(2 * control.variance.mean() / UNITS))
        better = replace(treated, mean=treated.mean + DRIFT * error)
        needed = _units_for_skew(population, rng)
        # Unequal arms do not cancel skewness: the promise begins at the units that it asks for.
        of_unequal = FIXED_ERROR if needed <= UNITS // 4 else SHOWN
        rows.append((
            population.name, f"{needed:,}", _rejected(control, treated).text(FIXED_ERROR),
            _rejected(control, small).text(of_unequal), _rejected(control, better).text(),
        ))  # fmt: skip
    columns = (
        f"data, {UNITS:,} units an arm", "units that `skew_check` asks for", "error, equal arms",
        "error, arms 4 : 1", "power, planned .80",
    )  # fmt: skip
    title = (
        f"One look: Welch's test at .05 (goal of errors {FIXED_ERROR.text}, where units suffice)"
    )
    return Table(title, columns, rows)


def _units_for_skew(population: Population, rng: np.random.Generator) -> int:
    above, below = population.draw(rng, 1, 400_000)
    values = above if below.size == 1 else above - population.mean * below
    return skew_check(moments(values[0])).needed or 0


def _rejected(control: Samples, treated: Samples) -> Share:
    p_values = split_p_values(
        (control.n, treated.n),
        means=(control.mean, treated.mean),
        variances=(control.variance, treated.variance),
    )
    return Share(int(np.sum(p_values <= 0.05)), p_values.size)


def _share_tests(effort: float) -> Table:
    rng = np.random.default_rng(2)
    settings: tuple[tuple[Test, int, float, int, Goal], ...] = (
        ("z", 1_000, 0.1, 40_000, FIXED_ERROR),
        ("likelihood", 1_000, 0.1, 40_000, FIXED_ERROR),
        ("boschloo", 20, 0.3, 20_000, AT_MOST_5),
        ("fisher", 20, 0.3, 20_000, AT_MOST_5),
        ("auto", 40, 0.1, 20_000, AT_MOST_5),
        ("auto", 10_000, 0.0003, 20_000, AT_MOST_5),
    )
    rows = []
    for method, units, share, runs, goal in settings:
        pairs = rng.binomial(units, share, (round(runs * effort), 2))
        tables, counts = np.unique(pairs, axis=0, return_counts=True)
        hits = sum(
            count
            for (a, b), count in zip(tables.tolist(), counts.tolist(), strict=True)
            if significant(share_test((a, units), (b, units), method=method).p_value)
        )
        text = Share(hits, len(pairs)).text(goal)
        rows.append((f"{method}, {units:,} an arm, share {share:g}", text, goal.text))
    samples = rng.lognormal(0, 1, (round(20_000 * effort), 2, 60))
    hits = sum(significant(rank_test(*pair).p_value) for pair in samples)
    text = Share(hits, len(samples)).text(FIXED_ERROR)
    rows.append(("Mann-Whitney, lognormal, 60 an arm", text, FIXED_ERROR.text))
    return Table("One look: tests of shares and ranks at .05", ("test", "error", "goal"), rows)


def _share_intervals(effort: float) -> Table:
    """Coverage averaged over many true shares, as Newcombe (1998) reports it."""
    rng = np.random.default_rng(3)
    runs = round(20_000 * effort)
    shares, units = rng.uniform(0.02, 0.98, (runs, 2)), rng.integers(10, 200, (runs, 2))
    parts = rng.binomial(units, shares)
    pairs = np.stack((parts, units), axis=2).tolist()  # of groups (part, whole)
    rows = []
    for name, of in INTERVALS.items():
        is_one = name.startswith("one")
        truths = (shares[:, 0] if is_one else shares[:, 1] - shares[:, 0]).tolist()
        count = runs // 5 if "score" in name else runs  # found by search: slow
        found = [of(*pair) for pair in pairs[:count]]
        inside = sum(
            one.low <= truth <= one.high for one, truth in zip(found, truths[:count], strict=True)
        )
        goal = SHOWN if "exact" in name else ABOUT_95
        rows.append((name, Share(inside, count).text(goal), goal.text))
    columns = ("interval, 10 to 200 a group", "coverage", "goal")
    return Table("Intervals of shares: coverage of 95 %, averaged over shares", columns, rows)
