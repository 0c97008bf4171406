"""Intervals of the net promoter score, and quantiles from buckets."""

from collections.abc import Iterator

import numpy as np

from bench.calibration.shares import Goal, Share
from bench.table import Table
from metrics.feedback import net_promoter_of
from metrics.service import bucket, merged, quantile

RUNS = 20_000
COVERS = Goal(0.94, 0.98, ".940 to .980")


def tables(effort: float) -> Iterator[Table]:
    """Coverage by answers and mood; the largest error of a quantile."""
    yield _scores(max(round(RUNS * effort), 50))
    yield _quantiles()


def _scores(runs: int) -> Table:
    rows = []
    moods = {"+30 (50, 30, 20 %)": (0.5, 0.3, 0.2), "+80 (85, 10, 5 %)": (0.85, 0.1, 0.05),
             "−10 (30, 30, 40 %)": (0.3, 0.3, 0.4)}  # fmt: skip
    for number, (name, mood) in enumerate(moods.items()):
        texts = []
        for answers in (10, 40, 400):
            rng = np.random.default_rng([70, number, answers])
            counts, how_often = np.unique(
                rng.multinomial(answers, mood, runs), axis=0, return_counts=True
            )
            true, covered = 100 * (mood[0] - mood[2]), 0
            for (promoters, passives, detractors), times in zip(counts, how_often, strict=True):
                one = net_promoter_of(int(promoters), int(passives), int(detractors))
                covered += int(times) * (one.low <= true + 1e-9 and true - 1e-9 <= one.high)
            texts.append(Share(covered, runs).text(COVERS))
        rows.append((name, *texts))
    columns = ("true score", "10 answers", "40", "400")
    return Table(f"Net promoter score: 95 % intervals (goal {COVERS.text})", columns, rows)


def _quantiles() -> Table:
    rows = []
    rng = np.random.default_rng([71])
    for name, values in {
        "log-normal, 1 to 10,000 ms": rng.lognormal(4, 1.5, 20_000),
        "two humps": np.concatenate([rng.normal(20, 2, 9_000), rng.normal(900, 50, 1_000)]),
        "Pareto": 1 + rng.pareto(1.1, 20_000),
    }.items():
        hours = np.array_split(np.maximum(values, 0.1), 24)
        histograms = [
            dict(
                zip(
                    *np.unique([bucket(float(one)) for one in hour], return_counts=True),
                    strict=True,
                )
            )
            for hour in hours
        ]
        whole, ordered = merged(histograms), np.sort(np.maximum(values, 0.1))
        errors = [
            abs((quantile(whole, share) or 0) / ordered[int(share * (len(ordered) - 1))] - 1)
            for share in np.arange(1, 1000) / 1000
        ]
        mark = "" if max(errors) <= 0.01 + 1e-9 else " **missed**"
        rows.append((name, f"{100 * max(errors):.3f} %{mark}"))
    columns = ("durations of 24 hours", "largest error of p0.1 to p99.9 (goal: at most 1 %)")
    return Table("Quantiles from added-up buckets", columns, rows)
