"""Stopping: what holds after a stop, when to give up, and other rules for looking at any time."""

from collections.abc import Iterator
from math import inf

import numpy as np

from bench.calibration.shares import AT_MOST_5, COVERAGE, FIXED_ERROR, SHOWN, Share
from bench.table import Table
from metrics.experiments import (
    anytime_share,
    crossing_chances,
    futility_bounds,
    looks,
    quantile_anytime_p_value,
    stagewise,
)

DRIFT = 2.801585  # true effect in standard errors at the end: power .80 with one look


def tables(effort: float) -> Iterator[Table]:
    """Stage-wise inference; futility; anytime-valid shares and quantiles."""
    yield _stops(effort)
    yield _futility(effort)
    yield _others(effort)


def _stops(effort: float) -> Table:
    """After a stop: does the stage-wise interval cover, and is its estimate centred?"""
    rng = np.random.default_rng(22)
    fractions = [0.2, 0.4, 0.6, 0.8, 1.0]
    bounds = [look.bound for look in looks(fractions)]
    limits = np.array([inf if bound is None else bound for bound in bounds])
    runs = round(2_000 * effort)
    rows = []
    for drift in (0.0, 1.5, DRIFT):
        score = np.cumsum(rng.normal(drift * 0.2, np.sqrt(0.2), (runs, 5)), axis=1)
        z = score / np.sqrt(fractions)
        stop = np.where(
            np.any(np.abs(z) >= limits, axis=1), np.argmax(np.abs(z) >= limits, axis=1), 4
        )
        covered = high = naive = rejected = 0
        for run, at in enumerate(stop.tolist()):
            error = 1 / np.sqrt(fractions[at])
            seen = float(z[run, at] * error)
            found = stagewise(
                fractions[: at + 1], bounds[: at + 1], estimate=seen, standard_error=float(error)
            )
            covered += found.low <= drift <= found.high
            high += found.estimate > drift
            naive += abs(seen - drift) <= 1.959964 * error
            rejected += found.p_value <= 0.05
        rows.append((
            f"{drift:.2f}", Share(covered, runs).text(COVERAGE), Share(naive, runs).text(),
            Share(high, runs).text(),
            Share(rejected, runs).text(FIXED_ERROR if drift == 0 else SHOWN),
        ))  # fmt: skip
    columns = (
        "true effect, standard errors", "coverage, stage-wise", "coverage, ordinary",
        "estimate too high", "p <= .05",
    )  # fmt: skip
    return Table("After a stop at one of five looks (O'Brien-Fleming)", columns, rows)


def _futility(effort: float) -> Table:
    """Non-binding futility: error and power when obeyed or not, and how soon one gives up."""
    rng = np.random.default_rng(23)
    fractions = [k / 14 for k in range(1, 15)]
    bounds = [look.bound for look in looks(fractions)]
    floors = futility_bounds(fractions, bounds, drift=3.0)
    low = np.array([-inf if floor is None else floor for floor in floors])
    high = np.array([inf if bound is None else bound for bound in bounds])
    runs = round(100_000 * effort)
    rows = []
    for drift in (0.0, 3.0):
        steps = rng.normal(drift / 14, np.sqrt(1 / 14), (runs, 14))
        z = np.cumsum(steps, axis=1) / np.sqrt(fractions)
        won, lost = z >= high, z < low
        first_win = np.where(won.any(axis=1), won.argmax(axis=1), 99)
        first_loss = np.where(lost.any(axis=1), lost.argmax(axis=1), 98)
        obeyed = int(np.sum(first_win < first_loss))
        exact = sum(crossing_chances(fractions, list(zip(low, high, strict=True)), drift=drift)[1])
        goal = Share(int(np.sum(first_win < 99)), runs)
        sooner = (
            float(np.mean(np.minimum(first_loss, 13)[first_win == 99] + 1)) if drift == 0 else 0.0
        )
        rows.append((
            f"{drift:g}", goal.text(), Share(obeyed, runs).text(),
            f"{exact:.4f}".replace("0.", "."),
            f"{sooner:.1f}" if drift == 0 else "",
        ))  # fmt: skip
    columns = (
        "true effect, standard errors", "wins, futility ignored", "wins, futility obeyed",
        "the same by integration", "mean look of the end",
    )  # fmt: skip
    return Table("Futility at 14 looks (upper error .025, beta .20)", columns, rows)


def _others(effort: float) -> Table:
    """Anytime-valid intervals of one share, and p-values of a quantile, watched twenty times."""
    rng = np.random.default_rng(24)
    runs = round(400 * effort)
    missed = 0
    for _ in range(runs):
        seen = np.cumsum(rng.random(1_000) < 0.1)
        every = range(49, 1_000, 50)
        found = [anytime_share(int(seen[n]), n + 1, planned=1_000) for n in every]
        missed += not all((one.low or 0) <= 0.1 <= (one.high or 1) for one in found)
    false = 0
    for _ in range(runs):
        a, b = rng.lognormal(0, 1, (2, 1_000))
        every = range(50, 1_001, 50)
        false += (
            min(quantile_anytime_p_value(a[:n], b[:n], at=0.9, planned=1_000) for n in every)
            <= 0.05
        )
    rows = [
        ("interval of a share of .1 misses it at some look", Share(missed, runs).text(AT_MOST_5)),
        ("90 % quantile called different at some look", Share(false, runs).text(AT_MOST_5)),
    ]
    return Table(
        f"Anytime-valid, 20 looks at up to 1,000 units (goal {AT_MOST_5.text})",
        ("what", "error"),
        rows,
    )
