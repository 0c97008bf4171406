"""The model of who is at risk: are scores probabilities, and are leaks caught?"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bench.calibration.shares import AT_LEAST_95, AT_MOST_5, Goal, Share
from bench.table import Table
from metrics.risk import judgement, leaks, risk_model

RUNS = 100
COVERS = Goal(0.90, 0.97, ".900 to .970")


def tables(effort: float) -> Iterator[Table]:
    """Calibration of scores, and detection of planted leaks."""
    yield _scores(effort)
    yield _leaks(effort)


def _drawn(
    rng: np.random.Generator, people: int
) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.bool_]]:
    active, price = rng.poisson(6, people).astype(float), rng.gamma(2, 20, people)
    noise = rng.normal(size=people)
    odds = -0.2 - 0.35 * active + 0.5 * np.minimum(np.abs(price - 40) / 20, 4)
    leaves = rng.random(people) < 1 / (1 + np.exp(-odds))
    return {"active_days": active, "price": price, "noise": noise}, leaves


def _scores(effort: float) -> Table:
    runs, rows = max(round(RUNS * effort), 2), []
    for number, people in enumerate((500, 5000)):
        rng = np.random.default_rng([61, number])
        covered = total = 0
        gap, skill = [], []
        for _ in range(runs):
            features, leaves = _drawn(rng, people)
            fresh, truth = _drawn(rng, 2000)
            found = judgement(risk_model(features, leaves).scores(fresh), truth)
            covered += sum(one.left.low <= one.predicted <= one.left.high for one in found.bins)
            total += len(found.bins)
            gap.append(np.average([abs(one.predicted - one.left.value) for one in found.bins],
                                  weights=[one.customers for one in found.bins]))  # fmt: skip
            skill.append(found.skill)
        goal = COVERS if people >= 5000 else Goal(0, 1, "")
        rows.append((
            f"learned from {people:,}", Share(covered, total).text(goal), f"{np.mean(gap):.4f}",
            f"{np.mean(skill):.3f}",
        ))  # fmt: skip
    columns = ("model", "mean score within a bin's interval", "calibration error", "skill (Brier)")
    return Table(f"Scores on 2,000 others (goal {COVERS.text} where data suffice)", columns, rows)


def _leaks(effort: float) -> Table:
    runs, rows = max(round(RUNS * effort * 2), 2), []
    kinds = ("cancellation form", "last login filled in later", "events after the landmark", "none")
    for number, kind in enumerate(kinds):
        rng = np.random.default_rng([62, number])
        caught = sum(_is_caught(rng, kind) for _ in range(runs))
        goal = AT_MOST_5 if kind == "none" else AT_LEAST_95
        rows.append((kind, Share(caught, runs).text(goal)))
    return Table("Leaks planted in 600 customers", ("planted", "model refused"), rows)


def _is_caught(rng: np.random.Generator, kind: str) -> bool:
    features, leaves = _drawn(rng, 600)
    again = dict(features)
    if kind == "cancellation form":
        features["form"] = np.where(leaves & (rng.random(600) < 0.97), 1.0, np.nan)
    elif kind == "last login filled in later":
        features["login"] = np.where(leaves, rng.uniform(8, 40, 600), rng.uniform(0, 12, 600))
    elif kind == "events after the landmark":
        again["events"] = rng.poisson(9, 600).astype(float)
        features["events"] = again["events"] + np.where(leaves, 0, rng.poisson(0.2, 600))
        return bool(leaks(features, leaves, truncated=again))
    return bool(leaks(features, leaves))
