"""Reading a result: guardrails, segments, quantiles, trends, interactions, beliefs."""

from collections.abc import Callable, Iterator

import numpy as np

from bench.calibration.shares import COVERAGE, FIXED_ERROR, Goal, Share, significant
from bench.table import Table
from metrics.experiments import (
    Arm,
    Moments,
    difference,
    effect,
    exaggeration,
    heterogeneity,
    interaction,
    mean_arm,
    non_inferiority,
    normal_posterior,
    past_effects,
    quantile_arm_of,
    segment_effects,
    share_posterior,
    trend,
)

RUNS = 20_000


def tables(effort: float) -> Iterator[Table]:
    """Errors of tests; coverage of intervals and beliefs; the winner's curse."""
    runs = round(RUNS * effort)
    tests: tuple[tuple[str, Callable[[np.random.Generator, int], int], int, Goal], ...] = (
        ("guardrail exactly at its margin called safe", _at_margin, runs, FIXED_ERROR),
        ("guardrail exactly at its margin called harmed", _harmed, runs, FIXED_ERROR),
        ("8 equal segments called different", _segments, runs, FIXED_ERROR),
        ("flat effect over 14 days called a trend", _trends, runs // 4, FIXED_ERROR),
        ("no interaction called one", _interactions, runs, FIXED_ERROR),
        ("90 % quantile, 2,000 units an arm, called different", _quantiles, runs // 2, FIXED_ERROR),
    )
    rows = []
    for number, (name, simulate, count, goal) in enumerate(tests):
        hits = simulate(np.random.default_rng([61, number]), count)
        rows.append((name, Share(hits, count).text(goal)))
    yield Table(f"Tests of a reading at .05 (goal {FIXED_ERROR.text})", ("what", "error"), rows)
    yield _beliefs(effort)


def _arm(rng: np.random.Generator, mean: float, n: int = 400, sd: float = 3.0) -> Arm:
    """An arm of normal units, drawn as its mean and its variance."""
    return mean_arm(_moments(rng, mean, n, sd))


def _moments(rng: np.random.Generator, mean: float, n: int = 400, sd: float = 3.0) -> Moments:
    return Moments(
        n, float(rng.normal(mean, sd / n**0.5)), float(sd**2 * rng.chisquare(n - 1) / (n - 1))
    )


def _guardrails(rng: np.random.Generator, runs: int, name: str) -> int:
    """A true loss of exactly the margin, 5 % of a noisy base."""
    found = (
        non_inferiority(difference(_arm(rng, 4.0), _arm(rng, 3.8)), margin=0.05)
        for _ in range(runs)
    )
    return sum(bool(getattr(one, name)) for one in found)


def _at_margin(rng: np.random.Generator, runs: int) -> int:
    return _guardrails(rng, runs, "is_safe")


def _harmed(rng: np.random.Generator, runs: int) -> int:
    return _guardrails(rng, runs, "is_harmed")


def _segments(rng: np.random.Generator, runs: int) -> int:
    errors = [0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.5, 0.5]
    return sum(
        significant(heterogeneity(rng.normal(0.3, errors).tolist(), errors).p_value)
        for _ in range(runs)
    )


def _trends(rng: np.random.Generator, runs: int) -> int:
    hits = 0
    for _ in range(runs):
        days = [difference(_arm(rng, 4.0), _arm(rng, 4.3)) for _ in range(14)]
        found = trend(range(14), days)
        hits += found is not None and found.p_value <= 0.05
    return hits


def _interactions(rng: np.random.Generator, runs: int) -> int:
    hits = 0
    for _ in range(runs):
        cells = [_moments(rng, mean) for mean in (4.0, 4.5, 4.2, 4.7)]
        found = interaction(
            neither=cells[0], first_only=cells[1], second_only=cells[2], both=cells[3]
        )
        hits += significant(found.p_value)
    return hits


def _quantiles(rng: np.random.Generator, runs: int) -> int:
    hits = 0
    for _ in range(runs):
        a, b = rng.lognormal(0, 1, (2, 2_000))
        one = effect(difference(quantile_arm_of(a, at=0.9), quantile_arm_of(b, at=0.9)))
        hits += significant(one.p_value)
    return hits


def _beliefs(effort: float) -> Table:
    runs = round(RUNS * effort)
    rng = np.random.default_rng(62)
    true = rng.normal(0.0, 0.02, runs)
    seen = true + rng.normal(0.0, 0.02, runs)
    posts = [normal_posterior(s, 0.02, prior_variance=0.02**2) for s in seen.tolist()]
    covered = sum(p.low <= t <= p.high for p, t in zip(posts, true, strict=True))
    sure = [(p.better, t) for p, t in zip(posts, true, strict=True) if 0.85 < p.better < 0.95]
    right = Share(sum(t > 0 for _, t in sure), len(sure))
    won = seen > 1.959964 * 0.02
    kept = np.array([p.mean for p in posts])
    rows = [
        ("credible interval covers, effects from the prior", Share(covered, runs).text(COVERAGE)),
        ("truly better, where P(better) is .85 to .95", right.text(Goal(0.88, 0.92, ""))),
        ("winners: estimate over truth, as seen", f"{seen[won].mean() / true[won].mean():.2f}"),
        ("winners: estimate over truth, shrunken", f"{kept[won].mean() / true[won].mean():.2f}"),
        *_shares(rng, runs // 4),
        *_segment_coverage(rng, runs // 4),
        *_prior(rng),
        *_exaggerated(rng),
    ]  # fmt: skip
    return Table("Beliefs", ("what", "share"), rows)


def _shares(rng: np.random.Generator, runs: int) -> list[tuple[str, str]]:
    """P(better) of shares that come from the prior: right as often as it says."""
    said, held = [], 0
    for p, q in rng.uniform(0, 1, (runs, 2)).tolist():
        a, b = int(rng.binomial(40, p)), int(rng.binomial(40, q))
        better = share_posterior((a, 40), (b, 40)).better
        if 0.6 < better < 0.95:
            said.append(better)
            held += q > p
    mean = float(np.mean(said))
    text = Share(held, len(said)).text(Goal(mean, mean, ""))
    return [(f"shares: truly larger, where P(better) is {mean:.3f} on average", text)]


def _segment_coverage(rng: np.random.Generator, runs: int) -> list[tuple[str, str]]:
    """Shrunken segment effects when true effects of segments vary as much as their errors."""
    inside, squared, plain = 0, 0.0, 0.0
    errors = np.array([0.01, 0.01, 0.015, 0.015, 0.02, 0.02, 0.03, 0.03, 0.04, 0.04])
    for _ in range(runs):
        true = rng.normal(0.02, 0.02, 10)
        seen = rng.normal(true, errors)
        found = segment_effects(seen.tolist(), errors.tolist())
        for one, truth, value in zip(found, true, seen, strict=True):
            if one is not None:
                inside += one.low <= truth <= one.high
                squared += (one.mean - truth) ** 2
                plain += (value - truth) ** 2
    share = Share(inside, runs * 10)
    return [
        ("shrunken segment effect covers", share.text(Goal(0.90, 1, ""))),
        ("its squared error over the unshrunken one", f"{squared / plain:.2f}"),
    ]


def _prior(rng: np.random.Generator) -> list[tuple[str, str]]:
    true = rng.normal(0.002, 0.015, 400)
    errors = rng.uniform(0.01, 0.03, 400)
    past = past_effects(rng.normal(true, errors).tolist(), errors.tolist())
    return [
        (
            "spread of true effects found from 400 past ones, .0150",
            f"{(past.variance or 0) ** 0.5:.4f}",
        )
    ]


def _exaggerated(rng: np.random.Generator) -> list[tuple[str, str]]:
    z = rng.normal(1.0, 1.0, 400_000)
    shown = np.abs(z) > 1.959964
    found = exaggeration(1.0, 1.0)
    return [
        (
            "exaggeration of significant results at power .17, simulated",
            f"{np.abs(z[shown]).mean():.3f}",
        ),
        ("the same by formula", f"{found.ratio:.3f}"),
    ]
