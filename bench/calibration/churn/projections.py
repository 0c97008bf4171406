"""Projections: renewals, repeat purchases, and the return of silent users."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.calibration.shares import Share
from bench.table import Table
from metrics.purchases import Buyers, beta_geometric
from metrics.survival import shifted_beta_geometric
from metrics.usage_churn import gaps, return_curve, threshold

RUNS = 300


def tables(effort: float) -> Iterator[Table]:
    """Errors of projections in worlds that are as the models think, and in one that is not."""
    yield _renewals(effort)
    yield _purchases(effort)
    yield _returns(effort)


def _renewals(effort: float) -> Table:
    runs, rows = round(RUNS * effort), []
    step = np.arange(8)
    worlds = {
        "customers differ (0.8, 1.3)": np.cumprod((1.3 + step) / (2.1 + step)),
        "customers differ (2, 9)": np.cumprod((9 + step) / (11 + step)),
        "all alike, 20 % leave": 0.8 ** (step + 1),
        "risk rises from 10 to 30 %": np.cumprod(1 - np.linspace(0.1, 0.3, 8)),
    }
    for number, (name, shares) in enumerate(worlds.items()):
        for customers in (300, 5000):
            rng = np.random.default_rng([51, number, customers])
            errors = [_error(rng, customers, shares) for _ in range(runs)]
            rows.append((
                f"{name}, {customers:,}", f"{np.mean(errors):+.4f}", f"{np.std(errors):.4f}",
                f"{shares[-1]:.3f}",
            ))  # fmt: skip
    columns = ("cohort", "mean error at renewal 8", "spread", "true share")
    return Table("sBG: renewal 8 projected from 4", columns, rows)


def _error(rng: np.random.Generator, customers: int, shares: NDArray[np.float64]) -> float:
    left, survivors = customers, [customers]
    for before, after in zip(np.concatenate(([1.0], shares[:-1])), shares, strict=True):
        left = rng.binomial(left, after / before)
        survivors.append(left)
    return shifted_beta_geometric(survivors[:5]).survival(8)[-1] - float(shares[-1])


def _purchases(effort: float) -> Table:
    runs, rows = max(round(RUNS * effort / 10), 2), []
    for number, variant in enumerate(("bg", "mbg")):
        rng = np.random.default_rng([52, number])
        found = np.array([_buying(rng, variant) for _ in range(runs)])
        mean, spread = found.mean(axis=0), found.std(axis=0)
        rows.append((
            f"{variant.upper()}/NBD, 3,000 buyers",
            *(f"{one:+.3f}, {wide:.3f}" for one, wide in zip(mean, spread, strict=True)),
        ))  # fmt: skip
    columns = ("world and model", "probability alive − share alive", "the same in its worst tenth",
               "purchases in 39 weeks, relative error")  # fmt: skip
    return Table("Repeat purchases: mean error, and its spread over samples", columns, rows)


def _buying(rng: np.random.Generator, variant: str, people: int = 3000) -> tuple[float, ...]:
    rate, dies = rng.gamma(0.5, 1 / 6.0, people), rng.beta(0.9, 2.0, people)
    observed, horizon = rng.uniform(27, 39, people), 39.0
    x, recency, later = np.zeros(people), np.zeros(people), np.zeros(people)
    alive = rng.random(people) >= dies if variant == "mbg" else np.ones(people, dtype=bool)
    clock, is_dead_at = np.zeros(people), np.where(alive, np.inf, 0.0)
    while True:
        clock = clock + rng.exponential(1, people) / rate
        buys = (clock <= observed + horizon) & (is_dead_at == np.inf)
        if not buys.any():
            break
        early = buys & (clock <= observed)
        x[early] += 1
        recency[early] = clock[early]
        later[buys & ~early] += 1
        is_dead_at[buys & (rng.random(people) < dies)] = 1.0
        is_dead_at = np.where((is_dead_at == 1.0), np.maximum(clock, 1e-9), is_dead_at)
    truly = is_dead_at > observed
    buyers = Buyers(x, recency, observed)
    fit = beta_geometric(buyers, variant=variant)  # type: ignore[arg-type]
    said = fit.alive(buyers)
    tenth = np.argsort(np.argsort(said, kind="stable")) * 10 // people
    gaps_ = [said[tenth == one].mean() - truly[tenth == one].mean() for one in range(10)]
    worst = max(gaps_, key=abs)
    expected = fit.expected(buyers, horizon).sum()
    return float(said.mean() - truly.mean()), float(worst), float(expected / later.sum() - 1)


def _returns(effort: float) -> Table:
    runs, rows = max(round(RUNS * effort / 8), 2), []
    for number, stops in enumerate((0.02, 0.05)):
        rng = np.random.default_rng([53, number])
        thresholds, naive, right = [], [], 0
        for _ in range(runs):
            users, days, truth = _visits(rng, stops)
            silence = gaps(users, days, last_day=179)
            found = threshold(return_curve(silence, horizon=28))
            thresholds.append(found or np.nan)
            closed = np.repeat(np.arange(len(silence.closed)), silence.closed)
            naive.append(float(np.quantile(closed, 0.9)))
            right += found is not None and abs(found - truth) <= 2
        rows.append((
            f"visits every 5 days, {stops:.0%} stop after each", f"{truth}",
            f"{np.nanmean(thresholds):.1f}", Share(right, runs).text(), f"{np.mean(naive):.1f}",
        ))  # fmt: skip
    columns = ("users", "true threshold, days", "found, mean", "within 2 days",
               "90th percentile of closed gaps")  # fmt: skip
    return Table("Usage churn: after how many silent days at most 10 % return", columns, rows)


def _visits(
    rng: np.random.Generator, stops: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Users with geometric gaps of mean 5 who stop for good with a chance after each visit."""
    rows = []
    for user in range(1500):
        day = int(rng.integers(0, 120))
        while day < 180:
            rows.append((user, day))
            if rng.random() < stops:
                break
            day += int(rng.geometric(0.2))
    table = np.array(rows, dtype=np.int64)
    # P(return within 28 | silent d) = (1 − s)(.8^d − .8^(d+28)) ÷ (s + (1 − s)·.8^d)
    silent = np.arange(1, 100)
    waits = (1 - stops) * 0.8**silent
    returns = (waits - (1 - stops) * 0.8 ** (silent + 28)) / (stops + waits)
    return table[:, 0], table[:, 1], int(silent[returns <= 0.1][0])
