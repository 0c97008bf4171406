"""Retention lifts under a hidden motivation: what adjusting and placebo features repair."""

from collections.abc import Iterator

import numpy as np

from bench.table import Table
from metrics.causal import centred, doubly_robust

RUNS = 150
USERS, PLACEBOS = 4_000, 8
TRUE = 0.12  # logits of retention that the feature brings
STRENGTHS = (0.0, 0.5, 1.0)  # logits of retention per standard deviation of motivation


def tables(effort: float) -> Iterator[Table]:
    """Bias and coverage of the naive, the adjusted and the placebo-centred lift."""
    runs = max(20, round(RUNS * effort))
    rows = []
    for strength in STRENGTHS:
        found = np.array([_one(strength, seed) for seed in range(runs)])
        truth, naive, adjusted, covered, value, centre_covered = found.mean(axis=0)
        rows.append(
            (
                f"{strength}", f"{truth:.3f}", f"{naive:.3f}", f"{adjusted:.3f}",
                _share(covered, runs), f"{value:.3f}", _share(centre_covered, runs),
            )
        )  # fmt: skip
    heads = (
        "hidden motivation", "true lift", "naive", "AIPW", "AIPW: coverage of 95 %",
        "placebo-centred", "its coverage",
    )  # fmt: skip
    yield Table("Retention lift is supporting evidence only", heads, rows)


def _share(value: float, runs: int) -> str:
    return f"{value:.2f} ± {np.sqrt(value * (1 - value) / runs):.2f}"


def _one(strength: float, seed: int) -> tuple[float, ...]:
    rng = np.random.default_rng([seed, round(10 * strength)])
    activity = rng.normal(size=USERS)
    motivation = rng.normal(size=USERS)
    base = 0.3 + 0.5 * activity + strength * motivation

    def chance(logit: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-logit))

    uses = rng.random((1 + PLACEBOS, USERS)) < chance(
        rng.normal(-0.8, 0.2, (1 + PLACEBOS, 1))
        + 0.6 * activity
        + rng.normal(0.6, 0.12, (1 + PLACEBOS, 1)) * motivation
    )
    kept = rng.random(USERS) < chance(base + TRUE * uses[0])
    truth = float((chance(base + TRUE) - chance(base)).mean())
    found = [
        doubly_robust(kept.astype(float), used, activity[:, None], activity[:, None])
        for used in uses
    ]
    own, rest = found[0], found[1:]
    centre = centred(
        own.value, own.error, np.array([one.value for one in rest]),
        np.array([one.error for one in rest]),
    )  # fmt: skip
    return (
        truth, own.naive, own.value, float(own.low <= truth <= own.high), centre.value,
        float(centre.low <= truth <= centre.high),
    )  # fmt: skip
