"""`python -m bench.experiments`: the statistics of experiments, from moments to what a page shows.

Goals: under 1 ms for one metric and segment, 200 segments of 10 metrics under 0.3 s, on one core.
"""

import time
from collections.abc import Callable

import click
import numpy as np

from bench.table import Table
from metrics.experiments import (
    Allocation,
    Difference,
    Effect,
    JointMoments,
    anytime,
    cuped,
    difference,
    effect,
    heterogeneity,
    joint_moments,
    looks,
    marginal,
    mean_arm,
    non_inferiority,
    normal_posterior,
    regression_adjusted,
    segment_effects,
    sequential_sample_ratio,
    stagewise,
)
from metrics.multiplicity import adjusted_p_values

SEGMENTS, METRICS = 200, 10
Pair = tuple[JointMoments, JointMoments]


def invented_pairs(count: int, covariates: int, *, seed: int = 1) -> list[Pair]:
    """Joint moments of both arms, one pair for each segment and metric."""
    rng = np.random.default_rng(seed)
    pairs = []
    for _ in range(count):
        x = rng.normal(5, 2, (covariates + 1, 2, 50))
        x[0] += x[1:].sum(axis=0)
        pairs.append((joint_moments(list(x[:, 0])), joint_moments(list(x[:, 1]))))
    return pairs


def page_row(pair: Pair, bound: float) -> tuple[Effect, Effect]:
    """All that one row of the page shows: adjusted and not, fixed and sequential."""
    control, treated = pair
    plain = difference(mean_arm(marginal(control)), mean_arm(marginal(treated)))
    adjusted = regression_adjusted(control, treated).difference
    return _read(plain, bound), _read(adjusted, bound)


def _read(of: Difference, bound: float) -> Effect:
    one = effect(of)
    effect(of, critical=bound)
    if one.standard_error is not None and one.difference is not None:
        anytime(one.difference, one.standard_error, n=one.n, planned=10_000)
    return one


def segments_table() -> Callable[[], None]:
    """200 segments of 10 metrics, with the test across segments and its adjustment."""
    pairs = invented_pairs(SEGMENTS * METRICS, 1)
    bound = looks([0.5, 1.0])[0].bound or 3.0

    def table() -> None:
        for metric in range(METRICS):
            rows = [
                effect(cuped(*pair).difference, critical=bound) for pair in pairs[metric::METRICS]
            ]
            effects = [row.difference for row in rows]
            errors = [row.standard_error for row in rows]
            heterogeneity(effects, errors)
            segment_effects(effects, errors)
            adjusted_p_values([row.p_value for row in rows], method="bh")

    return table


def _best(function: Callable[[], object], runs: int) -> float:
    times = []
    for _ in range(runs):
        started = time.process_time()
        function()
        times.append(time.process_time() - started)
    return min(times)


def statistics_layer(runs: int = 20) -> Table:
    """Each part on the processor, best of some runs."""
    one, many = invented_pairs(1, 1)[0], invented_pairs(1, 6)[0]
    days = [k / 28 for k in range(1, 29)]
    bounds = [look.bound for look in looks(days)]
    split = [Allocation((5_000, 5_020), (1, 1))] * 28
    of = difference(*(mean_arm(marginal(arm)) for arm in one))
    parts: tuple[tuple[str, Callable[[], object], float | None], ...] = (
        ("one metric: plain and adjusted, fixed and sequential", lambda: page_row(one, 2.5), 1.0),
        ("the same with six covariates", lambda: page_row(many, 2.5), 1.0),
        ("effect with Fieller's lift", lambda: effect(of), None),
        ("guardrail", lambda: non_inferiority(of, margin=0.02), None),
        ("posterior", lambda: normal_posterior(0.01, 0.02, prior_variance=0.02**2), None),
        (f"{SEGMENTS} segments of {METRICS} metrics, adjusted", segments_table(), 300.0),
        ("bounds of 28 looks", lambda: looks(days), None),
        ("bounds of 200 looks", lambda: looks([k / 200 for k in range(1, 201)]), None),
        ("split of 28 days, sequential", lambda: sequential_sample_ratio(split), None),
        (
            "stage-wise interval after 14 of 28 looks",
            lambda: stagewise(days[:14], bounds[:14], estimate=3.0, standard_error=1.0),
            None,
        ),
    )
    rows = [
        (name, f"{1_000 * _best(function, runs):.3f}", "" if goal is None else f"{goal:g}")
        for name, function, goal in parts
    ]
    columns = ("what", "ms", "goal, at most")
    return Table("Statistics of experiments, one core", columns, rows)


@click.command()
@click.option("--runs", default=20, show_default=True)
def main(runs: int) -> None:
    """Print the table."""
    click.echo(statistics_layer(runs).markdown)


if __name__ == "__main__":
    main()
