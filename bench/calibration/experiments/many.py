"""Many questions: false discoveries among metrics, and coverage of what is called a finding."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bench.calibration.experiments.populations import Array
from bench.calibration.shares import AT_LEAST_95, SHOWN, Goal, Share
from bench.table import Table
from metrics.experiments.distributions import critical_value
from metrics.multiplicity import Method, adjusted_confidences, adjusted_p_values

RUNS = 10_000
METRICS, TRUE = 20, 6
RULES: tuple[Method | Literal["none"], ...] = ("none", "holm", "bh", "by")
SHIFT = 3.0  # standard errors of a true effect


def tables(effort: float) -> Iterator[Table]:
    """Family-wise error, false discovery rate, power, and coverage of selected intervals."""
    from scipy.special import ndtr

    runs, rows = round(RUNS * effort), []
    for name, shared in (("independent", 0.0), ("correlation .5", 0.5)):
        rng = np.random.default_rng([51, round(10 * shared)])
        truth = np.array([SHIFT] * TRUE + [0.0] * (METRICS - TRUE))
        common = np.sqrt(shared) * rng.normal(size=(runs, 1))
        z = truth + common + np.sqrt(1 - shared) * rng.normal(size=(runs, METRICS))
        p_values = 2 * ndtr(-np.abs(z))
        for method in RULES:
            found = _found(p_values, method)
            false = found[:, TRUE:].sum(axis=1)
            rate = float(np.mean(false / np.maximum(1, found.sum(axis=1))))
            error = float(np.std(false / np.maximum(1, found.sum(axis=1))) / np.sqrt(runs))
            mark = " **missed**" if method != "none" and rate > 0.05 + 2 * error else ""
            any_false = Share(int(np.sum(false > 0)), runs)
            family = Goal(0, 0.05, "at most .050") if method == "holm" else SHOWN
            rows.append((
                f"{name}: {method}", any_false.text(family), _text(rate, error, mark),
                f"{found[:, :TRUE].mean():.3f}".replace("0.", "."),
            ))  # fmt: skip
    columns = ("metrics and rule", "any false finding", "false among findings", "true ones found")
    yield Table(
        f"{METRICS} metrics, {TRUE} truly moved (goal of holm, bh, by: at most .050)", columns, rows
    )
    yield _coverage(runs // 4)


def _found(p_values: Array, method: Method | Literal["none"]) -> NDArray[np.bool_]:
    if method == "none":
        return p_values <= 0.05
    rows = [adjusted_p_values(row, method=method) for row in p_values.tolist()]
    return np.array(rows) <= 0.05


def _coverage(runs: int) -> Table:
    """Intervals of findings: of any one, and of all at once."""
    from scipy.special import ndtr

    rng = np.random.default_rng(52)
    truth = np.array([1.0] * TRUE + [0.0] * (METRICS - TRUE))
    wrong: dict[str, list[float]] = {"at .95": [], "adjusted (bh)": []}
    all_inside = 0
    for _ in range(runs):
        z = truth + rng.normal(size=METRICS)
        p_values = (2 * ndtr(-np.abs(z))).tolist()
        chosen = np.array(adjusted_p_values(p_values, method="bh")) <= 0.05
        bh = adjusted_confidences(p_values, method="bh")
        every = adjusted_confidences(p_values, method="bonferroni")
        reach = {"at .95": 1.959964, "adjusted (bh)": critical_value(bh[0] or 0.95)}
        for how, far in reach.items():
            missed = np.abs(z - truth)[chosen] > far
            wrong[how].append(float(missed.mean()) if chosen.any() else 0.0)
        all_inside += bool(np.all(np.abs(z - truth) <= critical_value(every[0] or 0.95)))
    rows = []
    for how, shares in wrong.items():
        value, error = float(np.mean(shares)), float(np.std(shares) / np.sqrt(runs))
        mark = " **missed**" if how != "at .95" and value > 0.05 + 2 * error else ""
        rows.append(
            (
                f"findings' intervals that miss, {how}",
                f"{value:.4f} ± {error:.4f}{mark}".replace("0.", "."),
            )
        )
    goal = AT_LEAST_95
    rows.append(
        ("all intervals hold at once, adjusted (bonferroni)", Share(all_inside, runs).text(goal))
    )
    title = "Intervals after selection (true effects of one standard error)"
    return Table(title, ("what", "share"), rows)


def _text(value: float, error: float, mark: str) -> str:
    return f"{value:.4f} ± {error:.4f}{mark}".replace("0.", ".")
